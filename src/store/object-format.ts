import type { KeptPart } from "./entry-format";
import { damaged, tooNew } from "./store-errors";

const FORMAT = 1;

/** A part of an entry as the content of an object: JSON that a person can look into. */
export function packPart<F>({ facts, sealed }: KeptPart<F>): Buffer {
  return Buffer.from(`${JSON.stringify({ format: FORMAT, facts, sealed: sealed.toString("base64") })}\n`);
}

export function unpackPart<F>(content: Buffer, key: string): KeptPart<F> {
  let read: { readonly format?: number; readonly facts?: F; readonly sealed?: string };
  try {
    read = JSON.parse(content.toString()) as typeof read;
  } catch (cause) {
    throw damaged(key, "Restore it from an earlier version or a backup.", cause);
  }
  if (typeof read.format === "number" && read.format > FORMAT) throw tooNew(key);
  if (read.facts === undefined || typeof read.sealed !== "string") throw damaged(key, "Restore it from an earlier version or a backup.");
  return { facts: read.facts, sealed: Buffer.from(read.sealed, "base64") };
}
