import { equal, type Value, type ValueRecord } from "./values";

/** One object that exists in the world. */
export interface WorldObject {
  /** Unique in the world, also among objects that are gone. */
  readonly key: string;
  readonly type: string;
  readonly id: string;
  /** All attributes, as the provider tells them. May hold secrets. */
  readonly attributes: ValueRecord;
}

export type Operation = "create" | "read" | "update" | "delete";

/** What happened, in order. */
export interface JournalEntry {
  readonly event:
    | "created"
    | "updated"
    | "deleted"
    | "failed"
    | "throttled"
    | "cancelled"
    /** Behind the engine's back. */
    | "vanished"
    /** Behind the engine's back. */
    | "altered";
  readonly type: string;
  readonly id?: string;
  readonly operation?: Operation;
}

export type Fault = {
  readonly operation: Operation;
  readonly type: string;
  /** Which objects it strikes, by what is known of their attributes. Default: all. */
  readonly where?: (attributes: ValueRecord) => boolean;
  /** How often it strikes. Default: once. */
  readonly times?: number;
} & (
  | {
      readonly kind: "fail";
      readonly message: string;
      /**
       * What a failed creation leaves: nothing; the object, which the engine is told of; or an orphan,
       * which it isn't told of. Default: nothing.
       */
      readonly leaves?: "nothing" | "object" | "orphan";
    }
  /** The cloud answers only once the fault is released, or the engine asks the provider to stop. */
  | { readonly kind: "hang" }
  /** The cloud refuses for the moment; the provider tries again, as often as its configuration says. */
  | { readonly kind: "throttle" }
  /** The provider dies, before the cloud has done it or after. */
  | { readonly kind: "crash"; readonly done: boolean }
);

/** A fault that waits for its moment, or has struck. */
export interface InjectedFault {
  /** When it strikes for the first time. */
  readonly struck: Promise<void>;
  readonly strikes: number;
  /** Lets go of what hangs, and strikes no more. */
  release(): void;
}

/** The clouds' content as the providers of one rehearsal see it. Nothing of it outlives the process. */
export interface World {
  readonly journal: readonly JournalEntry[];
  /** In the order of their creation; of one type, where one is named. */
  objects(type?: string): readonly WorldObject[];
  find(type: string, id: string): WorldObject | undefined;
  inject(fault: Fault): InjectedFault;
  /** Somebody removes an object behind the engine's back. */
  vanish(type: string, id: string): void;
  /** Somebody changes attributes behind the engine's back. */
  alter(type: string, id: string, changes: ValueRecord): void;
}

/** What the provider does to the world. */
export interface WorldAccess extends World {
  /** A number of its own for each new object of a type, from 1. */
  nextNumber(type: string): number;
  byKey(key: string): WorldObject | undefined;
  create(object: Omit<WorldObject, "key">): WorldObject;
  update(key: string, attributes: ValueRecord): void;
  delete(key: string): void;
  note(entry: JournalEntry): void;
  /** The fault that strikes now, if any; each call counts as one strike. */
  strike(operation: Operation, type: string, attributes: ValueRecord): StruckFault | undefined;
}

export interface StruckFault {
  readonly fault: Fault;
  /** For a fault that hangs. */
  readonly released: Promise<void>;
}

export function createWorld(): WorldAccess {
  const objects = new Map<string, WorldObject>();
  const numbers = new Map<string, number>();
  const journal: JournalEntry[] = [];
  const faults: PendingFault[] = [];

  const objectsOf = (type?: string) => [...objects.values()].filter((object) => type === undefined || object.type === type);
  const find = (type: string, id: string) => objectsOf(type).find((object) => object.id === id);
  const existing = (type: string, id: string) => {
    const object = find(type, id);
    if (!object) throw new RangeError(`The world has no ${type} ${id}`);
    return object;
  };
  const change = (object: WorldObject, attributes: ValueRecord, event: "updated" | "altered") => {
    if (Object.entries(attributes).every(([name, value]) => equal(value, object.attributes[name] as Value))) return;
    objects.set(object.key, { ...object, attributes: { ...object.attributes, ...attributes } });
    journal.push({ event, type: object.type, id: object.id });
  };
  const remove = (object: WorldObject, event: "deleted" | "vanished") => {
    objects.delete(object.key);
    journal.push({ event, type: object.type, id: object.id });
  };

  return {
    journal,
    objects: objectsOf,
    find,
    inject: (fault) => {
      const pending = pendingFault(fault);
      faults.push(pending);
      return pending;
    },
    vanish: (type, id) => remove(existing(type, id), "vanished"),
    alter: (type, id, changes) => change(existing(type, id), changes, "altered"),
    nextNumber: (type) => {
      const number = (numbers.get(type) ?? 0) + 1;
      numbers.set(type, number);
      return number;
    },
    byKey: (key) => objects.get(key),
    create: (object) => {
      const made = { key: `${object.type}/${object.id}/${journal.length}`, ...object };
      objects.set(made.key, made);
      journal.push({ event: "created", type: made.type, id: made.id });
      return made;
    },
    update: (key, attributes) => {
      const object = objects.get(key);
      if (object) change(object, attributes, "updated");
    },
    delete: (key) => {
      const object = objects.get(key);
      if (object) remove(object, "deleted");
    },
    note: (entry) => journal.push(entry),
    strike: (operation, type, attributes) => {
      const found = faults.find((each) => each.waits && each.fault.operation === operation && each.fault.type === type && (each.fault.where?.(attributes) ?? true));
      return found?.strike();
    },
  };
}

interface PendingFault extends InjectedFault {
  readonly fault: Fault;
  readonly waits: boolean;
  strike(): StruckFault;
}

function pendingFault(fault: Fault): PendingFault {
  let strikes = 0;
  let isOver = false;
  let tell: () => void = () => undefined;
  let letGo: () => void = () => undefined;
  const struck = new Promise<void>((resolve) => (tell = resolve));
  const released = new Promise<void>((resolve) => (letGo = resolve));
  return {
    fault,
    struck,
    get strikes() {
      return strikes;
    },
    get waits() {
      return !isOver && strikes < (fault.times ?? 1);
    },
    strike: () => {
      strikes++;
      tell();
      return { fault, released };
    },
    release: () => {
      isOver = true;
      letGo();
    },
  };
}
