import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EngineFailure, type Engine, Interrupts } from "../../src/engine";
import { describeWithEngines } from "../support/engines";
import { appeared, configuration, ended, makeFolder, provisioned, removeFolders, RUNNERS, stackIn, toEngine, WAIT } from "./stack-folder";

afterAll(removeFolders);

const failureOf = async (work: Promise<unknown>): Promise<EngineFailure> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EngineFailure);
  return error as EngineFailure;
};

const fullDevice = existsSync("/dev/full");
const withFullDevice = fullDevice ? test : test.skip;

describeWithEngines("an engine that is stopped in the middle", (engine) => {
  const make = (command: string) => makeFolder({ "cdk.tf.json": configuration({ resource: { terraform_data: { ...provisioned("waiting", command), done: {} } } }) });
  const pidIn = (folder: string) => Number(readFileSync(join(folder, "engine.pid"), "utf8"));

  test("by one request: it saves its state, and the next run goes on", async () => {
    const folder = make(WAIT);
    const interrupts = new Interrupts();
    const apply = failureOf(stackIn(folder, engine, { interrupts }).apply({}));
    await appeared(join(folder, "engine.pid"));
    interrupts.request();
    const failure = await apply;
    expect(failure).toMatchObject({ code: "INTERRUPTED", exitCode: 130, stateSaved: true });
    expect(failure.message).toContain("The state is saved");
    expect((await stackIn(folder, engine).resources()).find(({ name }) => name === "waiting")).toMatchObject({ tainted: true });

    writeFileSync(join(folder, "go"), "");
    await stackIn(folder, engine).apply({});
    expect((await stackIn(folder, engine).resources()).map(({ tainted }) => tainted)).toEqual([false, false]);
  });

  test("by two requests: it drops what it holds, and says that the state may lack it", async () => {
    // A child that holds the provisioner's output keeps the engine waiting after the first request.
    const folder = make(`echo $PPID > engine.pid; (${WAIT.split("; ").slice(1).join("; ")}) & echo ready > ready; wait`);
    const interrupts = new Interrupts();
    // The second request comes as soon as the engine has told that it took the first.
    const onEvent = (event: { kind: string; message?: string }) => {
      if (event.kind === "log" && event.message?.includes("Gracefully") && interrupts.count === 1) interrupts.request();
    };
    const apply = failureOf(stackIn(folder, engine, { interrupts, onEvent }).apply({}));
    await appeared(join(folder, "ready"));
    interrupts.request();
    const failure = await apply;
    expect(failure).toMatchObject({ code: "INTERRUPTED", exitCode: 130 });
    // On a busy machine the engine may have ended before the second request: then its state is whole.
    expect(failure.stateSaved).toBe(failure.message.includes("may be missing from the state") ? "unknown" : true);
    await ended(pidIn(folder));
    writeFileSync(join(folder, "go"), "");
    await stackIn(folder, engine).apply({});
    expect(await stackIn(folder, engine).resources()).toHaveLength(2);
  });

  test("before it has begun: nothing is started", async () => {
    const interrupts = new Interrupts();
    interrupts.request();
    const folder = make("true");
    await expect(stackIn(folder, engine, { interrupts }).apply({})).rejects.toMatchObject({ code: "INTERRUPTED", exitCode: 130 });
    expect(existsSync(join(folder, ".terraform"))).toBe(false);
  });

  test("by a kill: the error says so, the lock that stays does no harm, and the next run works", async () => {
    const folder = make(WAIT);
    const apply = failureOf(stackIn(folder, engine).apply({}));
    await appeared(join(folder, "engine.pid"));
    process.kill(pidIn(folder), "SIGKILL");
    const failure = await apply;
    expect(failure).toMatchObject({ code: "ENGINE_KILLED", exitCode: 1, stateSaved: "unknown", hint: expect.stringContaining("out of memory") as string });
    expect(failure.message).toContain("SIGKILL");
    expect(failure.resources).toContainEqual({ address: "terraform_data.waiting", action: "create", outcome: "unfinished" });
    expect(existsSync(join(folder, "state", ".stack.tfstate.lock.info"))).toBe(true);

    writeFileSync(join(folder, "go"), "");
    // What was in flight is missing from the state, or is there without a trace of its unfinished provisioner: both happen.
    const { changes } = await stackIn(folder, engine).plan();
    for (const { action } of changes) expect(["create", "replace"]).toContain(action);
    await stackIn(folder, engine).apply({});
    expect(await stackIn(folder, engine).plan()).toMatchObject({ empty: true });
  });

  test("it runs in a process group of its own: a Ctrl-C on our terminal does not reach it", async () => {
    const folder = make(WAIT);
    const apply = stackIn(folder, engine).apply({});
    await appeared(join(folder, "engine.pid"));
    // Signal 0 to a group works only where a group has that number: the engine leads one.
    expect(process.kill(-pidIn(folder), 0)).toBe(true);
    writeFileSync(join(folder, "go"), "");
    await apply;
  });

  test("a state that another run holds: by whom, since when; afterwards it works", async () => {
    const folder = make(WAIT);
    const apply = stackIn(folder, engine).apply({});
    await appeared(join(folder, "engine.pid"));
    const failure = await failureOf(stackIn(folder, engine).plan());
    expect(failure).toMatchObject({ code: "ENGINE_STATE_LOCKED", stateSaved: true });
    expect(failure.lock).toMatchObject({ endsWithProcess: true, holder: { operation: "apply", who: expect.stringMatching(/.@./) as string, created: expect.stringMatching(/^\d{4}-\d\d-\d\d /) as string } });
    expect(failure.message).toContain(failure.lock?.holder?.who);

    const patient = stackIn(folder, engine, { lockTimeoutSeconds: 30 }).plan();
    writeFileSync(join(folder, "go"), "");
    await apply;
    expect(await patient).toMatchObject({ empty: true });
  });
});

describeWithEngines("a disk without room", (engine) => {
  withFullDevice("for the lock: the error names the way out, and with room the same run works", async () => {
    const folder = makeFolder({ "cdk.tf.json": configuration(RUNNERS) });
    mkdirSync(join(folder, "state"));
    const lock = join(folder, "state", ".stack.tfstate.lock.info");
    symlinkSync("/dev/full", lock);
    const failure = await failureOf(stackIn(folder, engine).apply({ variables: { runners: { a: "on" } } }));
    expect(failure).toMatchObject({ code: "ENGINE_DISK_FULL", stateSaved: true, resources: [], hint: "Make room and run the same command again." });
    rmSync(lock);
    expect(await stackIn(folder, engine).apply({ variables: { runners: { a: "on" } } })).toMatchObject({ summary: { add: 1 } });
  });

  withFullDevice("for the state, in the middle: the state is kept beside the configuration and goes back with the next run", async () => {
    const folder = makeFolder({ "cdk.tf.json": configuration(RUNNERS) });
    await stackIn(folder, engine).apply({ variables: { runners: { a: "on" } } });
    const backup = join(folder, "state", "stack.tfstate.backup");
    rmSync(backup, { force: true });
    symlinkSync("/dev/full", backup);
    const kept = join(folder, "errored.tfstate");
    const failure = await failureOf(stackIn(folder, engine).apply({ variables: { runners: { a: "on", b: "on" } } }));
    expect(failure).toMatchObject({ code: "ENGINE_DISK_FULL", stateSaved: false });
    expect(failure.message).toContain(kept);
    expect(existsSync(kept)).toBe(true);
    const done = failure.resources.filter(({ outcome }) => outcome === "complete").map(({ address }) => address);

    rmSync(backup);
    const logs: string[] = [];
    const next = stackIn(folder, engine, { onEvent: (event) => void (event.kind === "log" && logs.push(event.message)) });
    const plan = await next.plan({ variables: { runners: { a: "on", b: "on" } } });
    expect(plan.empty).toBe(done.includes('terraform_data.runner["b"]'));
    expect(existsSync(kept)).toBe(false);
    expect(logs).toContain("The state that the last run could not save is back in its place.");
    await next.apply({ variables: { runners: { a: "on", b: "on" } } });
    expect(await next.resources()).toHaveLength(2);
  });

  test("a kept state is not put over one that somebody has changed since", async () => {
    const folder = makeFolder({ "cdk.tf.json": configuration(RUNNERS) });
    await stackIn(folder, engine).apply({ variables: { runners: { a: "on" } } });
    const state = JSON.parse(readFileSync(join(folder, "state", "stack.tfstate"), "utf8")) as { serial: number };
    writeFileSync(join(folder, "errored.tfstate"), JSON.stringify({ ...state, serial: state.serial - 1 }));
    await expect(stackIn(folder, engine).plan()).rejects.toMatchObject({ code: "ENGINE_STATE_FORKED" });
    expect(existsSync(join(folder, "errored.tfstate"))).toBe(true);
  });

  test("a kept state that was cut off is no obstacle", async () => {
    const folder = makeFolder({ "cdk.tf.json": configuration(RUNNERS), "errored.tfstate": '{"version": 4, "ser' });
    expect(await stackIn(folder, engine).plan()).toMatchObject({ changes: [] });
  });

  test("for the kept state either: what the engine prints instead is kept elsewhere, and shown to nobody", async () => {
    const folder = makeFolder({ "cdk.tf.json": configuration({ resource: { terraform_data: { a: { input: "canary-in-state" } } } }) });
    await stackIn(folder, engine).init();
    mkdirSync(join(folder, "state", "stack.tfstate.backup"), { recursive: true });
    mkdirSync(join(folder, "errored.tfstate"));
    // A state before it, so that the engine has something to back up.
    writeFileSync(join(folder, "state", "stack.tfstate"), JSON.stringify({ version: 4, terraform_version: "1.9.0", serial: 1, lineage: "9c1a4a5e-aaaa-bbbb-cccc-000000000001", outputs: {}, resources: [] }));
    const seen: unknown[] = [];
    const failure = await failureOf(stackIn(folder, engine, { onEvent: (event) => seen.push(event) }).apply({}));
    expect(failure.stateSaved).toBe(false);
    const file = /kept in (\S+-errored\.tfstate);/.exec(failure.message)?.[1] as string;
    expect(readFileSync(file, "utf8")).toContain("canary-in-state");
    rmSync(file);
    expect(`${JSON.stringify(seen)}${failure.message}${failure.hint}`).not.toContain("canary-in-state");
  });
});

describeWithEngines("what is not as it should be", (engine) => {
  const state = (text: string) => {
    const folder = makeFolder({ "cdk.tf.json": configuration(RUNNERS) });
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "state", "stack.tfstate"), text);
    return folder;
  };

  test("a state that is damaged", async () => {
    const folder = state('{"version": 4,');
    expect(await failureOf(stackIn(folder, engine).plan())).toMatchObject({ code: "ENGINE_STATE_DAMAGED", hint: expect.stringContaining(".backup") as string });
    expect(await failureOf(stackIn(folder, engine).resources())).toMatchObject({ code: "ENGINE_STATE_DAMAGED" });
  });

  test("a state in the format of a newer engine", async () => {
    const failure = await failureOf(stackIn(state('{"version": 9, "terraform_version": "99.0.0", "serial": 1, "lineage": "a"}'), engine).plan());
    expect(failure).toMatchObject({ code: "ENGINE_STATE_NEWER", message: expect.stringContaining("99.0.0") as string });
  });

  test("a plan that is none", async () => {
    const folder = makeFolder({ "cdk.tf.json": configuration(RUNNERS), "stack.plan": "no plan" });
    expect(await failureOf(stackIn(folder, engine).apply({ plan: "stack.plan" }))).toMatchObject({ code: "ENGINE_FAILED", message: expect.stringContaining("stack.plan") as string });
  });

  test("a binary that has gone since it was found", async () => {
    const folder = makeFolder({ "cdk.tf.json": configuration(RUNNERS) });
    const gone: Engine = { ...toEngine(engine), path: join(folder, "bin", "tofu") };
    await expect(stackIn(folder, gone).plan()).rejects.toMatchObject({ code: "ENGINE_VANISHED", hint: expect.stringContaining("gosling engine list") as string });
  });

  test("a folder that is not there", async () => {
    await expect(stackIn(join(makeFolder(), "none"), engine).plan()).rejects.toMatchObject({ code: "STACK_MISSING" });
  });

  test("a lock that is not held cannot be broken, and the engine says so", async () => {
    const folder = makeFolder({ "cdk.tf.json": configuration(RUNNERS) });
    expect(await failureOf(stackIn(folder, engine).forceUnlock("9c1a4a5e-aaaa-bbbb-cccc-000000000001"))).toMatchObject({ code: "ENGINE_FAILED", message: expect.stringMatching(/not locked/i) as string });
  });
});
