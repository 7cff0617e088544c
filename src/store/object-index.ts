import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { UnitState } from "./current-records";
import type { Sealing } from "./sealing";
import type { Shelf, Slot } from "./shelf";

/** What all entries up to `covers` come to. */
export interface Index {
  /** Id of the newest deployment in it; empty where there is none. */
  readonly covers: string;
  /** Those in it of the last `RECENT_MS`: another that is as new was begun by a machine whose clock is behind, and is not in it. */
  readonly recent: readonly { readonly id: string }[];
  readonly units: Readonly<Record<string, { readonly state: UnitState; readonly slot: Slot }>>;
}

/** How far back deployments are looked for that are not in the index although they are older than what is. */
export const RECENT_MS = 24 * 60 * 60 * 1000;

const FORMAT = 1;
const ABOUT = "the index of deployments";

/** Undefined where there is none that can be read here: it is only a cache. One that somebody else made is no use. */
export async function readIndex(shelf: Shelf, sealing: Sealing): Promise<Index | undefined> {
  const content = await shelf.index();
  if (!content) return undefined;
  try {
    const { format, ...index } = JSON.parse(inflateRawSync(await sealing.open(content, ABOUT)).toString()) as Index & { format: number };
    return format === FORMAT ? index : undefined;
  } catch {
    return undefined;
  }
}

export async function writeIndex(shelf: Shelf, index: Index, sealing: Sealing): Promise<void> {
  const content = await sealing.seal(deflateRawSync(JSON.stringify({ format: FORMAT, ...index })), ABOUT);
  await shelf.putIndex(content, index.covers);
}
