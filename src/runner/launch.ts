import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { GoslingError } from "../vocabulary/error";
import { newestClaim } from "./claim";
import { type RunnerFolder, runnerFolder } from "./folder";
import { machineProcesses, signalExactly } from "./processes";
import { runnerEnvironment } from "./process-environment";
import { readRunner } from "./records";
import { runnerUnknown } from "./runner-unknown";
import { readRunnerFile } from "./runner-file";

export interface StartOptions {
  readonly nestRoot: string;
  readonly egg: string;
  readonly id: string;
  /** The command that starts gosling: program and first arguments. */
  readonly gosling: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long the first heartbeat may take; default 30 s, for a machine that starts many at once. */
  readonly deadlineMs?: number;
}

const LOOK_MS = 25;
const LOG_LINES = 10;

/**
 * Starts the runner's process in a session of its own and returns once it has given its first heartbeat.
 * Where it runs already nothing is started; where that one drains, the wish to drain is taken back.
 * @throws GoslingError `RUNNER_UNKNOWN`, `RUNNER_START` with the log's last lines
 */
export async function startRunner(options: StartOptions): Promise<"started" | "running"> {
  const folder = runnerFolder(options.nestRoot, options.egg, options.id);
  const runner = await readRunnerFile(folder);
  if (runner === undefined) throw runnerUnknown(options.egg, options.id);
  const deadline = performance.now() + (options.deadlineMs ?? 30_000);
  let launched: Launched | undefined;
  for (;;) {
    const record = await readRunner(folder);
    if (record.process === "alive") {
      const claim = await newestClaim(folder);
      const ours = launched !== undefined && claim?.launch === launched.launch;
      if (record.draining) {
        await rm(folder.drainMarker, { force: true });
        if (claim !== undefined) await signalExactly(machineProcesses, claim, "SIGHUP");
      } else if (record.heartbeat?.launch === claim?.launch && record.heartbeat?.draining === false) {
        return ours ? "started" : "running";
      }
    } else if (launched === undefined) {
      await rm(folder.drainMarker, { force: true });
      launched = launch(folder, options, runnerEnvironment(options.env, runner));
    } else if (launched.ended !== undefined) {
      const last = record.heartbeat;
      // It was asked to end in the same moment: there is no more to wait for.
      if (last?.launch === launched.launch && last.state === "stopped") return "started";
      throw await startFailed(folder, `ended at once, with ${launched.ended}`);
    }
    if (performance.now() > deadline) throw await startFailed(folder, "gave no heartbeat in time");
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

interface Launched {
  readonly launch: string;
  /** How it ended; undefined while it lives. */
  readonly ended: string | undefined;
}

function launch(folder: RunnerFolder, options: StartOptions, env: Readonly<Record<string, string>>): Launched {
  const [program, ...first] = options.gosling;
  if (program === undefined) throw new Error("no command to start gosling with");
  const name = randomBytes(8).toString("hex");
  // What goes wrong before the runner opens its log, and a crash's last words, belong there too.
  const log = openSync(folder.log, "a", 0o600);
  let ended: string | undefined;
  try {
    // detached: a session of its own, so that neither the engine nor a terminal takes it along.
    const child = spawn(program, [...first, "--nest", options.nestRoot, "runner", "run", "--egg", options.egg, "--id", options.id, "--log"], {
      cwd: folder.path,
      env: { ...env, GOSLING_RUNNER_LAUNCH: name },
      stdio: ["ignore", log, log],
      detached: true,
    });
    child.once("error", (error) => (ended = error.message));
    child.once("exit", (code, signal) => (ended = code === null ? `signal ${signal}` : `exit code ${code}`));
    child.unref();
  } finally {
    closeSync(log);
  }
  return {
    launch: name,
    get ended() {
      return ended;
    },
  };
}

async function startFailed(folder: RunnerFolder, what: string): Promise<GoslingError> {
  const lines = await lastLines(folder.log, LOG_LINES);
  return new GoslingError("RUNNER_START", `runner ${folder.id} of ${folder.egg} ${what}${lines.length === 0 ? "" : `; the end of its log:\n${lines.map((line) => `  ${line}`).join("\n")}`}`, { hint: `The whole log is ${folder.log}` });
}

async function lastLines(path: string, count: number): Promise<string[]> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return [];
  try {
    const { size } = await file.stat();
    const length = Math.min(size, 16 * 1024);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString("utf8").trimEnd().split("\n").slice(-count).filter((line) => line !== "");
  } finally {
    await file.close();
  }
}
