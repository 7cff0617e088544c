import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readAgentRecord } from "../../src/runner/agent-record";
import { newestClaim } from "../../src/runner/claim";
import { type RunnerFolder, runnerFolder } from "../../src/runner/folder";
import type { RunnerState } from "../../src/runner/heartbeat";
import { isAlive, machineProcesses } from "../../src/runner/processes";
import { readRunner, readRunners, type RunnerRecord } from "../../src/runner/records";
import type { RunnerFile } from "../../src/runner/runner-file";
import { eventually } from "./eventually";
import { installAgent, type TestAgent } from "./agent";
import { runnerFile } from "./runner-file";

/** A Nest folder with one local runner, used through the real command line and real processes. */
export interface LocalRunner {
  readonly nest: string;
  readonly folder: RunnerFolder;
  readonly agent: TestAgent;
  /** `gosling runner NAME --egg my-app --id r1 …`, as the engine calls it. */
  cli(name: string, args?: readonly string[], env?: Record<string, string>): Promise<CliResult>;
  /** The same, not waited for. */
  spawnCli(name: string, args?: readonly string[], env?: Record<string, string>): ChildProcess;
  create(over?: Partial<RunnerFile>): Promise<void>;
  start(env?: Record<string, string>): Promise<void>;
  record(): Promise<RunnerRecord>;
  /** Waits for a state of the living process. */
  state(...states: RunnerState[]): Promise<RunnerRecord>;
  log(): Promise<string>;
  /** Writes a file of the Nest. */
  write(path: string, text: string): Promise<void>;
  /** Ends all that was started, and removes the Nest. */
  dispose(): Promise<void>;
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Tests run the compiled program, as users do; `npm test` compiles it first. */
export const GOSLING = join(__dirname, "..", "..", "bin", "gosling");

export async function localRunner(options: { readonly token?: string; readonly withAgent?: boolean } = {}): Promise<LocalRunner> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "gosling-runner-")));
  const nest = join(root, "nest");
  const agent = await installAgent(join(root, "agent"));
  const folder = runnerFolder(nest, "my-app", "r1");
  await mkdir(join(nest, "secrets"), { recursive: true });
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(nest, path)), { recursive: true });
    await writeFile(join(nest, path), text);
  };
  await write("nest.fly", 'nest {\n  name = "acme"\n}\n');
  if (options.token !== undefined) await write("secrets/token", `${options.token}\n`);

  const path = [...(options.withAgent === false ? [] : [agent.bin]), dirname(process.execPath), "/usr/bin", "/bin"].join(":");
  const environment = { PATH: path, HOME: root, GOSLING_NEST: nest, GOSLING_HEARTBEAT_MS: "40" };
  const spawnCli: LocalRunner["spawnCli"] = (name, args = [], env = {}) => spawn(process.execPath, [GOSLING, "runner", name, "--egg", "my-app", "--id", "r1", ...args], { cwd: root, env: { ...environment, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const cli: LocalRunner["cli"] = (name, args, env) => result(spawnCli(name, args, env));
  const record = (): Promise<RunnerRecord> => readRunner(folder);

  return {
    nest,
    folder,
    agent,
    cli,
    spawnCli,
    write,
    record,
    async create(over) {
      const { id: _id, ...configuration } = runnerFile(over);
      const { code, stderr } = await cli("create", [], { GOSLING_RUNNER_CONFIGURATION: JSON.stringify(configuration) });
      if (code !== 0) throw new Error(stderr);
    },
    async start(env) {
      const { code, stderr } = await cli("start", [], env);
      if (code !== 0) throw new Error(stderr);
    },
    state: (...states) =>
      eventually(`the runner is ${states.join(" or ")}`, async () => {
        const now = await record();
        const claim = await newestClaim(folder);
        return now.heartbeat !== undefined && now.heartbeat.launch === claim?.launch && states.includes(now.heartbeat.state) && now;
      }).catch(async (error: Error) => {
        throw new Error(`${error.message}\n${JSON.stringify(await record(), undefined, 2)}\n${await readFile(folder.log, "utf8").catch(String)}`);
      }),
    log: () => readFile(folder.log, "utf8"),
    async dispose() {
      for (const { egg, id } of await readRunners(nest)) {
        const each = runnerFolder(nest, egg, id);
        for (const identity of [await newestClaim(each), await readAgentRecord(each)]) {
          if (identity !== undefined && (await isAlive(machineProcesses, identity))) machineProcesses.signal(identity.pid, "SIGKILL");
        }
      }
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** How a process ends, and what it says. */
export async function result(child: ChildProcess): Promise<CliResult> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { code, stdout, stderr };
}
