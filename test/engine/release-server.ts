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
export const SIGNATURE = `${SUMS}.gpgsig`;

export function makeRelease(says = `OpenTofu v${RELEASED}`, files: Readonly<Record<string, string>> = {}, version = RELEASED): Release {
  const folder = mkdtempSync(join(tmpdir(), "gosling-release-"));
  const entries = { "LICENSE": "text\n", "tofu": `#!/bin/sh\necho "${says}"\n`, ...files };
  for (const [name, text] of Object.entries(entries)) writeFileSync(join(folder, name), text);
  chmodSync(join(folder, "tofu"), 0o755);
  create({ gzip: true, cwd: folder, file: join(folder, "archive.tar.gz"), sync: true }, Object.keys(entries));
  const archive = readFileSync(join(folder, "archive.tar.gz"));
  rmSync(folder, { recursive: true });
  return { version, archive, sums: sumsOf(archive, version) };
}

export function sumsOf(archive: Buffer, version = RELEASED): string {
  const sum = createHash("sha256").update(archive).digest("hex");
  return `${"0".repeat(64)}  tofu_${version}_darwin_arm64.tar.gz\n${sum}  tofu_${version}_linux_amd64.tar.gz\n`;
}

/** A key pair of a mirror that signs releases anew. */
export interface MirrorKey {
  readonly privateKey: string;
  readonly publicKey: string;
}

export async function makeKey(options: { readonly from?: Date; readonly days?: number } = {}): Promise<MirrorKey> {
  const { generateKey } = await import("openpgp");
  const { from: date, days } = options;
  return generateKey({ type: "ecc", curve: "ed25519Legacy", userIDs: [{ name: "Mirror" }], ...(date && { date }), ...(days !== undefined && { keyExpirationTime: days * 86_400 }) });
}

/** A detached signature as `gpg --detach-sign` makes it. */
export async function signatureOf(text: string, key: MirrorKey, date?: Date): Promise<Buffer> {
  const { createMessage, readPrivateKey, sign } = await import("openpgp");
  const signingKeys = await readPrivateKey({ armoredKey: key.privateKey });
  return Buffer.from(await sign({ message: await createMessage({ binary: new Uint8Array(Buffer.from(text)) }), signingKeys, detached: true, format: "binary", ...(date && { date }) }));
}

/** The key of the mirrors in these tests, and a file with its public half for `GOSLING_ENGINE_KEY`. */
export const mirrorKey: Promise<MirrorKey> = makeKey();
const keyFolder = mkdtempSync(join(tmpdir(), "gosling-key-"));
process.once("exit", () => rmSync(keyFolder, { recursive: true, force: true }));

export async function mirrorKeyFile(key: Promise<MirrorKey> | MirrorKey = mirrorKey, name = "mirror.asc"): Promise<string> {
  const file = join(keyFolder, name);
  writeFileSync(file, (await key).publicKey);
  return file;
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

/** A list of checksums and its signature. */
export const signed = (sums: string, version = RELEASED, key: Promise<MirrorKey> = mirrorKey): Readonly<Record<string, Answer>> => ({
  [`tofu_${version}_SHA256SUMS`]: send(sums),
  [`tofu_${version}_SHA256SUMS.gpgsig`]: (request, response) => {
    void key.then((known) => signatureOf(sums, known)).then((signature) => send(signature)(request, response));
  },
});

export const answersOf = ({ version, archive, sums }: Release): Readonly<Record<string, Answer>> => ({ [`tofu_${version}_linux_amd64.tar.gz`]: send(archive), ...signed(sums, version) });
