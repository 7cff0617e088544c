import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Engine, StackOptions } from "../../src/engine";
import { openStack } from "../../src/engine";
import type { TestEngine } from "../support/engines";

/** Configuration with a local backend at `state/stack.tfstate`; resources and outputs come on top. */
export function configuration(parts: Readonly<Record<string, unknown>> = {}, statePath = "state/stack.tfstate"): string {
  return JSON.stringify({ terraform: { backend: { local: { path: statePath } } }, ...parts });
}

/** One `terraform_data` per entry of the variable `runners`. */
export const RUNNERS = {
  variable: { runners: { type: "map(string)", default: {} } },
  resource: { terraform_data: { runner: { for_each: "${var.runners}", input: "${each.value}" } } },
  output: { count: { value: "${length(var.runners)}" }, secret: { value: "hidden", sensitive: true } },
};

/** A resource whose creation runs a shell script. */
export const provisioned = (name: string, command: string) => ({ [name]: { provisioner: [{ "local-exec": { command } }] } });

/**
 * A shell script that tells the engine's process id in `engine.pid` and then waits for a file named
 * `go`, a minute at most. The engine's interrupt ends it.
 */
export const WAIT = "echo $PPID > engine.pid.new && mv engine.pid.new engine.pid; n=0; while [ ! -e go ] && [ $n -lt 3000 ]; do sleep 0.02; n=$((n+1)); done";

const folders: string[] = [];

export function makeFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "gosling-stack-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

export const toEngine = (engine: TestEngine): Engine => ({ ...engine, origin: "path" });

export function stackIn(folder: string, engine: TestEngine, more: Partial<StackOptions> = {}) {
  return openStack({ engine: toEngine(engine), folder, env: process.env, ...more });
}

/** Waits until a file is there. */
export async function appeared(file: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!existsSync(file)) {
    if (Date.now() > deadline) throw new Error(`${file} did not appear`);
    await delay(10);
  }
}

/** Waits until a process has ended. */
export async function ended(pid: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new Error(`process ${pid} is still there`);
    await delay(10);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
