import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Interrupts, mapConcurrent } from "../../src/engine";
import { parseEvent } from "../../src/engine/events";
import { engineEnvironment } from "../../src/engine/environment";
import { jsonIn, MAX_STDERR_BYTES, runCommand, startCommand } from "../../src/engine/run";
import { appeared, ended, makeFolder, removeFolders } from "./stack-folder";

afterAll(removeFolders);

/** A program in place of the engine, for what no real engine does on demand. */
function program(script: string): { path: string; folder: string } {
  const folder = makeFolder();
  const path = join(folder, "engine");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { path, folder };
}
const env = { PATH: process.env["PATH"] };

describe("one run", () => {
  test("tells events in order, and keeps what is none", async () => {
    const lines = [
      '{"@level":"info","type":"version","tofu":"1.12.6"}',
      "Warning: something about the surroundings",
      '{"@level":"info","type":"of_tomorrow","x":1}',
      '{"@level":"info","@message":" stopping ","type":"log"}',
      "",
      '{"answer": 42}',
    ];
    const { path, folder } = program(`cat <<'X'\n${lines.join("\n")}\nX\nprintf 'no line break'; echo oops >&2; exit 3`);
    const told: string[] = [];
    const result = await runCommand({ path, folder, env, args: [], onEvent: (event) => told.push(event.kind) });
    expect(told).toEqual(["version", "log"]);
    expect(result).toMatchObject({ exitCode: 3, signal: null, stderr: "oops\n", interrupts: 0, stdout: 'Warning: something about the surroundings\n{"answer": 42}\nno line break' });
    expect(result.events[1]).toEqual({ kind: "log", message: "stopping" });
  });

  test("reads characters and lines that are cut anywhere", async () => {
    const message = "Größe ✓ 🪿";
    const bytes = Buffer.from(`${JSON.stringify({ "@level": "info", "@message": message, type: "log" })}\n`);
    const octal = [...bytes].map((byte) => `printf '\\${byte.toString(8).padStart(3, "0")}'`).join("; ");
    const { path, folder } = program(octal);
    expect((await runCommand({ path, folder, env, args: [] })).events).toEqual([{ kind: "log", message }]);
  });

  test("keeps the end of a flood of errors, and no more", async () => {
    const { path, folder } = program("i=0; while [ $i -lt 4000 ]; do echo 'a line of forty characters, or nearly so' >&2; i=$((i+1)); done; echo last >&2");
    const { stderr } = await runCommand({ path, folder, env, args: [] });
    expect(stderr.length).toBe(MAX_STDERR_BYTES);
    expect(stderr.endsWith("last\n")).toBe(true);
  });

  test("ends with the engine, though something that it left behind holds its output open", async () => {
    const { path, folder } = program("(n=0; while [ ! -e go ] && [ $n -lt 3000 ]; do sleep 0.02; n=$((n+1)); done; echo late; touch over) & echo done");
    const { exitCode, stdout } = await runCommand({ path, folder, env, args: [] });
    expect([exitCode, stdout]).toEqual([0, "done"]);
    expect(existsSync(join(folder, "over"))).toBe(false);
    writeFileSync(join(folder, "go"), "");
  });

  test("gets its arguments as they are", async () => {
    const { path, folder } = program('for word in "$@"; do echo "<$word>"; done');
    expect((await runCommand({ path, folder, env, args: ["plan", '-replace=terraform_data.runner["a b"]', "$HOME"] })).stdout).toBe('<plan>\n<-replace=terraform_data.runner["a b"]>\n<$HOME>');
  });
});

describe("stopping", () => {
  const stubborn = "trap 'echo INT >> signals' INT; echo $$ > pid; while :; do sleep 0.02; done";

  test("the first and the second request interrupt, the third kills", async () => {
    const { path, folder } = program(stubborn);
    const interrupts = new Interrupts();
    const running = await startCommand({ path, folder, env, args: [], interrupts });
    await appeared(join(folder, "pid"));
    const signals = () => (existsSync(join(folder, "signals")) ? readFileSync(join(folder, "signals"), "utf8").split("\n").length - 1 : 0);
    for (const count of [1, 2]) {
      interrupts.request();
      while (signals() < count) await new Promise(setImmediate);
    }
    expect(interrupts.signal.aborted).toBe(true);
    interrupts.request();
    expect(await running.finished).toMatchObject({ exitCode: null, signal: "SIGKILL", interrupts: 3 });
    await ended(running.pid);
  });

  test("an engine that does not heed the second request is killed after a while, with all that it started", async () => {
    const { path, folder } = program(`sh -c 'trap "" INT; echo $$ > child; while :; do sleep 0.02; done' &\n${stubborn}`);
    const running = await startCommand({ path, folder, env, args: [], killAfterMs: 20 });
    await appeared(join(folder, "pid"));
    await appeared(join(folder, "child"));
    const child = Number(readFileSync(join(folder, "child"), "utf8"));
    running.interrupt();
    running.interrupt();
    expect(await running.finished).toMatchObject({ signal: "SIGKILL", interrupts: 2 });
    await ended(child);
  });

  test("what has ended takes no request any more", async () => {
    const { path, folder } = program("exit 0");
    const interrupts = new Interrupts();
    await runCommand({ path, folder, env, args: [], interrupts });
    expect(() => interrupts.request()).not.toThrow();
  });
});

describe("the environment of an engine", () => {
  test("lacks what would disturb it, and has what makes it quiet", () => {
    const surroundings = { HOME: "/home/me", TF_CLI_ARGS: "x", TF_CLI_ARGS_apply: "x", TF_DATA_DIR: "x", TF_WORKSPACE: "x", TF_VAR_a: "x", TF_INPUT: "1", GOSLING_ENGINE_MIRROR_TOKEN: "x", GOSLING_ENGINE_MIRROR_HEADER: "x", TF_PLUGIN_CACHE_DIR: "/kept", NOTHING: undefined, PATH: "/usr/bin" };
    expect(engineEnvironment(surroundings, { TF_VAR_b: "ours" }, "/opt/node/bin/node")).toEqual({
      HOME: "/home/me",
      TF_PLUGIN_CACHE_DIR: "/kept",
      TF_VAR_b: "ours",
      TF_IN_AUTOMATION: "1",
      CHECKPOINT_DISABLE: "1",
      PATH: "/opt/node/bin:/usr/bin",
    });
  });

  test("keeps the PATH where our own node is the first one on it", () => {
    const { path, folder } = program("true");
    writeFileSync(join(folder, "node"), "");
    expect(engineEnvironment({ PATH: `${folder}:/usr/bin` }, {}, join(folder, "node"))["PATH"]).toBe(`${folder}:/usr/bin`);
    expect(engineEnvironment({}, {}, path)["PATH"]).toBe(folder);
  });
});

describe("events", () => {
  test.each([
    ["not JSON", "plain"],
    ["cut off", '{"type":"version"'],
    ["a version without one", '{"type":"version"}'],
    ["a change without a resource", '{"type":"planned_change","change":{"action":"create"}}'],
    ["a change with an unknown action", '{"type":"planned_change","change":{"resource":{"addr":"a.b"},"action":"ponder"}}'],
    ["a diagnostic without a severity", '{"type":"diagnostic","diagnostic":{"summary":"x"}}'],
    ["a list", "[1]"],
    ["null", "null"],
  ])("%s is none", (_what, line) => {
    expect(parseEvent(line)).toBeUndefined();
  });

  test("a diagnostic carries no snippet: it may quote values", () => {
    const diagnostic = { severity: "error", summary: "Bad", detail: " text ", address: "a.b", range: { filename: "x.tf", start: { line: 3, column: 1, byte: 9 } }, snippet: { code: "canary", values: [{ traversal: "v", statement: "is canary" }] } };
    expect(parseEvent(JSON.stringify({ type: "diagnostic", diagnostic }))).toEqual({
      kind: "diagnostic",
      diagnostic: { severity: "error", summary: "Bad", detail: "text", address: "a.b", file: "x.tf", line: 3 },
    });
  });

  test("Terraform's remove is OpenTofu's forget; an index is a number", () => {
    const change = { resource: { addr: "a.b[0]", resource_type: "a", resource_name: "b", resource_key: 0 }, action: "remove" };
    expect(parseEvent(JSON.stringify({ type: "resource_drift", change }))).toEqual({ kind: "resource_drift", change: { resource: { address: "a.b[0]", type: "a", name: "b", key: 0 }, action: "forget" } });
  });

  test.each([
    ["Warning: x\n\nmore {\n{\n  \"a\": 1\n}\n", '{\n  "a": 1\n}'],
    ['{"a":1}', '{"a":1}'],
    ["nothing", ""],
  ])("the JSON in %p is found", (stdout, json) => {
    expect(jsonIn(stdout)).toBe(json);
  });
});

describe("many at once", () => {
  test("never more than the limit, all of them, answers in order", async () => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrent(
      Array.from({ length: 20 }, (_, index) => index),
      async (index) => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running -= 1;
        if (index % 5 === 0) throw new Error(`item ${index}`);
        return index * 2;
      },
      3,
    );
    expect(most).toBe(3);
    expect(results.map((result) => (result.status === "fulfilled" ? result.value : (result.reason as Error).message)).slice(0, 6)).toEqual(["item 0", 2, 4, 6, 8, "item 5"]);
    expect(await mapConcurrent([], () => Promise.reject(new Error("never")))).toEqual([]);
  });
});
