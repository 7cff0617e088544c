import type { DeploymentEntry } from "./deployment";
import type { HistoryQuery } from "./deployment-store";

/** Entries of one unit, or of all, newest first; `before`: only those older than this id. */
export type Entries = (unit: string | undefined, before: string | undefined) => AsyncIterator<DeploymentEntry>;

/** Reads only as far as was asked for. */
export async function readHistory(entries: Entries, { unit, limit = Infinity, before }: HistoryQuery): Promise<readonly DeploymentEntry[]> {
  const found: DeploymentEntry[] = [];
  // Where a unit was taken over is known only from its newer entries: those are read, too, and left out.
  const walk = unit === undefined ? everything(entries(undefined, before)) : lineage(entries, unit);
  if (limit <= 0) return found;
  for await (const entry of walk) {
    if (before !== undefined && entry.id >= before) continue;
    found.push(entry);
    if (found.length >= limit) break;
  }
  return found;
}

async function* everything(entries: AsyncIterator<DeploymentEntry>): AsyncGenerator<DeploymentEntry> {
  for (let next = await entries.next(); !next.done; next = await entries.next()) yield next.value;
}

interface Stream {
  readonly entries: AsyncIterator<DeploymentEntry>;
  readonly next: DeploymentEntry;
}

/** A unit's entries, and from where it took over another, that one's entries of before. */
async function* lineage(entries: Entries, unit: string): AsyncGenerator<DeploymentEntry> {
  let streams = await open(entries(unit, undefined));
  const followed = new Set([unit]);
  for (;;) {
    const newest = streams.reduce<Stream | undefined>((best, stream) => (best && best.next.id >= stream.next.id ? best : stream), undefined);
    if (!newest) return;
    const { takesOver, id } = newest.next;
    yield newest.next;
    streams = [...streams.filter((stream) => stream !== newest), ...(await open(newest.entries))];
    if (takesOver !== undefined && !followed.has(takesOver)) {
      followed.add(takesOver);
      streams.push(...(await open(entries(takesOver, id))));
    }
  }
}

async function open(entries: AsyncIterator<DeploymentEntry>): Promise<Stream[]> {
  const next = await entries.next();
  return next.done ? [] : [{ entries, next: next.value }];
}
