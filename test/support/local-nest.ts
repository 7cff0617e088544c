import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { UnitStatus } from "../../src/deploy/status";
import { runnerFolder } from "../../src/runner/folder";
import { readAgentRecord } from "../../src/runner/agent-record";
import { newestClaim } from "../../src/runner/claim";
import { isAlive, machineProcesses } from "../../src/runner/processes";
import { readRunners } from "../../src/runner/records";
import { installAgent, type TestAgent } from "./agent";
import { type CommandLineResult, gosling } from "./command-line";
import type { TestEngine } from "./engines";
import { eventually } from "./eventually";
import { writeFiles } from "./folder";
import { type CliResult, GOSLING, result } from "./local-runner";

/** A Nest of the local cloud on disk, used through the real command line and a real engine. */
export interface LocalNest {
  readonly root: string;
  readonly agent: TestAgent;
  write(files: Readonly<Record<string, string>>): void;
  /** `gosling ARGS…` with the Nest as working folder. */
  cli(...args: string[]): Promise<CliResult>;
  spawnCli(args: readonly string[], env?: Readonly<Record<string, string>>): ChildProcess;
  /** `gosling deploy --yes`, which must succeed. */
  deploy(...args: string[]): Promise<CliResult>;
  /** `gosling status --json`, in this process: it is asked again and again. */
  status(): Promise<readonly UnitStatus[]>;
  /** Waits for a status of one unit. */
  statusOf(unit: string, what: string, condition: (status: UnitStatus) => boolean): Promise<UnitStatus>;
  /** Gives the agents a job that runs until it is told to finish, and waits until it has begun. */
  job(name: string): Promise<TestJob>;
  dispose(): Promise<void>;
}

export interface TestJob {
  finish(): void;
  /** Waits until it has ended: `done 0`, `aborted null`. */
  outcome(): Promise<string>;
}

export interface LocalNestOptions {
  /** Default: on the PATH. */
  readonly withAgent?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export async function localNest(engine: TestEngine, files: Readonly<Record<string, string>>, options: LocalNestOptions = {}): Promise<LocalNest> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "gosling-nest-")));
  const root = join(folder, "nest");
  const agent = await installAgent(join(folder, "agent"));
  writeFiles(root, { "nest.fly": 'nest {\n  name = "acme"\n}\n', ...files });
  const path = [...(options.withAgent === false ? [] : [agent.bin]), dirname(process.execPath), "/usr/bin", "/bin"].join(":");
  const environment = { PATH: path, HOME: folder, GOSLING_ENGINE: engine.path, GOSLING_HEARTBEAT_MS: "40", NO_COLOR: "1", ...options.env };
  const spawnCli: LocalNest["spawnCli"] = (args, env = {}) => spawn(process.execPath, [GOSLING, ...args], { cwd: root, env: { ...environment, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const cli: LocalNest["cli"] = (...args) => result(spawnCli(args));
  const status: LocalNest["status"] = async () => (JSON.parse(succeeded(await gosling(root, ["status", "--json"], environment)).stdout) as { units: UnitStatus[] }).units;
  return {
    root,
    agent,
    write: (more) => writeFiles(root, more),
    cli,
    spawnCli,
    deploy: async (...args) => succeeded(await cli("deploy", "--yes", ...args)),
    status,
    statusOf: (unit, what, condition) =>
      eventually(`${unit}: ${what}`, async () => {
        const found = (await status()).find((candidate) => candidate.unit === unit);
        return found !== undefined && condition(found) && found;
      }),
    async job(name) {
      const signal = join(folder, `${name}.finish`);
      await agent.submit(name, `while [ ! -e '${signal}' ]; do sleep 0.05; done`);
      await agent.begun(name);
      return { finish: () => writeFileSync(signal, ""), outcome: () => agent.ended(name) };
    },
    async dispose() {
      for (const { egg, id } of await readRunners(root)) {
        const each = runnerFolder(root, egg, id);
        for (const identity of [await newestClaim(each), await readAgentRecord(each)]) {
          if (identity !== undefined && (await isAlive(machineProcesses, identity))) machineProcesses.signal(identity.pid, "SIGKILL");
        }
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The result, where the command has succeeded. */
export function succeeded<R extends CommandLineResult | CliResult>(outcome: R): R {
  if (outcome.code !== 0) throw new Error(`exit code ${outcome.code}\n${outcome.stdout}\n${outcome.stderr}`);
  return outcome;
}

/** An Egg of the local cloud; `more` stands in its block, `runner` in its runner block. */
export function eggFile(name: string, { more = "", runner = "", apex = [1, 2], nadir = [0, 0] }: { more?: string; runner?: string; apex?: readonly [number, number]; nadir?: readonly [number, number] } = {}): string {
  return `
egg "${name}" {
  type = "vm"
  cloud {
    provider = "local"
  }
  resources {
    cpu    = 1
    memory = 512
    disk   = 5
  }
  runner {
    tags       = ["local"]
    concurrent = ${Math.max(apex[1], nadir[1], 1)}
    ${runner}
  }
  gitlab {
    server       = "gitlab.example.com"
    project_id   = ${[...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 100000}
    runner_token = "file://secrets/token"
  }
  pool {
    apex {
      min_count = ${apex[0]}
      max_count = ${apex[1]}
    }
    nadir {
      min_count = ${nadir[0]}
      max_count = ${nadir[1]}
    }
  }
  ${more}
}
`;
}
