import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { EngineFailure } from "../../src/engine";
import { describeWithEngines } from "../support/engines";
import { appeared, makeFolder, provisioned, removeFolders, stackIn, WAIT } from "./stack-folder";

/** A state back end that speaks HTTP with locks, as GitLab does. */
function stateServer() {
  let state: string | undefined;
  let lock: string | undefined;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      if (request.method === "LOCK") {
        if (lock !== undefined) return response.writeHead(423).end(lock);
        lock = body;
      } else if (request.method === "UNLOCK") {
        lock = undefined;
      } else if (request.method === "POST") {
        state = body;
      } else if (state === undefined) {
        return response.writeHead(404).end();
      }
      return response.writeHead(200).end(request.method === "GET" ? state : "");
    });
  });
  return server;
}

const server = stateServer();
let address: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/state`;
});
afterAll(async () => {
  removeFolders();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

describeWithEngines("a state on a server", (engine) => {
  test("stays locked after a kill: the error tells by whom and how to unlock, and after that the next run works", async () => {
    const backend = { http: { address, lock_address: address, unlock_address: address } };
    const resource = { terraform_data: provisioned("waiting", WAIT) };
    const folder = makeFolder({ "cdk.tf.json": JSON.stringify({ terraform: { backend }, resource }) });
    const apply = stackIn(folder, engine).apply({}).catch((error: unknown) => error);
    await appeared(join(folder, "engine.pid"));
    process.kill(Number(readFileSync(join(folder, "engine.pid"), "utf8")), "SIGKILL");
    expect(await apply).toMatchObject({ code: "ENGINE_KILLED" });
    writeFileSync(join(folder, "go"), "");

    const locked = (await stackIn(folder, engine).plan().catch((error: unknown) => error)) as EngineFailure;
    expect(locked).toMatchObject({ code: "ENGINE_STATE_LOCKED", lock: { endsWithProcess: false } });
    const id = locked.lock?.id as string;
    expect(locked.hint).toBe(`Wait until it has ended. If it is gone for good: cd ${folder} && ${engine.path} force-unlock ${id}`);
    // Terraform does not tell who holds such a lock.
    const holder = locked.lock?.holder;
    expect(holder?.operation).toBe(engine.name === "tofu" ? "apply" : undefined);
    expect(locked.message).toContain(holder ? `locked by ${holder.who} since ${holder.created} (apply)` : `locked by another run (lock ${id})`);

    await stackIn(folder, engine).forceUnlock(id);
    await stackIn(folder, engine).apply({});
    expect(await stackIn(folder, engine).plan()).toMatchObject({ empty: true });
    await stackIn(folder, engine).destroy();
    expect(existsSync(join(folder, "state"))).toBe(false);
  });
});
