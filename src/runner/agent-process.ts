import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { Socket } from "node:net";
import { type AgentRecord, readAgentRecord } from "./agent-record";
import { writeFileAtomically } from "./atomic-file";
import type { RunnerFolder } from "./folder";
import type { RunnerLog } from "./log";
import { identify, isAlive, type Processes } from "./processes";

/** An agent that runs: a child of this process, or one that has outlived the process that started it. */
export interface RunningAgent {
  readonly pid: number;
  readonly port: number;
  /** One clause that says how it ended. */
  readonly ended: Promise<string>;
  signal(signal: NodeJS.Signals): void;
}

/** Starts the agent on its config.toml. It gets a process group of its own: a terminal's Ctrl-C reaches it through us only. */
export async function startAgent(path: string, port: number, folder: RunnerFolder, env: Readonly<Record<string, string>>, log: RunnerLog, processes: Processes): Promise<RunningAgent> {
  const child = spawn(path, ["run", "--config", folder.agentConfig, "--working-directory", folder.work], {
    cwd: folder.work,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    const output = log.output();
    stream.on("data", (chunk: Buffer) => output.write(chunk));
    stream.on("close", () => output.end());
    if (stream instanceof Socket) stream.unref();
  }
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`can't be run: ${error.message}`));
    child.once("exit", (code, signal) => resolve(`ended with ${code === null ? `signal ${signal}` : `exit code ${code}`}`));
  });
  const { pid } = child;
  if (pid !== undefined) {
    const identity = await identify(processes, pid);
    if (identity !== undefined) await writeFileAtomically(folder.agentFile, JSON.stringify({ ...identity, port } satisfies AgentRecord));
  }
  return {
    pid: pid ?? 0,
    port,
    ended: ended.then(async (how) => {
      await rm(folder.agentFile, { force: true });
      return how;
    }),
    // child.kill never reaches another process: it knows when the child has ended.
    signal: (signal) => void child.kill(signal),
  };
}

const LOOK_MS = 500;

/** The agent that an earlier process of this runner has left behind, if it is alive. */
export async function findOrphan(folder: RunnerFolder, processes: Processes): Promise<RunningAgent | undefined> {
  const record = await readAgentRecord(folder);
  if (record === undefined) return undefined;
  if (!(await isAlive(processes, record))) {
    await rm(folder.agentFile, { force: true });
    return undefined;
  }
  const gone = async (): Promise<string> => {
    while (await isAlive(processes, record)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    await rm(folder.agentFile, { force: true });
    return "ended";
  };
  return { pid: record.pid, port: record.port, ended: gone(), signal: (signal) => void processes.signal(record.pid, signal) };
}
