import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { UnitStatus } from "../../src/deploy/status";
import { type RehearsalProvider, startProvider } from "../../src/rehearsal";
import { type CloudSurroundings, cloudSurroundings } from "./cloud-surroundings";
import { type CommandLineResult, gosling } from "./command-line";
import type { TestEngine } from "./engines";
import { writeFiles } from "./folder";
import { GOSLING } from "./local-runner";

/** A Nest with state on this machine: an Egg of machines on each cloud, `web` and `app`. */
export function twoClouds({ on = 2, off = 0, timeout = "1h", region = "eu-central-1" }: { readonly on?: number; readonly off?: number; readonly timeout?: string; readonly region?: string } = {}): Readonly<Record<string, string>> {
  const egg = (name: string, cloud: string, project: number): string => `egg "${name}" {
  type = "vm"
  cloud {
    ${cloud}
  }
  resources {
    cpu    = 2
    memory = 2048
    disk   = 20
  }
  runner {
    tags       = ["${name}"]
    concurrent = 4
    timeout    = "${timeout}"
  }
  gitlab {
    server     = "gitlab.example.com"
    project_id = ${project}
  }
  pool {
    apex {
      min_count = ${on}
      max_count = 4
    }
    nadir {
      min_count = ${off}
      max_count = 2
    }
  }
}
`;
  return {
    "nest.fly": 'nest {\n  name = "acme"\n}\n',
    "Eggs/web/config.fly": egg("web", `provider = "aws"\n    region   = "${region}"`, 1),
    "Eggs/app/config.fly": egg("app", 'provider  = "yandex"\n    region    = "ru-central1"\n    folder_id = "b1g0123456789abcdefg"', 2),
  };
}

/** A Nest on AWS and Yandex Cloud, deployed by the real command line and a real engine to clouds in this process. */
export interface CloudNest {
  readonly root: string;
  /** The clouds. */
  readonly cloud: RehearsalProvider;
  readonly around: CloudSurroundings;
  /** The environment of its commands. */
  readonly env: Readonly<Record<string, string>>;
  write(files: Readonly<Record<string, string>>): void;
  remove(...paths: string[]): void;
  /** All that commands have printed. */
  readonly printed: string[];
  edit(path: string, change: (text: string) => string): void;
  cli(...args: string[]): Promise<CommandLineResult>;
  /** The compiled program, for what is done to its process. */
  spawnCli(...args: string[]): ChildProcess;
  /** Of a command that has to succeed. */
  done(...args: string[]): Promise<string>;
  status(): Promise<readonly UnitStatus[]>;
  /** The same Nest and the same clouds from another folder, as a fresh clone has them: without `.gosling`. */
  clone(environment?: Readonly<Record<string, string>>): CloudNest;
  dispose(): Promise<void>;
}

export interface CloudNestOptions {
  /** Keep the state where nest.fly says. Default: in the Nest's folder, whatever it says. */
  readonly keepState?: boolean;
}

/** @param from an example's folder, copied. */
export async function cloudNest(engine: TestEngine, from: string | Readonly<Record<string, string>>, environment: Readonly<Record<string, string>> = {}, { keepState = false }: CloudNestOptions = {}): Promise<CloudNest> {
  const folder = newFolder();
  const root = join(folder, "nest");
  if (typeof from === "string") cpSync(from, root, { recursive: true });
  else writeFiles(root, from);
  const cloud = await startProvider({ clouds: ["aws", "yandex"] });
  const around = await cloudSurroundings(cloud, ["gitlab.com", "gitlab.example.com"]);
  const nest = nestIn(folder, engine, cloud, around, environment);
  if (!keepState) nest.edit("nest.fly", (text) => text.replace(/ {2}state \{[\s\S]*?\n {2}\}\n/, ""));
  return {
    ...nest,
    async dispose() {
      await Promise.all([cloud.stop(), around.close()]);
      await nest.dispose();
    },
  };
}

function nestIn(folder: string, engine: TestEngine, cloud: RehearsalProvider, around: CloudSurroundings, environment: Readonly<Record<string, string>>): CloudNest {
  const root = join(folder, "nest");
  const env = { PATH: [dirname(process.execPath), "/usr/bin", "/bin"].join(":"), HOME: folder, GOSLING_ENGINE: engine.path, NO_COLOR: "1", ...(cloud.environment as Record<string, string>), ...around.env, ...environment };
  const printed: string[] = [];
  const cli: CloudNest["cli"] = async (...args) => {
    const result = await gosling(root, args, env);
    printed.push(result.stdout, result.stderr);
    return result;
  };
  const done: CloudNest["done"] = async (...args) => {
    const { code, stdout, stderr } = await cli(...args);
    if (code !== 0) throw new Error(`gosling ${args.join(" ")} ended with ${code}\n${stdout}\n${stderr}`);
    return stdout;
  };
  return {
    root,
    cloud,
    around,
    env,
    write: (files) => writeFiles(root, files),
    remove: (...paths) => paths.forEach((path) => rmSync(join(root, path), { recursive: true })),
    printed,
    edit: (path, change) => writeFileSync(join(root, path), change(readFileSync(join(root, path), "utf8"))),
    cli,
    spawnCli: (...args) => spawn(process.execPath, [GOSLING, ...args], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] }),
    done,
    status: async () => (JSON.parse(await done("status", "--json")) as { units: UnitStatus[] }).units,
    clone(more = {}) {
      const other = newFolder();
      cpSync(root, join(other, "nest"), { recursive: true, filter: (path) => !MADE_HERE.has(basename(path)) });
      return nestIn(other, engine, cloud, around, { ...environment, ...more });
    },
    dispose: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What no repository holds. */
const MADE_HERE: ReadonlySet<string> = new Set([".gosling", "gosling.out"]);

function newFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), "gosling-clouds-")));
}
