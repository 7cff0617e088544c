import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { synthesize } from "../../src/synth";
import { describeWithEngines, testOnce } from "../support/engines";
import { folderWith } from "../support/folder";
import { EngineStack, off, on, type Runner } from "./engine-stack";
import { bucketNamed, eggNamed, jobNamed, nestOf, poolOf, shell } from "./model-nest";

describeWithEngines("stacks of the local cloud", (engine) => {
  test("are valid for the engine: machines, serverless, buckets, Jobs", async () => {
    const root = folderWith({});
    const { stacks } = await synthesize(nestOf(root, { eggs: [eggNamed("vm"), eggNamed("light", { type: "serverless" }), bucketNamed("team", ["a", "b"])], jobs: [jobNamed("drift")] }));
    for (const { name } of stacks) expect(new EngineStack(engine, root, name).run("validate")).toMatchObject({ status: 0 });
  });

  test("runners come, start, sleep, wake and go as the variable says", async () => {
    const root = folderWith({});
    await synthesize(nestOf(root, { eggs: [eggNamed("my-app", {}, poolOf(2, 1))] }));
    const stack = new EngineStack(engine, root, "my-app");

    expect(stack.apply({ a: on, b: off })).toMatchObject({ status: 0 });
    const [first, ...rest] = stack.commands().toSorted();
    expect(first).toBe("runner create --egg my-app --id a");
    expect(rest).toEqual(["runner create --egg my-app --id b", "runner start --egg my-app --id a"]);
    expect(existsSync(join(root, ".gosling/state/my-app.tfstate"))).toBe(true);

    stack.apply({ a: off, b: on });
    expect(stack.commands().toSorted()).toEqual(["runner start --egg my-app --id b", "runner stop --egg my-app --id a"]);

    stack.apply({ b: on });
    expect(stack.commands()).toEqual(["runner remove --egg my-app --id a"]);

    expect(stack.apply({ b: on }).text).toContain("0 added, 0 changed, 0 destroyed");
    expect(stack.commands()).toEqual([]);

    stack.apply({});
    expect(stack.commands()).toEqual(["runner stop --egg my-app --id b", "runner remove --egg my-app --id b"]);
  });

  test("a changed Egg touches no runner that is there; a new one gets the new configuration", async () => {
    const root = folderWith({});
    await synthesize(nestOf(root, { eggs: [eggNamed("my-app")] }));
    const stack = new EngineStack(engine, root, "my-app");
    stack.apply({ a: on });
    const [created] = stack.calls();

    await synthesize(nestOf(root, { eggs: [eggNamed("my-app", { runner: { ...shell, tags: ["other"] } })] }));
    expect(stack.apply({ a: on }).text).toContain("0 added, 0 changed, 0 destroyed");
    expect(stack.commands()).toEqual([]);

    stack.apply({ a: on, b: on });
    const [made] = stack.calls();
    expect(JSON.parse(created?.configuration ?? "")).toMatchObject({ tags: ["shell"] });
    expect(JSON.parse(made?.configuration ?? "")).toMatchObject({ tags: ["other"] });
  });

  testOnce(engine, "a runner whose process died is started again by a replacement", async () => {
    const root = folderWith({});
    await synthesize(nestOf(root, { eggs: [eggNamed("my-app")] }));
    const stack = new EngineStack(engine, root, "my-app");
    stack.apply({ a: on, b: on });
    stack.calls();
    expect(stack.apply({ a: on, b: on }, '-replace=terraform_data.process["a"]').text).toContain("1 added, 0 changed, 1 destroyed");
    expect(stack.commands()).toEqual(["runner stop --egg my-app --id a", "runner start --egg my-app --id a"]);
  });

  testOnce(engine, "a stack of a renamed Egg that takes over the state keeps the runners under their old name", async () => {
    const root = folderWith({});
    await synthesize(nestOf(root, { eggs: [eggNamed("old")] }));
    new EngineStack(engine, root, "old").apply({ a: on });
    await synthesize(nestOf(root, { eggs: [eggNamed("new", { renamedFrom: "old" })] }));
    writeFileSync(join(root, ".gosling/state/new.tfstate"), readFileSync(join(root, ".gosling/state/old.tfstate")));
    const stack = new EngineStack(engine, root, "new");
    stack.calls();
    expect(stack.apply({ a: on }).text).toContain("0 added, 0 changed, 0 destroyed");
    stack.apply({ b: on });
    expect(stack.commands().toSorted()).toEqual([
      "runner create --egg new --id b",
      "runner remove --egg old --id a",
      "runner start --egg new --id b",
      "runner stop --egg old --id a",
    ]);
  });

  testOnce(engine, "each stack makes its own shard's runners", async () => {
    const root = folderWith({});
    await synthesize(nestOf(root, { eggs: [eggNamed("big", {}, poolOf(150))] }));
    const runners = { a: on, b: { ...on, shard: 2 } };
    for (const [name, id] of [
      ["big", "a"],
      ["big.2", "b"],
    ] as const) {
      const stack = new EngineStack(engine, root, name);
      stack.apply(runners);
      expect(stack.commands()).toEqual([`runner create --egg big --id ${id}`, `runner start --egg big --id ${id}`]);
    }
  });

  const refused: [string, Record<string, Runner>, string][] = [
    ["more on than Apex holds", { a: on, b: on, c: on }, "my-app has at most 2 runners on (pool.apex.max_count)."],
    ["more than Apex and Nadir together", { a: on, b: off, c: off, d: off }, "my-app has at most 3 runners, on and asleep"],
    ["a power that there is not", { a: { ...on, power: "maybe" } }, 'The power of a runner is "on" or "off".'],
    ["an id that a shell would understand", { "a; reboot": on }, "The id of a runner has 1 to 128 letters"],
    ["an id that looks like a flag", { "--all": on }, "The id of a runner has 1 to 128 letters"],
    ["half a shard", { a: { ...on, shard: 1.5 } }, "The shard of a runner is a whole number from 1."],
  ];
  test("an apply by hand can't break the limits either", async () => {
    const root = folderWith({});
    await synthesize(nestOf(root, { eggs: [eggNamed("my-app", {}, poolOf(2, 1))] }));
    const stack = new EngineStack(engine, root, "my-app");
    for (const [what, runners, message] of refused) {
      const { status, text } = stack.apply(runners);
      expect({ what, status, told: text.includes(message) }).toEqual({ what, status: 1, told: true });
    }
    expect(stack.commands()).toEqual([]);
  });
});
