import type { SecretWriter } from "../../../src/deploy/connect";
import type { ResolveSecret } from "../../../src/secrets";
import { GoslingError } from "../../../src/vocabulary/error";

/** Secrets of a test, by reference. */
export interface MemorySecrets {
  readonly values: Map<string, string>;
  readonly resolve: ResolveSecret;
  readonly writer: SecretWriter;
  /** The next write fails. */
  failOnce(): void;
}

export function memorySecrets(values: Readonly<Record<string, string>> = {}): MemorySecrets {
  const kept = new Map(Object.entries(values));
  let failing = false;
  return {
    values: kept,
    async resolve(reference) {
      const value = kept.get(reference);
      if (value === undefined) throw new GoslingError("SECRET_MISSING", `there is nothing behind ${reference}`);
      return value;
    },
    writer: {
      async write(reference, value) {
        if (failing) {
          failing = false;
          throw new GoslingError("SECRET_UNREADABLE", `${reference} can't be written: the store is away`);
        }
        kept.set(reference, value);
      },
    },
    failOnce: () => void (failing = true),
  };
}
