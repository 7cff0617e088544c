import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { GoslingError } from "../vocabulary/error";
import { SECRET_REFRESH_SECONDS } from "../vocabulary/runner-configuration";
import { type AccessLog, createMasker, openAccessLog } from "../secrets";
import { claimRunner } from "./claim";
import { createRunner } from "./create";
import { runnerFolder } from "./folder";
import { createLog, type LogFile, openLogFile } from "./log";
import { identify, machineProcesses } from "./processes";
import { runnerUnknown } from "./runner-unknown";
import { readRunnerFile } from "./runner-file";
import { openRunnerSecrets, type SecretSource } from "./secret-source";
import { createStatusKeeper } from "./status-keeper";
import { type Supervisor, superviseRunner } from "./supervisor";

export interface RunOptions {
  readonly nestRoot: string;
  readonly egg: string;
  readonly id: string;
  /** Path of the agent; default: `GOSLING_AGENT`, else `gitlab-runner` on the PATH. */
  readonly agent?: string;
  /** Write to the runner's log file; else to `output`. */
  readonly toLogFile: boolean;
  readonly output: { write(bytes: Uint8Array): unknown };
  /**
   * `GOSLING_UMASK` (octal) is the file mode mask of the agent and its jobs, where the one that this process
   * has inherited was made for others; `GOSLING_HEARTBEAT_MS` the time between heartbeats; `GOSLING_SECRETS_LOG` a
   * file that gets a line for every access to a secret. On a machine of a cloud `GOSLING_RUNNER_CONFIGURATION` is what
   * the runner is told.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Name of this launch; its heartbeats carry it. Default: random. */
  readonly launch?: string;
}

const HEARTBEAT_MS = 3000;

/**
 * Runner mode: this process becomes the runner until it is asked to end, by SIGTERM or SIGQUIT (drain),
 * or SIGINT (stop now). SIGHUP reloads.
 * @throws GoslingError `RUNNER_UNKNOWN` where it was never made, `RUNNER_RUNS` where another process is this runner.
 */
export async function runRunner(options: RunOptions): Promise<void> {
  const folder = runnerFolder(options.nestRoot, options.egg, options.id);
  const told = options.env["GOSLING_RUNNER_CONFIGURATION"];
  if (told) await createRunner(options.nestRoot, options.egg, options.id, told);
  const runner = await readRunnerFile(folder);
  if (runner === undefined) throw runnerUnknown(options.egg, options.id);
  restoreUmask(options.env["GOSLING_UMASK"]);
  const own = await identify(machineProcesses, process.pid);
  if (own === undefined) throw new Error("this process can't find itself among the machine's processes");
  const launch = options.launch ?? randomBytes(8).toString("hex");
  const holder = await claimRunner(folder, { ...own, launch }, machineProcesses);
  if (holder !== undefined) throw new GoslingError("RUNNER_RUNS", `runner ${options.id} of ${options.egg} runs already, as process ${holder.pid}`);

  const masker = createMasker();
  const file: LogFile = options.toLogFile ? openLogFile(folder.log) : { write: (bytes) => void options.output.write(bytes), close: () => undefined };
  const log = createLog(file, masker, Date.now);
  let supervisor: Supervisor | undefined = undefined;
  let accessLog: AccessLog | undefined;
  let secrets: SecretSource | undefined;
  const status = createStatusKeeper(folder, runner, { pid: process.pid, launch }, Date.now, (error) => {
    log.line(`the heartbeat can't be written: ${error.message}`);
    // Nobody can see or reach a runner whose folder is gone.
    if (error.code === "ENOENT") supervisor?.drain();
  });
  const stopListening = listen({
    SIGTERM: () => supervisor?.drain(),
    SIGQUIT: () => supervisor?.drain(),
    SIGINT: () => supervisor?.stopNow(),
    SIGHUP: () => supervisor?.reload(),
  });
  try {
    log.line(`runner ${options.id} of ${options.egg}, revision ${runner.revision} (process ${process.pid})`);
    const accesses = options.env["GOSLING_SECRETS_LOG"];
    if (accesses) accessLog = openAccessLog(resolve(accesses));
    secrets = openRunnerSecrets(runner, {
      env: options.env,
      nestRoot: options.nestRoot,
      timing: { now: Date.now, random: Math.random, pause: (ms) => pause(ms) },
      masker,
      onAccess: (access) => accessLog?.write(access),
    });
    supervisor = superviseRunner({
      runner,
      folder,
      env: options.env,
      agentPath: options.agent ?? options.env["GOSLING_AGENT"],
      secrets,
      masker,
      log,
      status,
      processes: machineProcesses,
      heartbeatMs: positive(options.env["GOSLING_HEARTBEAT_MS"]) ?? HEARTBEAT_MS,
      refreshMs: SECRET_REFRESH_SECONDS * 1000,
      now: () => performance.now(),
      random: Math.random,
    });
    if (existsSync(folder.drainMarker)) supervisor.drain();
    await supervisor.done;
    log.line("ended");
  } catch (error) {
    log.line(`crashed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    throw error;
  } finally {
    stopListening();
    await secrets?.close();
    accessLog?.close();
    log.close();
  }
}

function listen(handlers: Readonly<Partial<Record<NodeJS.Signals, () => void>>>): () => void {
  const entries = Object.entries(handlers) as [NodeJS.Signals, () => void][];
  for (const [signal, handler] of entries) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of entries) process.off(signal, handler);
  };
}

function restoreUmask(text: string | undefined): void {
  if (text === undefined || text === "") return;
  if (!/^0?[0-7]{3}$/.test(text)) throw new GoslingError("RUNNER_UMASK", `GOSLING_UMASK is three octal digits, such as 022, not "${text}"`, { exitCode: 64 });
  process.umask(Number.parseInt(text, 8));
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}
