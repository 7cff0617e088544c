import { currentRecords, recordsOf, succeeded, withEnd, withEntry, type UnitState } from "./current-records";
import type { Deployment, DeploymentEntry } from "./deployment";
import { checkDeploymentId, timeOfId } from "./deployment-id";
import type { DeploymentStore } from "./deployment-store";
import { keepBegin, keepConfiguration, keepEnd, readBegin, readConfiguration, readEnd, type BeginFacts, type EndFacts } from "./entry-format";
import { readHistory } from "./history";
import { packPart, unpackPart } from "./object-format";
import { readIndex, RECENT_MS, writeIndex, type Index } from "./object-index";
import { mapParallel } from "./parallel";
import { Seen } from "./seen";
import { noSealing, tampered, type Sealing } from "./sealing";
import type { Shelf, Slot } from "./shelf";
import { ambiguous, clockBehind, conflict, endedAlready, notBegun } from "./store-errors";
import { GoslingError } from "../vocabulary/error";

export interface ObjectStoreOptions {
  /** Default: values are in clear, for whoever may read the place. */
  readonly sealing?: Sealing;
  /** Default: the machine's clock. */
  readonly now?: () => Date;
  /** So many deployments that the index doesn't know make a new index worth its write. Default: 50. */
  readonly indexEvery?: number;
}

/** Requests at once. */
const PARALLEL = 32;

/** How far an id's time may be from now when it is begun. The index relies on it: it looks no further back for latecomers. */
const BEGIN_WITHIN_MS = RECENT_MS / 2;

/** A store whose entries are objects on a server. The entries are the truth; the index only spares reading all of them. */
export function openObjectStore(shelf: Shelf, { sealing = noSealing, now = () => new Date(), indexEvery = 50 }: ObjectStoreOptions): DeploymentStore {
  const seen = new Seen();
  /** Deployments since the index was written, as far as this store has seen them. */
  let unindexed = 0;
  let wrote = false;

  /** Undefined for a slot that nobody's deployment is in: its claim was lost. */
  const entryOf = async (slot: Slot): Promise<DeploymentEntry | undefined> => {
    const [begin, end] = await Promise.all([shelf.begin(slot), slot.ended === false ? undefined : shelf.end(slot)]);
    if (!begin) return undefined;
    const part = unpackPart<BeginFacts>(begin, slot.key);
    if (part.facts.unit !== slot.unit || (slot.id !== undefined && part.facts.id !== slot.id)) return undefined;
    const deployment = await readBegin(part, sealing);
    if (!end) return deployment;
    const ending = unpackPart<EndFacts>(end, slot.key);
    if (ending.facts.id !== deployment.id) throw tampered(`the end of deployment ${deployment.id}`);
    const read = await readEnd(ending, sealing);
    return ending.facts.withdrawn ? undefined : { ...deployment, end: read };
  };

  async function* entriesIn(slots: AsyncIterable<Slot>): AsyncGenerator<DeploymentEntry & { readonly slot: Slot }> {
    for await (const some of chunks(slots, PARALLEL)) {
      const read = await mapParallel(some, PARALLEL, async (slot) => ({ slot, entry: await entryOf(slot) }));
      for (const { slot, entry } of read) if (entry) yield { ...entry, slot };
    }
  }

  const newestOf = async (unit: string): Promise<{ readonly slot: Slot; readonly entry: DeploymentEntry } | undefined> => {
    for await (const slot of shelf.ofUnit(unit)) {
      const entry = await entryOf(slot);
      if (entry) return { slot, entry };
    }
    return undefined;
  };

  /** Goes back from the newest until one succeeded; what was before that no longer matters. */
  const fold = async (slots: AsyncIterable<Slot> | Iterable<Slot>, before?: UnitState): Promise<UnitState | undefined> => {
    const later: DeploymentEntry[] = [];
    for await (const slot of slots) {
      const entry = await entryOf(slot);
      if (!entry) continue;
      later.unshift(entry);
      if (succeeded(entry)) return later.reduce<UnitState | undefined>(withEntry, undefined);
    }
    return later.reduce(withEntry, before);
  };

  const read = async (): Promise<{ readonly states: Map<string, UnitState>; readonly index: Index }> => {
    const index = await readIndex(shelf, sealing);
    const known = new Set(index?.recent.map(({ id }) => id));
    const since = index ? timeOfId(index.covers) - RECENT_MS : -Infinity;
    const fresh = new Map<string, (Slot & { readonly id: string })[]>();
    const recent: { readonly id: string; readonly slot: Slot }[] = [];
    for await (const slot of shelf.all("")) {
      if (timeOfId(slot.id) < since) break;
      recent.push({ id: slot.id, slot });
      if (!known.has(slot.id)) fresh.set(slot.unit, [...(fresh.get(slot.unit) ?? []), slot]);
    }
    const units = new Set([...fresh.keys(), ...Object.keys(index?.units ?? {})]);
    const slots: Record<string, Slot> = {};
    const folded = await mapParallel([...units], PARALLEL, async (unit) => {
      const kept = index?.units[unit];
      // Whatever was under way when the index was written may have ended.
      const end = kept && !kept.state.newest.end ? await endOf(kept.slot) : undefined;
      const before = kept && end ? withEnd(kept.state, end) : kept?.state;
      const own = fresh.get(unit) ?? [];
      const state = await fold(own, before);
      const slot = own.find(({ id }) => id === state?.newest.id) ?? kept?.slot;
      if (slot) slots[unit] = slot;
      return [unit, state] as const;
    });
    unindexed = [...fresh.values()].reduce((sum, own) => sum + own.length, 0);
    const states = new Map(folded.flatMap(([unit, state]) => (state ? [[unit, state] as const] : [])));
    const covers = recent[0]?.id ?? index?.covers ?? "";
    const latest = covers === "" ? [] : recent.filter(({ id }) => timeOfId(id) >= timeOfId(covers) - RECENT_MS).map(({ id }) => ({ id }));
    return { states, index: { covers, recent: latest, units: Object.fromEntries([...states].map(([unit, state]) => [unit, { state, slot: slots[unit] as Slot }])) } };
  };

  const endOf = async (slot: Slot) => {
    const end = await shelf.end(slot);
    return end && readEnd(unpackPart<EndFacts>(end, slot.key), sealing);
  };

  const begin = async (deployment: Deployment, configurations: ReadonlyMap<string, string>): Promise<void> => {
    const { unit, id } = deployment;
    checkDeploymentId(id);
    if (Math.abs(timeOfId(id) - now().getTime()) > BEGIN_WITHIN_MS) {
      throw new GoslingError("CLOCK_BEHIND", `Deployment ${id} can't be begun at ${now().toISOString()}: the two are too far apart`, { hint: "Check the clock of this machine." });
    }
    const newest = await newestOf(unit);
    seen.check(unit, newest?.entry.id);
    if (newest && newest.entry.id >= id) throw clockBehind(unit, newest.entry.id);
    await mapParallel([...configurations], PARALLEL, async ([hash, text]) => {
      if (!(await shelf.hasConfiguration(hash))) await shelf.putConfiguration(hash, await keepConfiguration(hash, text, sealing));
    });
    wrote = true;
    const { slot, rivals } = await shelf.claim(unit, id, newest?.slot, packPart(await keepBegin(deployment, sealing)));
    const standing = (await Promise.all(rivals.map(entryOf))).find((entry) => entry !== undefined);
    if (standing) {
      await shelf.putEnd(slot, packPart(await keepEnd(unit, id, { result: "failed", at: now().toISOString() }, sealing, true)));
      throw conflict(unit, standing.id);
    }
    seen.one(unit, id);
  };

  return {
    current: async () => {
      const { states } = await read();
      seen.all(states);
      return currentRecords(states);
    },
    currentOf: async (unit) => {
      const state = await fold(shelf.ofUnit(unit));
      seen.one(unit, state?.newest.id);
      return recordsOf(unit, state);
    },
    begin,
    end: async (unit, id, end) => {
      const newest = await newestOf(unit);
      if (newest?.entry.id !== id) {
        const slot = await slotOf(shelf, unit, id);
        const entry = slot && (await entryOf(slot));
        if (!entry || !newest) throw notBegun(unit, id);
        throw entry.end ? endedAlready(unit, id) : conflict(unit, newest.entry.id);
      }
      if (newest.entry.end || !(await shelf.putEnd(newest.slot, packPart(await keepEnd(unit, id, end, sealing))))) throw endedAlready(unit, id);
      wrote = true;
      unindexed += 1;
    },
    history: (query) => readHistory((unit, before) => olderEntries(entriesIn(olderSlots(unit === undefined ? shelf.all("") : shelf.ofUnit(unit), before)), before), query),
    find: async (beginning) => {
      if (beginning === "") return undefined;
      const found: DeploymentEntry[] = [];
      for await (const slot of shelf.all(beginning)) {
        const entry = await entryOf(slot);
        if (entry) found.push(entry);
        if (found.length > 1) throw ambiguous(beginning);
      }
      return found[0];
    },
    configuration: async (hash) => {
      const kept = await shelf.configuration(hash);
      return kept && readConfiguration(hash, kept, sealing);
    },
    close: async () => {
      try {
        if (wrote && unindexed >= indexEvery) await writeIndex(shelf, (await read()).index, sealing);
      } catch {
        // Only a cache: whoever comes next reads the entries themselves.
      } finally {
        shelf.close();
      }
    },
  };
}

async function slotOf(shelf: Shelf, unit: string, id: string): Promise<Slot | undefined> {
  for await (const slot of shelf.all(id)) if (slot.unit === unit && slot.id === id) return slot;
  return undefined;
}

/** Spares reading what its name rules out. */
async function* olderSlots(slots: AsyncIterable<Slot>, before: string | undefined): AsyncGenerator<Slot> {
  for await (const slot of slots) if (before === undefined || slot.id === undefined || slot.id < before) yield slot;
}

async function* olderEntries(entries: AsyncIterable<DeploymentEntry & { readonly slot: Slot }>, before: string | undefined): AsyncGenerator<DeploymentEntry> {
  for await (const { slot: _slot, ...entry } of entries) if (before === undefined || entry.id < before) yield entry;
}

async function* chunks<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let some: T[] = [];
  for await (const item of items) {
    some.push(item);
    if (some.length === size) {
      yield some;
      some = [];
    }
  }
  if (some.length > 0) yield some;
}
