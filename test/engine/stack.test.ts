import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "../../src/engine";
import { EngineFailure, mapConcurrent } from "../../src/engine";
import { describeWithEngines } from "../support/engines";
import { configuration, makeFolder, provisioned, removeFolders, RUNNERS, stackIn } from "./stack-folder";

afterAll(removeFolders);

const two = { runners: { a: "on", "b c": "on" } };
const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);

describeWithEngines("a stack", (engine) => {
  const make = (parts: Readonly<Record<string, unknown>> = RUNNERS) => makeFolder({ "cdk.tf.json": configuration(parts) });

  test("is planned, applied, planned empty, scaled, replaced and destroyed", async () => {
    const folder = make();
    const stack = stackIn(folder, engine);

    const plan = await stack.plan({ variables: two, out: "stack.plan" });
    expect(plan.changes.map(({ resource, action }) => [resource.address, resource.key, action])).toEqual([
      ['terraform_data.runner["a"]', "a", "create"],
      ['terraform_data.runner["b c"]', "b c", "create"],
    ]);
    expect(plan).toMatchObject({ empty: false, summary: { add: 2, change: 0, remove: 0 }, file: "stack.plan", drift: [] });

    const applied = await stack.apply({ plan: "stack.plan" });
    expect(applied.resources).toHaveLength(2);
    expect(applied.resources).toContainEqual({ address: 'terraform_data.runner["b c"]', action: "create", outcome: "complete", elapsedSeconds: 0 });
    expect(applied).toMatchObject({ summary: { add: 2 }, outputs: { count: 2 } });

    expect(await stack.plan({ variables: two })).toMatchObject({ empty: true, changes: [] });
    expect(await stack.outputs()).toEqual({ count: { value: 2, sensitive: false }, secret: { value: "hidden", sensitive: true } });
    expect((await stack.resources()).map(({ address, key, tainted, values }) => [address, key, tainted, values["output"]])).toEqual([
      ['terraform_data.runner["a"]', "a", false, "on"],
      ['terraform_data.runner["b c"]', "b c", false, "on"],
    ]);

    const less = await stack.apply({ variables: { runners: { a: "on" } } });
    expect(less.resources).toEqual([{ address: 'terraform_data.runner["b c"]', action: "delete", outcome: "complete", elapsedSeconds: 0 }]);

    const replaced = await stack.plan({ variables: { runners: { a: "on" } }, replace: ['terraform_data.runner["a"]'] });
    expect(replaced.changes).toMatchObject([{ action: "replace", reason: "requested" }]);

    const gone = await stack.plan({ variables: { runners: { a: "on" } }, destroy: true });
    expect(gone.changes).toMatchObject([{ action: "delete" }]);
    expect(await stack.destroy({ variables: { runners: { a: "on" } } })).toMatchObject({ summary: { remove: 1 } });
    expect(await stack.resources()).toEqual([]);
    expect(await stack.outputs()).toEqual({});
  });

  test("a plan applies once: the second time it is stale", async () => {
    const stack = stackIn(make(), engine);
    await stack.plan({ variables: two, out: "stack.plan" });
    await stack.apply({ plan: "stack.plan" });
    await expect(stack.apply({ plan: "stack.plan" })).rejects.toMatchObject({ code: "ENGINE_PLAN_STALE", hint: expect.stringContaining("Plan again") as string });
  });

  test("state and plan are for their owner alone, and provisioners know our own umask", async () => {
    const folder = make({ resource: { terraform_data: provisioned("a", "umask > umask.txt; echo $GOSLING_UMASK > original.txt") } });
    const before = process.umask(0o027);
    try {
      const stack = stackIn(folder, engine);
      await stack.plan({ out: "stack.plan" });
      await stack.apply({ plan: "stack.plan" });
      expect(process.umask()).toBe(0o027);
    } finally {
      process.umask(before);
    }
    expect(mode(join(folder, "state", "stack.tfstate"))).toBe("600");
    expect(mode(join(folder, "stack.plan"))).toBe("600");
    expect(readFileSync(join(folder, "umask.txt"), "utf8").trim()).toBe("0077");
    expect(readFileSync(join(folder, "original.txt"), "utf8").trim()).toBe("0027");
  });

  test("variables leave no file behind, not even a killed process's", async () => {
    const folder = make();
    const orphan = join(folder, ".gosling-999999999-abcdef.tfvars.json");
    writeFileSync(orphan, "{}");
    await stackIn(folder, engine).plan({ variables: two });
    expect(readdirSync(folder).filter((name) => name.includes("tfvars"))).toEqual([]);
  });

  test("surroundings that would disturb the engine do not reach it; what the caller adds does", async () => {
    const folder = make({ variable: { word: { default: "none" } }, resource: { terraform_data: { a: { input: "${var.word}" } } } });
    const disturbed = { ...process.env, TF_CLI_ARGS: "-bogus", TF_CLI_ARGS_plan: "-destroy", TF_WORKSPACE: "other", TF_DATA_DIR: "/nowhere", TF_VAR_word: "leaked" };
    const stack = stackIn(folder, engine, { env: disturbed });
    await stack.apply({});
    expect((await stack.resources())[0]?.values["output"]).toBe("none");
    const told = stackIn(folder, engine, { env: disturbed, extra: { TF_VAR_word: "meant" } });
    await told.apply({});
    expect((await told.resources())[0]?.values["output"]).toBe("meant");
    expect(existsSync(join(folder, ".terraform"))).toBe(true);
  });

  test("warnings about the CLI configuration do no harm", async () => {
    const stack = stackIn(make(), engine, { env: { ...process.env, TF_CLI_CONFIG_FILE: "/nowhere/at/all" } });
    await stack.apply({ variables: two });
    expect(await stack.resources()).toHaveLength(2);
    expect((await stack.outputs())["count"]).toEqual({ value: 2, sensitive: false });
  });

  test("tells what it does while it does it", async () => {
    const events: EngineEvent[] = [];
    const folder = make({ resource: { terraform_data: provisioned("a", "echo hello") } });
    await stackIn(folder, engine, { onEvent: (event) => events.push(event) }).apply({});
    const resource = { address: "terraform_data.a", type: "terraform_data", name: "a" };
    expect(events).toContainEqual({ kind: "version", engine: engine.name, version: engine.version });
    expect(events).toContainEqual({ kind: "planned_change", change: { resource, action: "create" } });
    expect(events).toContainEqual({ kind: "provision_progress", resource, provisioner: "local-exec", output: "hello" });
    const kinds = events.map(({ kind }) => kind).filter((kind) => kind.startsWith("apply_") || kind.startsWith("provision_"));
    expect(kinds[0]).toBe("apply_start");
    expect(kinds.at(-1)).toBe("apply_complete");
    expect(events).toContainEqual({ kind: "change_summary", operation: "apply", summary: { add: 1, change: 0, remove: 0, import: 0, forget: 0 } });
  });

  test("a listener that throws does not stop the engine half-way", async () => {
    const folder = make();
    const stack = stackIn(folder, engine, {
      onEvent: (event) => {
        if (event.kind === "apply_start") throw new Error("a bug in the display");
      },
    });
    await expect(stack.apply({ variables: two })).rejects.toThrow("a bug in the display");
    expect(await stackIn(folder, engine).resources()).toHaveLength(2);
  });

  test("a resource that fails: the engine's words, the address, and what became of each resource", async () => {
    const folder = make({ resource: { terraform_data: { ...provisioned("good", "true"), ...provisioned("bad", "exit 3") } } });
    const failure = (await stackIn(folder, engine).apply({}).catch((error: unknown) => error)) as EngineFailure;
    expect(failure).toBeInstanceOf(EngineFailure);
    expect(failure).toMatchObject({ code: "ENGINE_FAILED", exitCode: 1, stateSaved: true });
    expect(failure.message).toContain("terraform_data.bad");
    expect(failure.message).toContain("exit status 3");
    expect(failure.diagnostics).toMatchObject([{ severity: "error", address: "terraform_data.bad", file: "cdk.tf.json" }]);
    expect(Object.fromEntries(failure.resources.map(({ address, outcome }) => [address, outcome]))).toEqual({ "terraform_data.good": "complete", "terraform_data.bad": "errored" });
    expect((await stackIn(folder, engine).resources()).map(({ name, tainted }) => [name, tainted]).sort()).toEqual([["bad", true], ["good", false]]);
  });

  test("configuration that is wrong names file and line", async () => {
    const folder = makeFolder({ "cdk.tf.json": configuration(), "wrong.tf": 'resource "terraform_data" "a" {\n  input = nowhere.b\n}\n' });
    await expect(stackIn(folder, engine).plan()).rejects.toMatchObject({ code: "ENGINE_FAILED", message: expect.stringContaining("wrong.tf:2") as string });
  });

  test("validate tells every error without asking for variables", async () => {
    const good = makeFolder({ "cdk.tf.json": configuration({ variable: { word: {} } }) });
    expect(await stackIn(good, engine).validate()).toEqual([]);
    const wrong = makeFolder({ "cdk.tf.json": configuration({ output: { a: { value: "${nowhere.b}" }, c: { value: "${var.none}" } } }) });
    const { diagnostics } = (await stackIn(wrong, engine).validate().catch((error: unknown) => error)) as EngineFailure;
    expect(diagnostics.map(({ summary, file }) => [summary, file]).sort()).toEqual([
      ["Reference to undeclared input variable", "cdk.tf.json"],
      ["Reference to undeclared resource", "cdk.tf.json"],
    ]);
  });

  test("many at once: one that fails stops no other", async () => {
    const good = RUNNERS;
    const bad = { resource: { terraform_data: provisioned("bad", "exit 1") } };
    const results = await mapConcurrent([good, bad, good, good], (parts) => stackIn(make(parts), engine).apply({}), 2);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  });
});

describeWithEngines("init", (engine) => {
  test("runs once, and again where something that it depends on has changed", async () => {
    const folder = makeFolder({ "cdk.tf.json": configuration(RUNNERS) });
    expect(await stackIn(folder, engine).init()).toBe(true);
    expect(await stackIn(folder, engine).init()).toBe(false);

    writeFileSync(join(folder, "cdk.tf.json"), configuration({ ...RUNNERS, output: {} }));
    expect(await stackIn(folder, engine).init()).toBe(false);

    writeFileSync(join(folder, "cdk.tf.json"), configuration(RUNNERS, "elsewhere/stack.tfstate"));
    expect(await stackIn(folder, engine).init()).toBe(true);

    rmSync(join(folder, ".terraform"), { recursive: true });
    expect(await stackIn(folder, engine).init()).toBe(true);

    const newer = { ...engine, version: "99.0.0" };
    expect(await stackIn(folder, newer).init()).toBe(true);
  });

  test("a changed backend starts with what is there, and takes the state along where that is wanted", async () => {
    const folder = makeFolder({ "cdk.tf.json": configuration(RUNNERS) });
    await stackIn(folder, engine).apply({ variables: two });

    writeFileSync(join(folder, "cdk.tf.json"), configuration(RUNNERS, "empty/stack.tfstate"));
    expect(await stackIn(folder, engine).resources()).toEqual([]);

    writeFileSync(join(folder, "cdk.tf.json"), configuration(RUNNERS));
    expect(await stackIn(folder, engine).resources()).toHaveLength(2);

    writeFileSync(join(folder, "cdk.tf.json"), configuration(RUNNERS, "moved/stack.tfstate"));
    expect(await stackIn(folder, engine, { onBackendChange: "migrate" }).resources()).toHaveLength(2);
  });

  test.each([
    ["gone", (file: string) => rmSync(file)],
    ["damaged", (file: string) => writeFileSync(file, "{")],
  ])("comes again by itself where the engine's own note is %s", async (_how, harm) => {
    const folder = makeFolder({ "cdk.tf.json": configuration(RUNNERS) });
    await stackIn(folder, engine).apply({ variables: two });
    harm(join(folder, ".terraform", "terraform.tfstate"));
    expect(await stackIn(folder, engine).plan({ variables: two })).toMatchObject({ empty: true });
  });

  test("a damaged stamp costs an init, no error", async () => {
    const folder = makeFolder({ "cdk.tf.json": configuration(RUNNERS) });
    const stack = stackIn(folder, engine);
    await stack.init();
    writeFileSync(join(folder, ".terraform", "gosling-init.json"), "{");
    expect(await stackIn(folder, engine).init()).toBe(true);
  });
});
