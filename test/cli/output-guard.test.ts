import type { Context } from "../../src/cli/context";
import { withSecrets } from "../../src/cli/open-secrets";
import { concealed, guardOutput } from "../../src/cli/output-guard";
import { folderWith } from "../support/folder";

const CANARY = 'coal mine "4711"';

let out: string;
let err: string;
let context: ReturnType<typeof guardOutput>;

beforeEach(() => {
  [out, err] = ["", ""];
  const world: Context = {
    cwd: "/",
    env: { SECRET: CANARY, SHORT: "true", OTHER: "another-value" },
    get stdin(): Context["stdin"] {
      throw new Error("nobody has asked for it");
    },
    stdout: { write: (text) => (out += text), isTTY: true, columns: 80 },
    stderr: { write: (text) => (err += text) },
    now: Date.now,
  };
  context = guardOutput(world);
});

const read = (...references: readonly string[]): Promise<readonly string[]> => withSecrets(context, folderWith({}), undefined, (secrets) => Promise.all(references.map((reference) => secrets.read(reference))));

test("what was read is masked in all that is printed from then on, in whatever form", async () => {
  context.stdout.write(`before: ${CANARY}\n`);
  await read("env://SECRET");
  context.stdout.write(`after: ${CANARY} ${JSON.stringify({ value: CANARY })}\n`);
  context.stderr.write(`error: ${Buffer.from(CANARY).toString("base64")} ${encodeURIComponent(CANARY)}\n`);
  expect(out).toBe(`before: ${CANARY}\nafter: ***MASKED*** {"value":"***MASKED***"}\n`);
  expect(err).toBe("error: ***MASKED*** ***MASKED***\n");
});

test("a command that opens its secrets again still knows the first ones", async () => {
  await read("env://SECRET");
  await read("env://OTHER");
  context.stdout.write(`${CANARY} another-value`);
  expect(out).toBe("***MASKED*** ***MASKED***");
});

test("a value that is too short to be one leaves words and JSON as they are", async () => {
  expect(await read("env://SHORT")).toEqual(["true"]);
  context.stdout.write(JSON.stringify({ ok: true }));
  expect(out).toBe('{"ok":true}');
});

test("the terminal is what it is", () => {
  expect([context.stdout.isTTY, context.stdout.columns, context.stderr.isTTY]).toEqual([true, 80, undefined]);
});

/** As the platform's own errors do, it only tells its message. */
class Told extends Error {
  override get message(): string {
    return `by ${CANARY}`;
  }
}

test("an error that nobody has thought of, and what caused it, hold no value either", async () => {
  await read("env://SECRET");
  const error = new Error(`broken: ${CANARY}`, { cause: new Told() });
  Object.assign(error.cause as Error, { cause: error });
  expect(concealed(error, context.masked)).toBe(error);
  expect([error.message, (error.cause as Error).message]).toEqual(["broken: ***MASKED***", "by ***MASKED***"]);
  expect(`${error.stack} ${(error.cause as Error).stack}`).not.toContain("4711");
});
