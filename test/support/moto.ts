import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** AWS's APIs, played by moto on this machine. */
export interface Moto {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  close(): Promise<void>;
}

/** Whether tests with moto can run; where not, say `MOTO_MISSING` in their names. */
export const hasMoto = (process.env["PATH"] ?? "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, "moto_server")));
export const MOTO_MISSING = "(skipped: moto_server is not on the PATH; pip install 'moto[server]')";

/** Like `describe`, or skipped with the reason where there is no moto. */
export const describeWithMoto = (name: string, tests: () => void): void => {
  if (hasMoto) describe(name, tests);
  else describe.skip(`${name} ${MOTO_MISSING}`, tests);
};

/** Starts one on a free port; it takes about 3 s. */
export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  // A group of its own: the program on the PATH may be a script that starts the real one.
  const child = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore", detached: true });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for (let waited = 0; ; waited++) {
    const answer = await fetch(`${endpoint}/moto-api/data.json`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) break;
    if (child.exitCode !== null || waited > 600) {
      endGroup(child);
      throw new Error(`moto_server did not start on port ${port}`);
    }
    await pause(100);
  }
  return {
    endpoint,
    region: "eu-central-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    close: async () => {
      endGroup(child);
      await ended;
    },
  };
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, "SIGTERM");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
