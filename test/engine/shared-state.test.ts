import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { EggStack, type StackState } from "../../constructs";
import { type EngineFailure, keyId, keysOf, moveState, type StackOptions, stateEncryption } from "../../src/engine";
import { egg, jsonOf, newApp } from "../constructs/egg-props";
import { companyCertificate, describeWithCertificates } from "../support/company-certificate";
import { describeWithEngines, type TestEngine } from "../support/engines";
import { gitlabStates, type StateServer } from "../support/state-servers";
import { describeWithMoto, type Moto, startMoto } from "./moto";
import { appeared, makeFolder, provisioned, removeFolders, stackIn, WAIT } from "./stack-folder";

afterAll(removeFolders);

const CANARY = "canary-in-a-coal-mine";
const KEY = { reference: "vault://gosling/state/key", value: randomBytes(32).toString("base64") };

/** A place for states that several machines share. */
interface Shared {
  readonly state: StackState;
  /** What engines need to reach the state of a stack. */
  env(stack: string): Readonly<Record<string, string>>;
  /** What is kept there, as it lies there. */
  kept(stack: string): Promise<string | undefined>;
}

/** A stack with the back end that synth writes, and these resources. */
function sharedStack(shared: Shared, engine: TestEngine, name: string, parts: Readonly<Record<string, unknown>>, more: Partial<StackOptions> = {}) {
  const { backend } = jsonOf(new EggStack(newApp(), name, { egg, state: shared.state })).terraform as unknown as { backend: unknown };
  const folder = makeFolder({ "cdk.tf.json": JSON.stringify({ terraform: { backend }, ...parts }) });
  return stackIn(folder, engine, { env: { ...process.env, ...shared.env(name) }, unit: name, ...more });
}

const failureOf = async (work: Promise<unknown>) => (await work.then(() => undefined, (error: unknown) => error)) as EngineFailure;
const encryptionFor = (engine: TestEngine) => stateEncryption({ place: "there", enabled: true, key: KEY }, engine);
const resource = (input: string) => ({ resource: { terraform_data: { a: { input } } } });

/** What holds for every place. */
function holdsFor(title: string, shared: () => Shared): void {
  describeWithEngines(title, (engine) => {
    const encryption = encryptionFor(engine);
    const open = (name: string, parts: Readonly<Record<string, unknown>> = resource(CANARY), more: Partial<StackOptions> = {}) => sharedStack(shared(), engine, name, parts, { encryption, ...more });
    const prefix = engine.name;

    test("keeps a state that others find, in clear only with an engine that can't encrypt", async () => {
      await open(`${prefix}-first`).apply({});
      expect(await open(`${prefix}-first`).plan()).toMatchObject({ empty: true });
      expect(await open(`${prefix}-first`).list()).toEqual(["terraform_data.a"]);
      const kept = (await shared().kept(`${prefix}-first`)) as string;
      expect(kept.includes(CANARY)).toBe(engine.name === "terraform");
      expect(keysOf(kept)).toEqual(engine.name === "tofu" ? [keyId(KEY.value)] : undefined);
    });

    test("is locked while somebody works, says by whom, and stays locked after a kill until it is unlocked", async () => {
      const name = `${prefix}-locked`;
      const first = open(name, { resource: { terraform_data: provisioned("waiting", WAIT) } });
      const apply = first.apply({}).catch((error: unknown) => error);
      await appeared(join(first.folder, "engine.pid"));
      const second = open(name);
      const locked = await failureOf(second.plan());
      expect(locked).toMatchObject({ code: "ENGINE_STATE_LOCKED", lock: { endsWithProcess: false }, hint: `Wait until it has ended. If it is gone for good: gosling state unlock ${name}` });
      // Terraform's HTTP back end does not tell who holds a lock.
      if (engine.name === "tofu" || shared().state.kind === "s3") {
        expect(locked.lock?.holder).toMatchObject({ operation: "apply", who: expect.stringContaining("@") as string });
        expect(locked.message).toContain(`locked by ${locked.lock?.holder?.who} since ${locked.lock?.holder?.created} (apply)`);
      }
      process.kill(Number(readFileSync(join(first.folder, "engine.pid"), "utf8")), "SIGKILL");
      expect(await apply).toMatchObject({ code: "ENGINE_KILLED" });
      writeFileSync(join(first.folder, "go"), "");

      const still = await failureOf(second.plan());
      expect(still.lock?.id).toBe(locked.lock?.id);
      await second.forceUnlock(still.lock?.id as string);
      await second.apply({});
      expect(await second.list()).toEqual(["terraform_data.a"]);
    });
  });
}

describeWithMoto("state in a bucket", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
    await moto.makeBucket("acme-states");
  });
  afterAll(() => moto.stop());
  const inBucket = (bucket: string): Shared => ({
    state: { kind: "s3", bucket, region: "eu-central-1", endpoint: moto.url },
    env: () => moto.env,
    kept: (stack) => moto.object(bucket, `tofu-states/${stack}/terraform.tfstate`),
  });
  holdsFor("of another service than Amazon's", () => inBucket("acme-states"));

  describeWithEngines("what may be wrong with it", (engine) => {
    test("there is no such bucket", async () => {
      const name = `${engine.name}-lost`;
      const stack = sharedStack(inBucket("no-such-bucket"), engine, name, resource("a"));
      const failure = await failureOf(stack.apply({}));
      expect(failure).toMatchObject({ code: "ENGINE_STATE_BUCKET_MISSING", hint: expect.stringContaining("Make the bucket") as string });
      expect(failure.message).toBe(`The state of the stack in ${stack.folder} (s3://no-such-bucket/tofu-states/${name}/terraform.tfstate) has no place: the bucket does not exist.`);
    });

    test("credentials that are unknown, and none at all", async () => {
      const stack = (env: Readonly<Record<string, string>>) => sharedStack({ ...inBucket("acme-states"), env: () => env }, engine, `${engine.name}-denied`, resource("a"));
      await moto.demandCredentials(true);
      try {
        expect(await failureOf(stack(moto.env).plan())).toMatchObject({ code: "ENGINE_STATE_DENIED", message: expect.stringContaining("can't be reached with these credentials") as string });
      } finally {
        await moto.demandCredentials(false);
      }
      const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...none } = moto.env;
      expect(await failureOf(stack({ ...none, AWS_SHARED_CREDENTIALS_FILE: "/nowhere", AWS_CONFIG_FILE: "/nowhere", AWS_PROFILE: "" }).plan())).toMatchObject({ code: "ENGINE_STATE_DENIED" });
    });
  });

  describeWithEngines("a key that AWS KMS holds", (engine) => {
    const withOpenTofu = engine.name === "tofu" ? test : test.skip;
    withOpenTofu("encrypts, follows on a key of ours, and an unknown one is named", async () => {
      const name = `${engine.name}-kms`;
      const kmsKey = await moto.makeKmsKey();
      const settings = { place: "there", enabled: true, kmsKey };
      await sharedStack(inBucket("acme-states"), engine, name, resource(CANARY), { encryption: encryptionFor(engine) }).apply({});
      const open = (more: object) => sharedStack(inBucket("acme-states"), engine, name, resource(CANARY), { encryption: stateEncryption({ ...settings, ...more }, engine) });
      expect(await failureOf(open({}).plan())).toMatchObject({ code: "ENGINE_STATE_KEY", message: expect.stringContaining(kmsKey) as string });
      await open({ previousKey: KEY }).apply({});
      expect(keysOf((await moto.object("acme-states", `tofu-states/${name}/terraform.tfstate`)) as string)).toEqual([keyId(kmsKey)]);
      expect(await open({}).plan()).toMatchObject({ empty: true });

      const unknown = kmsKey.replace(/[^/]+$/, "00000000-0000-4000-8000-000000000000");
      expect(await failureOf(open({ kmsKey: unknown }).plan())).toMatchObject({ code: "ENGINE_STATE_KEY_UNREACHABLE", message: expect.stringContaining(unknown) as string });
    });
  });
});

describe("state in GitLab", () => {
  let server: StateServer;
  beforeAll(async () => {
    server = await gitlabStates();
  });
  afterAll(() => server.close());
  const atAddress = (address: string) => ({ TF_HTTP_ADDRESS: address, TF_HTTP_LOCK_ADDRESS: `${address}/lock`, TF_HTTP_UNLOCK_ADDRESS: `${address}/lock` });
  const inProject = (): Shared => ({
    // Its project is not named: the engine's environment tells the address, as in a pipeline.
    state: { kind: "gitlab", server: "gitlab.example.org" },
    env: (stack) => atAddress(`${server.url}/state/${stack}`),
    kept: (stack) => Promise.resolve(server.kept.get(`/state/${stack}`)?.toString("utf8")),
  });
  holdsFor("behind HTTP", inProject);

  // One kind of place stands for all: the engines do this alike behind every back end.
  describeWithEngines("a stack with another name", (engine) => {
    const encryption = encryptionFor(engine);
    const open = (name: string) => sharedStack(inProject(), engine, name, resource(CANARY), { encryption });

    test("moves to a new name and leaves nothing behind, however often that is tried", async () => {
      const [from, to] = [open(`${engine.name}-from`), open(`${engine.name}-to`)];
      await from.apply({});
      const source = (await from.pull()) as string;
      expect(source).toContain(CANARY);
      // As after a crash between the two steps.
      await to.push(source);
      expect(await moveState(from, to)).toBe("moved");
      expect(await moveState(from, to)).toBe("nothing");
      expect(await from.list()).toEqual([]);
      expect(await to.plan()).toMatchObject({ empty: true });
      expect(await failureOf(moveState(to, open(`${engine.name}-first`)))).toMatchObject({ code: "STATE_TAKEN" });
      // Back again: the old name's state has been emptied, and its serial went on.
      expect(await moveState(to, from)).toBe("moved");
      expect((await from.resources())[0]?.values["output"]).toBe(CANARY);
      if (engine.name === "tofu") expect(keysOf((await inProject().kept(`${engine.name}-from`)) as string)).toEqual([keyId(KEY.value)]);
    });
  });

  describeWithEngines("what may be wrong with it", (engine) => {
    test.each([401, 403])("credentials that GitLab refuses with %i", async (status) => {
      const refusing = createServer((_, response) => response.writeHead(status).end());
      await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
      try {
        const address = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/state`;
        const failure = await failureOf(sharedStack({ ...inProject(), env: () => atAddress(address) }, engine, "refused", resource("a")).plan());
        expect(failure).toMatchObject({ code: "ENGINE_STATE_DENIED", hint: expect.stringContaining("TF_HTTP_PASSWORD") as string });
      } finally {
        refusing.closeAllConnections();
        await new Promise<void>((resolve) => refusing.close(() => resolve()));
      }
    });
  });
});

describeWithEngines("a state whose server gives no answer", (engine) => {
  test("says where it is", async () => {
    const address = "http://127.0.0.1:9/state";
    const folder = makeFolder({ "cdk.tf.json": JSON.stringify({ terraform: { backend: { http: { address, retry_max: 0 } } }, ...resource("a") }) });
    const failure = await failureOf(stackIn(folder, engine).plan());
    expect(failure).toMatchObject({ code: "ENGINE_STATE_UNREACHABLE", hint: expect.stringContaining("Check the network") as string });
    expect(failure.message).toBe(`The state of the stack in ${folder} (${address}) can't be reached: its server gives no answer.`);
  });
});

describeWithEngines("a state operation", (engine) => {
  const variables = { id: "taken-in" };
  const make = () => makeFolder({ "cdk.tf.json": JSON.stringify({ terraform: { backend: { local: { path: "stack.tfstate" } } }, variable: { id: {} }, resource: { terraform_data: { a: { input: "${var.id}" }, b: { for_each: '${toset(["x y"])}' } } } }) });

  test("import takes what exists into the state, once", async () => {
    const stack = stackIn(make(), engine);
    await stack.import("terraform_data.a", "taken-in", { variables });
    await stack.import('terraform_data.b["x y"]', "also", { variables });
    expect(await stack.list()).toEqual(["terraform_data.a", 'terraform_data.b["x y"]']);
    expect((await stack.resources())[0]?.values["id"]).toBe("taken-in");
    expect((await failureOf(stack.import("terraform_data.a", "taken-in", { variables }))).message).toContain("already managed");
    expect((await failureOf(stack.import("terraform_data.nowhere", "x", { variables }))).message).toContain("terraform_data.nowhere");
  });

  test("pull gives nothing where nothing was applied, and push refuses what is older or another stack's", async () => {
    const folder = make();
    const stack = stackIn(folder, engine);
    expect(await stack.pull()).toBeUndefined();
    await stack.apply({ variables });
    const older = (await stack.pull()) as string;
    await stack.apply({ variables: { id: "later" } });
    expect((await failureOf(stack.push(older))).message).toMatch(/serial/);
    expect((await failureOf(stack.push(older.replace(/"lineage": ?"[^"]+"/, '"lineage": "another"').replace(/"serial": ?\d+/, '"serial": 9')))).message).toMatch(/lineage/);
    rmSync(join(folder, "stack.tfstate"));
    await stack.push(older);
    expect(await stack.list()).toEqual(["terraform_data.a", 'terraform_data.b["x y"]']);
  });
});

describeWithCertificates("state behind a certificate that a company's authority vouches for", () => {
  describeWithEngines("with GOSLING_CA_FILE", (engine) => {
    test("the engine trusts what Gosling trusts", async () => {
      const { file, tls } = companyCertificate();
      const server = await gitlabStates(tls);
      const address = `${server.url}/state/app`;
      const shared: Shared = {
        state: { kind: "gitlab", server: "gitlab.example.org" },
        env: () => ({ TF_HTTP_ADDRESS: address, GOSLING_CACHE: makeFolder({}) }),
        kept: () => Promise.resolve(undefined),
      };
      try {
        expect(await failureOf(sharedStack(shared, engine, "app", resource("x")).apply({}))).toMatchObject({ code: "ENGINE_STATE_UNTRUSTED", hint: expect.stringContaining("GOSLING_CA_FILE") as string });
        await sharedStack({ ...shared, env: (stack) => ({ ...shared.env(stack), GOSLING_CA_FILE: file }) }, engine, "app", resource("x")).apply({});
        expect(server.kept.get("/state/app")?.toString()).toContain("terraform_data");
      } finally {
        await server.close();
      }
    });
  });
});
