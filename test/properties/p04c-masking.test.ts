import fc from "fast-check";
import { MASK, createMasker } from "../../src/secrets/masking";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

/** Real secrets are long enough to be told from chance; the mask's own characters can't be hidden behind it. */
const secret = fc.oneof(
  fc.string({ minLength: 4, maxLength: 40, unit: "binary" }),
  fc.string({ minLength: 8, maxLength: 40, unit: fc.constantFrom("a", "b", "ab", "/", "+", "%", "${", "%{", '"', "\\", "\n", " ", "<", "é", "😀") }),
  fc.stringMatching(/^glrt-[A-Za-z0-9_-]{20}$/),
  fc.constantFrom("file://secrets/token", "aws-sm://team/my-app/api-token#AWSPREVIOUS", "env://RUNNER_TOKEN"),
).filter((value) => value.trim().length >= 4 && !value.includes("*"));

const encodings: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => Buffer.from(value).toString("base64"),
  (value) => Buffer.from(value).toString("base64url"),
  (value) => encodeURIComponent(Buffer.from(value).toString()),
  (value) => encodeURIComponent(Buffer.from(value).toString()).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  (value) => JSON.stringify(value),
  (value) => JSON.stringify({ password: value }, undefined, 1),
  (value) => JSON.stringify({ body: JSON.stringify({ password: value }) }),
  (value) => JSON.stringify(value).replace(/[$%](?=\{)/g, "$&$&"),
  (value) => Buffer.from(value).toString("base64").replace(/.{76}/g, "$&\n"),
];

/** Text that holds secrets, each in some encoding, between arbitrary other text. */
const textWithSecrets = fc
  .array(secret, { minLength: 1, maxLength: 5 })
  .chain((secrets) =>
    fc.record({
      secrets: fc.constant(secrets),
      text: fc.array(fc.oneof(fc.string({ unit: "binary", maxLength: 20 }), fc.tuple(fc.constantFrom(...secrets), fc.constantFrom(...encodings)).map(([value, encode]) => encode(value))), { maxLength: 12 }).map((parts) => parts.join("")),
    }),
  );

/** Cuts bytes at arbitrary places, also inside a character. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const borders = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((border, index) => bytes.subarray(borders[index], border));
}

function containsNone(masked: string, secrets: readonly string[]): void {
  const rest = masked.split(MASK);
  for (const value of secrets) {
    for (const encode of encodings.slice(0, 5)) {
      const form = Buffer.from(encode(value)).toString();
      for (const piece of rest) expect(piece.includes(form)).toBe(false);
    }
    const escaped = JSON.stringify(value).slice(1, -1);
    const again = JSON.stringify(escaped).slice(1, -1);
    const hcl = escaped.replace(/[$%](?=\{)/g, "$&$&");
    for (const piece of rest) for (const form of [escaped, again, hcl]) expect(piece.includes(form)).toBe(false);
  }
}

test("P04c: masked text contains no secret and no reference, in none of its encodings", () => {
  fc.assert(
    fc.property(textWithSecrets, ({ secrets, text }) => {
      containsNone(createMasker(secrets).mask(text), secrets);
    }),
    { numRuns },
  );
});

test("P04c: text in pieces is masked as the whole is, wherever it is cut", () => {
  fc.assert(
    fc.property(textWithSecrets, fc.array(fc.nat(), { maxLength: 10 }), ({ secrets, text }, places) => {
      const masker = createMasker(secrets);
      const stream = masker.stream();
      const shown = cut(Buffer.from(text), places).map((piece) => stream.write(piece));
      expect(Buffer.concat([...shown, stream.end()]).toString()).toBe(masker.mask(text));
    }),
    { numRuns },
  );
});

test("P04c: a secret in the middle of base64 is masked, as in an Authorization header", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[!-~]{12,40}$/), fc.string({ maxLength: 7 }), fc.string({ maxLength: 7 }), (value, before, after) => {
      const header = Buffer.from(before + value + after).toString("base64");
      expect(createMasker([value]).mask(header)).toContain(MASK);
    }),
    { numRuns },
  );
});

test("P04c: a long secret in lines of base64 is masked, whatever the width of a line", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[!-~]{60,200}$/), fc.constantFrom(64, 76), (value, width) => {
      const lines = Buffer.from(value).toString("base64").match(new RegExp(`.{1,${width}}`, "g")) ?? [];
      const masked = createMasker([value]).mask(lines.join("\n")).split("\n");
      for (const [index, line] of lines.entries()) if (line.length >= 8) expect(masked[index]).not.toContain(line);
    }),
    { numRuns },
  );
});

test("P04c: text without secrets stays as it is", () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[A-Z]{8,20}$/)), fc.string({ unit: fc.constantFrom("a", "é", "=", "%", "\n", "😀") }), (secrets, text) => {
      expect(createMasker(secrets).mask(text)).toBe(text);
    }),
    { numRuns },
  );
});
