import { createHash } from "node:crypto";
import { STRING } from "../type";
import { ArgumentError, parameter } from "./function";
import type { FlyFunction, FunctionTable } from "./function";

/** The hash of the text's UTF-8 bytes. */
export function digest(algorithm: string, encoding: "hex" | "base64", content: string | Uint8Array): string {
  return createHash(algorithm).update(content).digest(encoding);
}

function hashOf(algorithm: string, encoding: "hex" | "base64" = "hex"): FlyFunction {
  return { parameters: [parameter("str", STRING)], call: ([text]) => digest(algorithm, encoding, text as string) };
}

const NAMESPACES: Readonly<Record<string, string>> = {
  dns: "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
  url: "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
  oid: "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
  x500: "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
};

/** A UUID made of a name space and a name (RFC 9562, version 5). */
function uuidv5(namespace: string, name: string): string {
  const id = NAMESPACES[namespace] ?? namespace;
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw new ArgumentError(0, "it must be a UUID, or one of dns, url, oid and x500");
  const bytes = createHash("sha1").update(Buffer.from(id.replaceAll("-", ""), "hex")).update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const hash: FunctionTable = {
  md5: hashOf("md5"),
  sha1: hashOf("sha1"),
  sha256: hashOf("sha256"),
  sha512: hashOf("sha512"),
  base64sha256: hashOf("sha256", "base64"),
  base64sha512: hashOf("sha512", "base64"),
  uuidv5: { parameters: [parameter("namespace", STRING), parameter("name", STRING)], call: ([namespace, name]) => uuidv5(namespace as string, name as string) },
};
