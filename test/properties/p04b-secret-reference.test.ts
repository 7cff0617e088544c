import fc from "fast-check";
import { type SecretReference, formatSecretReference, parseSecretReference } from "../../src/vocabulary/secret";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

const part = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((text) => !/[\s\p{C}#/]/u.test(text));
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const version = (backend: string): fc.Arbitrary<string> => (backend === "vault" ? fc.integer({ min: 1 }).map(String) : part);

const stored: fc.Arbitrary<SecretReference> = fc
  .constantFrom("yc-lockbox" as const, "aws-sm" as const, "vault" as const)
  .chain((backend) => fc.record({ backend: fc.constant(backend), name: path, key: part, version: version(backend) }, { requiredKeys: ["backend", "name", "key"] }));
const variable: fc.Arbitrary<SecretReference> = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,30}$/).map((name) => ({ backend: "env", name }));
const file: fc.Arbitrary<SecretReference> = fc
  .array(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((text) => !/[\p{Cc}#/\\]/u.test(text) && text !== "." && text !== ".."),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => ({ backend: "file", name: parts.join("/") }));

test("P04b: back end, name, key and version come out of a secret reference and print back the same", () => {
  fc.assert(
    fc.property(fc.oneof(stored, variable, file), (reference) => {
      const text = formatSecretReference(reference);
      const read = parseSecretReference(text);
      expect(read).toEqual({ ok: true, value: reference });
      if (read.ok) expect(formatSecretReference(read.value)).toBe(text);
    }),
    { numRuns },
  );
});

test("P04b: any text is refused without being repeated, or prints back the same", () => {
  const schemes = fc.constantFrom("yc-lockbox://", "aws-sm://", "vault://", "env://", "file://", "http://", "");
  fc.assert(
    fc.property(fc.tuple(schemes, fc.string({ unit: "grapheme" })), ([scheme, rest]) => {
      const read = parseSecretReference(scheme + rest);
      if (read.ok) expect(formatSecretReference(read.value)).toBe(scheme + rest);
      else if (rest.length > 12) expect(read.message).not.toContain(rest);
    }),
    { numRuns },
  );
});
