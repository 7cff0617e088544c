import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create } from "tar";

/** A release of "OpenTofu" whose binary is a script that says its version. */
export interface Release {
  readonly version: string;
  readonly archive: Buffer;
  readonly sums: string;
}

export const RELEASED = "1.12.6";
export const ARCHIVE = `tofu_${RELEASED}_linux_amd64.tar.gz`;
export const SUMS = `tofu_${RELEASED}_SHA256SUMS`;

export function makeRelease(says = `OpenTofu v${RELEASED}`, files: Readonly<Record<string, string>> = {}): Release {
  const folder = mkdtempSync(join(tmpdir(), "gosling-release-"));
  const entries = { "LICENSE": "text\n", "tofu": `#!/bin/sh\necho "${says}"\n`, ...files };
  for (const [name, text] of Object.entries(entries)) writeFileSync(join(folder, name), text);
  chmodSync(join(folder, "tofu"), 0o755);
  create({ gzip: true, cwd: folder, file: join(folder, "archive.tar.gz"), sync: true }, Object.keys(entries));
  const archive = readFileSync(join(folder, "archive.tar.gz"));
  rmSync(folder, { recursive: true });
  return { version: RELEASED, archive, sums: sumsOf(archive) };
}

export function sumsOf(archive: Buffer): string {
  const sum = createHash("sha256").update(archive).digest("hex");
  return `${"0".repeat(64)}  tofu_${RELEASED}_darwin_arm64.tar.gz\n${sum}  ${ARCHIVE}\n`;
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on loopback that answers by the last part of the path. */
export async function serve(answers: Readonly<Record<string, Answer>>, makeServer: (listener: RequestListener) => Server = createServer) {
  const requests: string[] = [];
  const server = makeServer((request, response) => {
    requests.push(request.url ?? "");
    const answer = answers[(request.url ?? "").split("/").at(-1) ?? ""];
    if (answer !== undefined) return answer(request, response);
    response.writeHead(404).end("no such file");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export const send =
  (body: string | Buffer): Answer =>
  (_request, response) => {
    response.writeHead(200, { "content-length": Buffer.byteLength(body) }).end(body);
  };

export const answersOf = (release: Release): Readonly<Record<string, Answer>> => ({ [ARCHIVE]: send(release.archive), [SUMS]: send(release.sums) });
