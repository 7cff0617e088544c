import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { synthesize } from "../../src/synth";
import { describeWithEngines, type TestEngine } from "../support/engines";
import { folderWith } from "../support/folder";
import { bucketNamed, eggNamed, jobNamed, nestOf, poolOf, shell } from "./model-nest";

/** Stands where gosling stands: it writes down how it was called, one line of JSON for each call. */
const RECORDER = `#!/usr/bin/env node
const { appendFileSync } = require("node:fs");
const { RECORD, GOSLING_RUNNER_CONFIGURATION } = process.env;
appendFileSync(RECORD, JSON.stringify({ command: process.argv.slice(2).join(" "), configuration: GOSLING_RUNNER_CONFIGURATION }) + "\\n");
`;

type Runner = { readonly power: string; readonly revision: string; readonly shard: number; readonly place: string };
const on: Runner = { power: "on", revision: "r1", shard: 1, place: "local" };
const off: Runner = { ...on, power: "off" };

class Stack {
  private readonly record: string;
  private readonly bin: string;

  constructor(
    private readonly engine: TestEngine,
    private readonly root: string,
    private readonly name: string,
  ) {
    this.record = join(root, "record");
    this.bin = join(root, "recorder.js");
    writeFileSync(this.bin, RECORDER);
    chmodSync(this.bin, 0o755);
    this.run("init");
  }

  run(...args: readonly string[]): { readonly status: number | null; readonly text: string } {
    const { status, stdout, stderr } = spawnSync(this.engine.path, [...args, "-no-color"], {
      cwd: join(this.root, "gosling.out/stacks", this.name),
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: this.root, TF_IN_AUTOMATION: "1", TF_INPUT: "0", CHECKPOINT_DISABLE: "1", GOSLING_BIN: this.bin, RECORD: this.record },
    });
    return { status, text: `${stdout}${stderr}`.replace(/\s+/g, " ") };
  }

  apply(runners: Readonly<Record<string, Runner>>, ...more: readonly string[]): { readonly status: number | null; readonly text: string } {
    return this.run("apply", "-auto-approve", `-var=runners=${JSON.stringify(runners)}`, ...more);
  }

  /** What was called since the last time, in order. */
  calls(): readonly { readonly command: string; readonly configuration?: string }[] {
    const text = existsSync(this.record) ? readFileSync(this.record, "utf8") : "";
    writeFileSync(this.record, "");
    return text.split("\n").filter(Boolean).map((line) => JSON.parse(line) as { command: string });
  }

  commands(): readonly string[] {
    return this.calls().map(({ command }) => command);
  }
}

describeWithEngines("stacks of the local cloud", (engine) => {
  test("are valid for the engine: machines, serverless, buckets, Jobs", async () => {
    const root = folderWith({});
    const { stacks } = await synthesize(nestOf(root, { eggs: [eggNamed("vm"), eggNamed("light", { type: "serverless" }), bucketNamed("team", ["a", "b"])], jobs: [jobNamed("drift")] }));
    for (const { name } of stacks) expect(new Stack(engine, root, name).run("validate")).toMatchObject({ status: 0 });
  });

  test("runners come, start, sleep, wake and go as the variable says", async () => {
    const root = folderWith({});
    await synthesize(nestOf(root, { eggs: [eggNamed("my-app", {}, poolOf(2, 1))] }));
    const stack = new Stack(engine, root, "my-app");

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
    const stack = new Stack(engine, root, "my-app");
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

  test("a runner whose process died is started again by a replacement", async () => {
    const root = folderWith({});
    await synthesize(nestOf(root, { eggs: [eggNamed("my-app")] }));
    const stack = new Stack(engine, root, "my-app");
    stack.apply({ a: on, b: on });
    stack.calls();
    expect(stack.apply({ a: on, b: on }, '-replace=terraform_data.process["a"]').text).toContain("1 added, 0 changed, 1 destroyed");
    expect(stack.commands()).toEqual(["runner stop --egg my-app --id a", "runner start --egg my-app --id a"]);
  });

  test("a stack of a renamed Egg that takes over the state keeps the runners under their old name", async () => {
    const root = folderWith({});
    await synthesize(nestOf(root, { eggs: [eggNamed("old")] }));
    new Stack(engine, root, "old").apply({ a: on });
    await synthesize(nestOf(root, { eggs: [eggNamed("new", { renamedFrom: "old" })] }));
    writeFileSync(join(root, ".gosling/state/new.tfstate"), readFileSync(join(root, ".gosling/state/old.tfstate")));
    const stack = new Stack(engine, root, "new");
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

  test("each stack makes its own shard's runners", async () => {
    const root = folderWith({});
    await synthesize(nestOf(root, { eggs: [eggNamed("big", {}, poolOf(150))] }));
    const runners = { a: on, b: { ...on, shard: 2 } };
    for (const [name, id] of [
      ["big", "a"],
      ["big.2", "b"],
    ] as const) {
      const stack = new Stack(engine, root, name);
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
    const stack = new Stack(engine, root, "my-app");
    for (const [what, runners, message] of refused) {
      const { status, text } = stack.apply(runners);
      expect({ what, status, told: text.includes(message) }).toEqual({ what, status: 1, told: true });
    }
    expect(stack.commands()).toEqual([]);
  });

  test("P29: every string of an Egg reaches the runner byte for byte", async () => {
    const awkward = ["${HOME}", "$${x}", "%{ if true }", "%%{x}", "${TfToken[TOKEN.1]}", "#{TfToken[TOKEN.1]}", "&{TfToken[TOKEN.1]}", "-1.8881545897087626e+289", '"\\', "a\nb\tc\r\n", "\u0000", "\u2028 🦢 é", "$(reboot) `id` 'x'", "\\u0024{x}", "%PATH% !x!"];
    const generated = fc.sample(fc.string({ unit: "binary", maxLength: 60 }), { numRuns: Number(process.env["FC_RUNS"] ?? 100), seed: 29 });
    const mixed = fc.sample(fc.array(fc.constantFrom("$", "%", "#", "&", "{", "}", '"', "\\", "$${", "e+289", "1", "-"), { maxLength: 12 }), { numRuns: 100, seed: 29 }).map((parts) => parts.join(""));
    const environment = Object.fromEntries([...awkward, ...generated, ...mixed].map((value, index) => [`V${index}`, value]));
    const root = folderWith({});
    const script = awkward.join("\n");
    await synthesize(nestOf(root, { eggs: [eggNamed("my-app", { environment, runner: { ...shell, startupScript: script, agentConfig: { deep: [{ "${key}": "${value}", number: 1e250 }] } } })] }));
    const stack = new Stack(engine, root, "my-app");
    expect(stack.apply({ a: on })).toMatchObject({ status: 0 });
    const configuration = JSON.parse(stack.calls()[0]?.configuration ?? "") as Record<string, unknown>;
    expect(configuration["environment"]).toEqual(environment);
    expect(configuration["startupScript"]).toBe(script);
    expect(configuration["agentConfig"]).toEqual({ deep: [{ "${key}": "${value}", number: 1e250 }] });
  });
});
