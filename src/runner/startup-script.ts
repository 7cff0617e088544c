import { spawn } from "node:child_process";
import { access, writeFile } from "node:fs/promises";
import { Socket } from "node:net";
import { join } from "node:path";
import { writeFileAtomically } from "./atomic-file";
import type { RunnerFolder } from "./folder";
import type { RunnerLog } from "./log";

/** How long a script that is told to end may take before it is killed. */
const KILL_AFTER_MS = 10_000;

/** A startup script that runs. */
export interface StartupRun {
  /** undefined: it succeeded; else one line that says how it ended. */
  readonly ended: Promise<string | undefined>;
  /** Tells it, and all that it started, to end. */
  abort(): void;
}

/** Whether the runner's startup script has succeeded before. */
export async function hasStartedUp(folder: RunnerFolder): Promise<boolean> {
  return access(folder.startupMarker).then(
    () => true,
    () => false,
  );
}

/**
 * Runs the startup script: by the program of its `#!` line, else by `/bin/sh -e`, which stops at the first
 * command that fails. It runs in the runner's working folder; its output goes to the log. Success is
 * written down, so that it runs once per runner and not once per start.
 */
export async function runStartupScript(script: string, folder: RunnerFolder, env: Readonly<Record<string, string>>, log: RunnerLog): Promise<StartupRun> {
  const file = join(folder.path, "startup-script");
  await writeFileAtomically(file, script, 0o700);
  const [program, args] = script.startsWith("#!") ? [file, []] : ["/bin/sh", ["-e", file]];
  // A session of its own: its whole family can be ended, and no terminal's Ctrl-C reaches it.
  const child = spawn(program, args, { cwd: folder.work, env: { ...env }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  for (const stream of [child.stdout, child.stderr]) {
    const output = log.output();
    stream.on("data", (chunk: Buffer) => output.write(chunk));
    stream.on("close", () => output.end());
    // A process that the script left running may hold it open for ever.
    if (stream instanceof Socket) stream.unref();
  }
  let aborted = false;
  const ended = new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(`the startup script can't be run: ${error.message}`));
    // "exit" and not "close": a process that the script left running may keep its output open.
    child.once("exit", (code, signal) => {
      if (aborted) resolve("the startup script was aborted");
      else if (code === 0) void writeFile(folder.startupMarker, "", { mode: 0o600 }).then(() => resolve(undefined), (error: Error) => resolve(error.message));
      else resolve(`the startup script ended with ${code === null ? `signal ${signal}` : `exit code ${code}`}`);
    });
  });
  return {
    ended,
    abort() {
      if (aborted || child.pid === undefined) return;
      aborted = true;
      const { pid } = child;
      signalGroup(pid, "SIGTERM");
      const timer = setTimeout(() => signalGroup(pid, "SIGKILL"), KILL_AFTER_MS);
      void ended.then(() => clearTimeout(timer));
    },
  };
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
