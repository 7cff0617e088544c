import type { GoslingError } from "../vocabulary/error";
import { isSecretError } from "./secret-store";

export interface CacheOptions {
  /** How long a value counts, from the moment that it was asked for. */
  readonly ttlMs: number;
  /** How long an error counts, from the moment that it came. */
  readonly errorTtlMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Cached {
  /** Fails with what `load` fails with; errors of secrets are remembered. */
  readonly value: Promise<string>;
  /** Whether it was there, or on its way, already. */
  readonly cached: boolean;
}

/** Values in memory, and nowhere else. Who asks for the same at the same time shares one request. */
export interface SecretCache {
  get(key: string, load: () => Promise<string>): Cached;
  /** Whatever of these keys is under way counts no longer either. */
  forget(matches: (key: string) => boolean): void;
}

interface Entry {
  readonly value: Promise<string>;
  /** Infinite while it is under way. */
  until: number;
}

export function createCache({ ttlMs, errorTtlMs, now }: CacheOptions): SecretCache {
  const entries = new Map<string, Entry>();

  const start = (key: string, load: () => Promise<string>): Entry => {
    const asked = now();
    const entry: Entry = { value: load(), until: Number.POSITIVE_INFINITY };
    entries.set(key, entry);
    entry.value.then(
      () => (entry.until = asked + ttlMs),
      (error: unknown) => (entry.until = isSecretError(error) ? now() + errorTtlMs : 0),
    );
    return entry;
  };

  return {
    get(key, load) {
      const known = entries.get(key);
      if (known !== undefined && now() < known.until) return { value: known.value, cached: true };
      dropExpired(entries, now());
      return { value: start(key, load).value, cached: false };
    },
    forget(matches) {
      for (const key of entries.keys()) if (matches(key)) entries.delete(key);
    },
  };
}

/** No value stays in memory for longer than it counts and others are asked for. */
function dropExpired(entries: Map<string, Entry>, now: number): void {
  for (const [key, { until }] of entries) if (now >= until) entries.delete(key);
}

/** An error that concerns a whole store, for the references that come after. */
export interface Outages<E extends GoslingError> {
  /** The outage that lasts. */
  of(store: string): E | undefined;
  add(store: string, error: E): void;
  clear(): void;
}

export function createOutages<E extends GoslingError>(errorTtlMs: number, now: () => number): Outages<E> {
  const known = new Map<string, { readonly error: E; readonly until: number }>();
  return {
    of(store) {
      const outage = known.get(store);
      return outage !== undefined && now() < outage.until ? outage.error : undefined;
    },
    add: (store, error) => void known.set(store, { error, until: now() + errorTtlMs }),
    clear: () => known.clear(),
  };
}
