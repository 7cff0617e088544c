import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestEngine } from "../support/engines";

/** Stands where gosling stands: it writes down how it was called, one line of JSON for each call. */
const RECORDER = `#!/usr/bin/env node
const { appendFileSync } = require("node:fs");
const { RECORD, GOSLING_RUNNER_CONFIGURATION } = process.env;
appendFileSync(RECORD, JSON.stringify({ command: process.argv.slice(2).join(" "), configuration: GOSLING_RUNNER_CONFIGURATION }) + "\\n");
`;

/** An entry of the `runners` variable, as a test may write it. */
export type Runner = { readonly power: string; readonly revision: string; readonly shard: number; readonly place: string };
export const on: Runner = { power: "on", revision: "r1", shard: 1, place: "local" };
export const off: Runner = { ...on, power: "off" };

/** A synthesized stack with a real engine, and a recorder in the place of gosling. */
export class EngineStack {
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
