import { randomBytes } from "node:crypto";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EngineFailure, type EncryptionSettings, isCurrent, keyId, keysOf, rewriteState, stateEncryption } from "../../src/engine";
import { keyScript } from "../../src/engine/encryption-body";
import { enginesHere, type TestEngine } from "../support/engines";
import { onPath } from "../support/shells";
import { makeFolder, removeFolders, stackIn } from "./stack-folder";

afterAll(removeFolders);

const CANARY = "canary-in-a-coal-mine";
const newKey = () => randomBytes(32).toString("base64");
const [OLD, NEW] = [newKey(), newKey()];
const old = { reference: "vault://gosling/state/key", value: OLD };
const fresh = { reference: "aws-sm://gosling/state-key", value: NEW };
const settings = (more: Partial<EncryptionSettings> = {}): EncryptionSettings => ({ place: "s3://acme/tofu-states", enabled: true, ...more });
const TOFU = { name: "tofu", version: "1.12.6" } as const;

describe("what the engine is told", () => {
  test("a key travels in a variable of its own, and not in the configuration", () => {
    const { extra, keys, warnings } = stateEncryption(settings({ key: fresh }), TOFU);
    expect(extra[`GOSLING_STATE_KEY_${keyId(NEW).toUpperCase()}`]).toBe(NEW);
    expect(extra["TF_ENCRYPTION"]).toContain('key_provider "external"');
    expect({ keys, warnings }).toEqual({ keys: ["aws-sm://gosling/state-key"], warnings: [] });
  });

  test("nothing, where nothing is encrypted", () => {
    expect(stateEncryption(settings({ enabled: false }), TOFU)).toEqual({ extra: {}, warnings: [], keys: [] });
  });

  test.each([
    ["no base64", "not a key at all, and certainly no base64"],
    ["31 bytes", Buffer.alloc(31, 1).toString("base64")],
    ["33 bytes", Buffer.alloc(33, 1).toString("base64")],
    ["with a line break", `${newKey()}\n`],
    ["empty", ""],
  ])("a key that is wrong is refused by its reference, never by its value: %s", (_, value) => {
    const attempt = () => stateEncryption(settings({ key: { ...fresh, value } }), TOFU);
    const error = (() => {
      try {
        attempt();
      } catch (caught) {
        return caught as EngineFailure;
      }
      throw new Error("it was taken");
    })();
    expect(error).toMatchObject({ code: "STATE_KEY_INVALID", message: "The key of the state behind aws-sm://gosling/state-key is not 32 bytes in base64." });
    expect(error.hint).toContain("gosling secrets generate aws-sm://gosling/state-key");
    if (value !== "") expect(JSON.stringify([error.message, error.hint])).not.toContain(value.trim());
  });

  test.each([
    [{ name: "terraform", version: "1.11.4" } as const, "Terraform 1.11.4"],
    [{ name: "tofu", version: "1.6.3" } as const, "OpenTofu 1.6.3"],
  ])("an engine that can't encrypt gets no key, and a warning names what is in clear: %j", (engine, name) => {
    expect(stateEncryption(settings({ key: fresh }), engine)).toEqual({
      extra: {},
      keys: [],
      warnings: [`${name} can't encrypt: the states in s3://acme/tofu-states and the plan files on this machine hold their content in clear. OpenTofu can: \`gosling engine install\`.`],
    });
    expect(stateEncryption(settings({ enabled: false }), engine).warnings).toEqual([]);
  });

  test("on Windows there is no /bin/sh: it says so, and a KMS key still works", () => {
    expect(() => stateEncryption(settings({ key: fresh }), TOFU, "win32")).toThrow(expect.objectContaining({ code: "STATE_ENCRYPTION_PLATFORM" }) as Error);
    expect(stateEncryption(settings({ kmsKey: "arn:aws:kms:eu-north-1:111122223333:key/0a" }), TOFU, "win32").extra["TF_ENCRYPTION"]).toContain('region = "eu-north-1"');
  });
});

describe("the script that hands the key over", () => {
  const HEADER = '{"magic":"OpenTofu-External-Key-Provider","version":1}';
  const shells = [["/bin/sh"], ["dash"], ["bash", "--posix"], ["busybox", "sh"], ["zsh", "--emulate", "sh"], ["ksh"]].map((shell) => [shell.join(" "), shell] as const);
  describe.each(shells)("in %s", (_, [program, ...flags]) => {
    const inShell = onPath(program as string) === undefined ? test.skip : test;
    const answer = (input: string) => {
      // Through a pipe, as from the engine: Node's own are sockets, and there bash reads its ~/.bashrc.
      const args = ["-c", 'printf %s "$INPUT" | "$@"', "sh", program as string, ...flags, "-c", keyScript("THE_KEY")];
      const out = execFileSync("/bin/sh", args, { encoding: "utf8", env: { PATH: process.env["PATH"] ?? "", THE_KEY: NEW, INPUT: input } });
      const [header, body, ...rest] = out.split("\n");
      expect({ header, rest }).toEqual({ header: HEADER, rest: [""] });
      return JSON.parse(body as string) as unknown;
    };
    inShell("answers with the key, and with the one for reading where metadata came in", () => {
      const meta = { external_data: {} };
      expect(answer("null")).toEqual({ keys: { encryption_key: NEW }, meta });
      expect(answer('{"external_data":{}}')).toEqual({ keys: { encryption_key: NEW, decryption_key: NEW }, meta });
    });
  });
});

const tofu = enginesHere().find(({ name }) => name === "tofu");

(tofu ? describe : describe.skip)(tofu ? `state and plan [tofu ${tofu.version}]` : "skipped: OpenTofu is not on the PATH", () => {
  const engine = tofu as TestEngine;
  const make = (): string => {
    const folder = makeFolder();
    const place = join(folder, "a stack");
    mkdirSync(place);
    writeFileSync(join(place, "cdk.tf.json"), JSON.stringify({ terraform: { backend: { local: { path: "stack.tfstate" } } }, variable: { word: {} }, resource: { terraform_data: { a: { input: "${var.word}" } } } }));
    return place;
  };
  const open = (folder: string, more?: Partial<EncryptionSettings>, version = engine.version) =>
    stackIn(folder, engine, { ...(more && { encryption: stateEncryption(settings(more), { name: "tofu", version }) }) });
  const variables = { word: CANARY };
  const stateOf = (folder: string) => readFileSync(join(folder, "stack.tfstate"), "utf8");
  const wordIn = async (stack: ReturnType<typeof open>) => (await stack.resources())[0]?.values["output"];
  const failureOf = async (work: Promise<unknown>) => (await work.then(() => undefined, (error: unknown) => error)) as EngineFailure;

  test("hold no clear text, and still work", async () => {
    const folder = make();
    const stack = open(folder, { key: fresh });
    await stack.plan({ variables, out: "stack.plan" });
    await stack.apply({ plan: "stack.plan" });
    for (const file of ["stack.plan", "stack.tfstate"]) {
      const bytes = readFileSync(join(folder, file));
      expect(bytes.includes(CANARY)).toBe(false);
      expect(bytes.includes("terraform_data")).toBe(false);
      expect(bytes.includes(NEW)).toBe(false);
      expect(keysOf(bytes.toString("utf8"))).toEqual([keyId(NEW)]);
    }
    expect(await wordIn(stack)).toBe(CANARY);
    expect(await stack.plan({ variables })).toMatchObject({ empty: true });
    await stack.apply({ variables: { word: "another" } });
    expect(readFileSync(join(folder, "stack.tfstate.backup")).includes(CANARY)).toBe(false);
  });

  test("a clear state is refused, is taken over where that was allowed, and is refused again after that", async () => {
    const folder = make();
    await open(folder).apply({ variables });
    expect(keysOf(stateOf(folder))).toBeUndefined();
    const refused = await failureOf(open(folder, { key: fresh }).plan({ variables }));
    expect(refused).toMatchObject({ code: "ENGINE_STATE_CLEAR", stateSaved: true });
    expect(refused.message).toContain(join(folder, "stack.tfstate"));
    expect(await isCurrent(open(folder, { key: fresh }))).toBe(false);

    // An apply that has nothing to do writes it all the same.
    await open(folder, { key: fresh, acceptClear: true }).apply({ variables });
    expect(keysOf(stateOf(folder))).toEqual([keyId(NEW)]);
    expect(stateOf(folder)).not.toContain(CANARY);
    expect(await isCurrent(open(folder, { key: fresh }))).toBe(true);
    expect(await wordIn(open(folder, { key: fresh }))).toBe(CANARY);
  });

  test("a new key: the previous one reads until the state was written once", async () => {
    const folder = make();
    await open(folder, { key: old }).apply({ variables });
    const both = { key: fresh, previousKey: old };
    expect(await open(folder, both).plan({ variables })).toMatchObject({ empty: true });
    expect(keysOf(stateOf(folder))).toEqual([keyId(OLD)]);
    expect(await isCurrent(open(folder, { key: fresh }))).toBe(false);
    await rewriteState(open(folder, both));
    expect(keysOf(stateOf(folder))).toEqual([keyId(NEW)]);
    expect(await isCurrent(open(folder, { key: fresh }))).toBe(true);
    expect(await wordIn(open(folder, { key: fresh }))).toBe(CANARY);
    expect(await failureOf(open(folder, { key: old }).plan({ variables }))).toMatchObject({ code: "ENGINE_STATE_KEY" });
  });

  test("back to clear states: the key reads once more", async () => {
    const folder = make();
    await open(folder, { key: fresh }).apply({ variables });
    await open(folder, { enabled: false, key: fresh }).apply({ variables });
    expect(stateOf(folder)).toContain(CANARY);
    expect(await wordIn(open(folder))).toBe(CANARY);
    expect(await wordIn(open(folder, { enabled: false, key: fresh }))).toBe(CANARY);
  });

  test("a wrong key and a missing key: which state, which reference, a way out, and no value", async () => {
    const folder = make();
    await open(folder, { key: old }).apply({ variables });
    for (const work of [open(folder, { key: fresh }).plan({ variables }), open(folder, { key: fresh }).resources(), open(folder, { key: fresh }).outputs()]) {
      const wrong = await failureOf(work);
      expect(wrong).toMatchObject({ code: "ENGINE_STATE_KEY", hint: expect.stringContaining('previous_key = "REF"') as string });
      expect(wrong.message).toBe(`The state of the stack in ${folder} (${join(folder, "stack.tfstate")}) was encrypted with another key than the one behind aws-sm://gosling/state-key, or somebody has changed it.`);
      expect(JSON.stringify(wrong)).not.toContain(NEW);
    }
    const missing = await failureOf(open(folder).plan({ variables }));
    expect(missing).toMatchObject({ code: "ENGINE_STATE_ENCRYPTED", hint: expect.stringContaining("nest.state.encryption") as string });
    expect(stateOf(folder)).toContain(keyId(OLD));
  });

  const terraform = enginesHere().find(({ name }) => name === "terraform");
  (terraform ? test : test.skip)("Terraform can't read them, and the error says who can", async () => {
    const folder = make();
    await open(folder, { key: fresh }).apply({ variables });
    const failure = await failureOf(stackIn(folder, terraform as TestEngine).plan({ variables }));
    expect(failure).toMatchObject({ code: "ENGINE_STATE_DAMAGED", hint: expect.stringContaining("If OpenTofu has encrypted it, use OpenTofu: `gosling engine install`.") as string });
  });

  test("what an OpenTofu before 1.10 has written is read by a newer one, and written anew", async () => {
    const folder = make();
    await open(folder, { key: fresh }, "1.9.4").apply({ variables });
    expect(stateOf(folder)).toContain(`key_provider.pbkdf2.${keyId(NEW)}`);
    expect(stateOf(folder)).not.toContain(CANARY);
    const stack = open(folder, { key: fresh });
    await stack.apply({ variables });
    expect(stateOf(folder)).toContain(`key_provider.external.${keyId(NEW)}`);
    expect(await wordIn(stack)).toBe(CANARY);
  });

  test("a state that could not be saved was encrypted too, and is put back", async () => {
    const folder = make();
    await open(folder, { key: fresh }).apply({ variables });
    const before = stateOf(folder);
    await open(folder, { key: fresh }).apply({ variables: { word: "later" } });
    renameSync(join(folder, "stack.tfstate"), join(folder, "errored.tfstate"));
    writeFileSync(join(folder, "stack.tfstate"), before);
    expect(await wordIn(open(folder, { key: fresh }))).toBe("later");
    expect(existsSync(join(folder, "errored.tfstate"))).toBe(false);
    expect(keysOf(stateOf(folder))).toEqual([keyId(NEW)]);
  });
});
