import { access, chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eventually } from "../eventually";

/** An agent for tests (agent.js), installed as a program `gitlab-runner` in a folder of its own. */
export interface TestAgent {
  /** The program. */
  readonly path: string;
  /** Put in front of the PATH, the agent is found. */
  readonly bin: string;
  /** Gives it a job: a shell script. */
  submit(name: string, script: string): Promise<void>;
  /** Waits until a job has begun. */
  begun(name: string): Promise<void>;
  /** Waits until a job has ended: `done 0`, `aborted null` … */
  ended(name: string): Promise<string>;
  output(name: string): Promise<string>;
  /** What it has loaded last; undefined before it has. */
  loaded(): Promise<LoadedConfig | undefined>;
  /** Makes the running agent end with exit code 9. */
  crash(): Promise<void>;
  /** Makes the running agent stop answering for its metrics. */
  mute(): Promise<void>;
  /** Makes agents that are started from now on ignore all signals but SIGKILL. */
  deafen(): Promise<void>;
}

export interface LoadedConfig {
  readonly pid: number;
  /** How often this process has read its configuration. */
  readonly loads: number;
  /** SHA-256 of each token. */
  readonly tokens: readonly string[];
  readonly names: readonly string[];
  /** By what GitLab would know it among the runners of its registration. */
  readonly systemId: string;
}

/** @param folder a folder for the test alone. */
export async function installAgent(folder: string): Promise<TestAgent> {
  const bin = join(folder, "bin");
  const spool = join(folder, "spool");
  await mkdir(bin, { recursive: true });
  await mkdir(spool, { recursive: true });
  const path = join(bin, "gitlab-runner");
  // The spool stands in the program itself: a runner passes almost nothing of its environment on.
  await writeFile(path, `#!/bin/sh\nGOSLING_TEST_SPOOL='${spool}' exec '${process.execPath}' '${join(__dirname, "agent.js")}' "$@"\n`);
  await chmod(path, 0o755);
  const put = async (name: string, text: string): Promise<void> => {
    await writeFile(join(spool, `${name}.draft`), text);
    await rename(join(spool, `${name}.draft`), join(spool, name));
  };
  const has = (name: string): Promise<boolean> =>
    access(join(spool, name)).then(
      () => true,
      () => false,
    );
  return {
    path,
    bin,
    submit: (name, script) => put(`${name}.job`, script),
    async begun(name) {
      await eventually(`job ${name} begins`, () => has(`${name}.running`));
    },
    ended: (name) =>
      eventually(`job ${name} ends`, async () => {
        for (const how of ["done", "aborted"]) if (await has(`${name}.${how}`)) return `${how} ${await readFile(join(spool, `${name}.${how}`), "utf8")}`;
        return undefined;
      }),
    output: (name) => readFile(join(spool, `${name}.output`), "utf8"),
    async loaded() {
      const text = await readFile(join(spool, "config.json"), "utf8").catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as LoadedConfig);
    },
    crash: () => put("crash", ""),
    mute: () => put("mute", ""),
    deafen: () => put("deaf", ""),
  };
}
