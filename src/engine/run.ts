import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { GoslingError } from "../vocabulary/error";
import { type EngineEvent, isEventLine, parseEvent } from "./events";
import { engineEnvironment, type Environment, UMASK_VARIABLE } from "./environment";
import type { Interrupts } from "./interrupts";

/** One call of the engine. */
export interface EngineCommand {
  /** Path of the binary. */
  readonly path: string;
  readonly args: readonly string[];
  /** Working folder: the stack's. */
  readonly folder: string;
  readonly env: Environment;
  /** Variables on top of `env`; these may be `TF_VAR_…` too. */
  readonly extra?: Environment;
  /** What the command reads from its standard input. Default: nothing. */
  readonly input?: string;
  readonly interrupts?: Interrupts;
  /** Called for each event, in order, while the engine works. */
  readonly onEvent?: (event: EngineEvent) => void;
  /** From the second request to stop until the engine's processes are killed. Default: 10 s. */
  readonly killAfterMs?: number;
}

export interface CommandResult {
  /** None where a signal ended the process. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly events: readonly EngineEvent[];
  /** What was no event: the whole answer of `show -json`, or what a crash left. Bounded, see {@link MAX_OUTPUT_BYTES}. */
  readonly stdout: string;
  /** The last {@link MAX_STDERR_BYTES} of it. */
  readonly stderr: string;
  /** How often this command was asked to stop. */
  readonly interrupts: number;
}

/** A command on its way. */
export interface RunningCommand {
  readonly pid: number;
  /** Once: stop after what is in hand. Twice: drop it. Three times: kill. */
  interrupt(): void;
  /** When the process and its output have ended. It never rejects for what the engine answers. */
  readonly finished: Promise<CommandResult>;
}

/** A thousand runners in a state take 2 MB; more than this is no state of ours. */
export const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
export const MAX_STDERR_BYTES = 64 * 1024;
const KILL_AFTER_MS = 10_000;
/** A process that a provisioner left behind may hold our pipes open: the engine's own end counts. */
const PIPE_GRACE_MS = 2_000;

/**
 * Starts one command. The engine gets a process group of its own: a Ctrl-C on our terminal does not
 * reach it directly (two would make it stop without saving), only through `interrupts`. Files that
 * it writes are for their owner alone.
 *
 * @throws GoslingError `ENGINE_VANISHED` where the binary cannot be started, `INTERRUPTED` where a stop was asked for before.
 */
export async function startCommand(command: EngineCommand): Promise<RunningCommand> {
  if ((command.interrupts?.count ?? 0) > 0) throw new GoslingError("INTERRUPTED", "Stopped before the engine was started.", { exitCode: 130 });
  const child = spawnPrivately(command);
  // Listened to at once: a short command may end before its start has been told.
  const exit = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once("exit", (code, by) => resolve([code, by]));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error: NodeJS.ErrnoException) => reject(cannotStart(command, error)));
  });
  const pid = child.pid as number; // a spawned process has one
  // Failures to signal arrive as errors too; the exit tells what became of it.
  child.on("error", () => undefined);
  // A command that ends without reading closes the pipe; its exit tells why.
  child.stdin.on("error", () => undefined).end(command.input ?? "");

  let interrupts = 0;
  let deadline: NodeJS.Timeout | undefined;
  const interrupt = () => {
    interrupts += 1;
    if (interrupts <= 2) child.kill("SIGINT");
    else killGroup(pid);
    if (interrupts === 2) deadline = setTimeout(() => killGroup(pid), command.killAfterMs ?? KILL_AFTER_MS);
  };
  const unsubscribe = command.interrupts?.onRequest(interrupt);

  const events: EngineEvent[] = [];
  /** A listener that throws must not cut the engine's output: that would kill it half-way. */
  let listenerError: { readonly error: unknown } | undefined;
  const onEvent = (event: EngineEvent) => {
    events.push(event);
    if (event.kind === "state_dump") return;
    try {
      command.onEvent?.(event);
    } catch (error) {
      listenerError ??= { error };
    }
  };
  const stdout = readEvents(child.stdout, onEvent);
  const stderr = readTail(child.stderr, MAX_STDERR_BYTES);
  const finished = (async (): Promise<CommandResult> => {
    const [exitCode, signal] = await exit;
    clearTimeout(deadline);
    unsubscribe?.();
    const grace = setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, PIPE_GRACE_MS);
    const result = { exitCode, signal, events, stdout: await stdout, stderr: await stderr, interrupts };
    clearTimeout(grace);
    if (listenerError !== undefined) throw listenerError.error;
    return result;
  })();
  return { pid, interrupt, finished };
}

/** Runs one command to its end. */
export async function runCommand(command: EngineCommand): Promise<CommandResult> {
  return (await startCommand(command)).finished;
}

/** The JSON object in a command's output: OpenTofu prints warnings about its surroundings in front of it. */
export function jsonIn(stdout: string): string {
  const start = stdout.search(/^\{/m);
  return start < 0 ? "" : stdout.slice(start, stdout.lastIndexOf("}") + 1);
}

function spawnPrivately(command: EngineCommand) {
  // The mask is inherited at the fork, which happens inside of spawn: ours is back before anything else runs.
  const umask = process.umask(0o077);
  try {
    return spawn(command.path, command.args, {
      cwd: command.folder,
      env: engineEnvironment(command.env, { [UMASK_VARIABLE]: umask.toString(8).padStart(4, "0"), ...command.extra }),
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
    });
  } finally {
    process.umask(umask);
  }
}

/** Provider plugins and provisioners are in the engine's group; runners are not (they have sessions of their own). */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended in between.
  }
}

function cannotStart(command: EngineCommand, error: NodeJS.ErrnoException): GoslingError {
  if (!existsSync(command.folder)) {
    return new GoslingError("STACK_MISSING", `The folder ${command.folder} is not there.`, { hint: "Run `gosling synth`.", cause: error });
  }
  return new GoslingError("ENGINE_VANISHED", `The engine ${command.path} could not be started: ${error.code ?? error.message}.`, {
    hint: "Check with `gosling engine list` that it is still there and may be executed.",
    cause: error,
  });
}

async function readEvents(stream: Readable, onEvent: (event: EngineEvent) => void): Promise<string> {
  const decoder = new StringDecoder("utf8");
  const raw: string[] = [];
  let rawLength = 0;
  /** The line that has not ended yet: `show -json` answers with one of megabytes. */
  let open: string[] = [];
  const take = (line: string) => {
    const event = parseEvent(line);
    if (event !== undefined) return onEvent(event);
    if (line.trim() === "" || isEventLine(line)) return;
    rawLength += line.length;
    if (rawLength <= MAX_OUTPUT_BYTES) raw.push(line);
  };
  try {
    for await (const chunk of stream) {
      const [first = "", ...further] = decoder.write(chunk as Buffer).split("\n");
      open.push(first);
      for (const next of further) {
        take(open.join(""));
        open = [next];
      }
    }
  } catch {
    // Destroyed after the engine's end: what was read counts.
  }
  take(open.join("") + decoder.end());
  return raw.join("\n");
}

async function readTail(stream: Readable, limit: number): Promise<string> {
  let tail = Buffer.alloc(0);
  try {
    for await (const chunk of stream) {
      tail = Buffer.concat([tail, chunk as Buffer]);
      if (tail.length > limit) tail = tail.subarray(tail.length - limit);
    }
  } catch {
    // Destroyed after the engine's end: what was read counts.
  }
  return tail.toString("utf8");
}
