import { execFile } from "node:child_process";
import { access, constants, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join, resolve } from "node:path";

const NAME = "gitlab-runner";
const VERSION_TIMEOUT_MS = 20_000;

/**
 * The gitlab-runner agent's program: `wanted` where it is given, else the first one on the PATH.
 * @returns its absolute path, or undefined where there is none that can be executed.
 */
export async function findAgent(wanted: string | undefined, env: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  const candidates = wanted === undefined ? (env["PATH"] ?? "").split(delimiter).flatMap((folder) => (folder === "" ? [] : [join(folder, NAME)])) : [wanted];
  for (const candidate of candidates) if (await isProgram(candidate)) return resolve(candidate);
  return undefined;
}

/** What `findAgent` has looked for, to say that it isn't there. */
export function agentMissing(wanted: string | undefined): string {
  return wanted === undefined ? `no agent: ${NAME} is not on the PATH` : `no agent: ${wanted} is no program`;
}

/** The agent's version, such as `17.5.0`; undefined where it doesn't say. */
export async function agentVersion(path: string, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  const text = await new Promise<string>((done) => {
    execFile(path, ["--version"], { env: { ...env }, timeout: VERSION_TIMEOUT_MS, killSignal: "SIGKILL" }, (_error, stdout) => done(stdout));
  });
  return /^Version:\s*(\S+)/m.exec(text)?.[1];
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/**
 * A port on 127.0.0.1 that is free now. Somebody else may take it before the agent does: the agent ends
 * then, and is started again on another one.
 */
export async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address !== null ? done(address.port) : fail(new Error("a listening server has no port"))));
    });
  });
}
