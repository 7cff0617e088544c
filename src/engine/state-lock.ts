/** A lock on a state, as the back end tells of it. */
export interface StateLock {
  readonly id: string;
  /** Who holds it, where the back end tells. */
  readonly holder?: {
    /** `user@machine`. */
    readonly who: string;
    /** As the engine writes it: `2026-11-23 18:03:32.92 +0000 UTC`. */
    readonly created: string;
    /** What the other one does, such as `apply`. */
    readonly operation: string;
  };
  /** A lock that ends with the process that holds it: nothing to unlock by hand. */
  readonly endsWithProcess: boolean;
}

/** Reads the lock out of what an engine says when it could not get it; nothing where that is not what it says. */
export function parseLock(said: string): StateLock | undefined {
  if (!/Error acquiring the state lock|already locked/i.test(said)) return undefined;
  const field = (name: string) => new RegExp(`^\\s*${name}:[ \\t]*(\\S.*)$`, "m").exec(said)?.[1]?.trim();
  // Terraform's HTTP back end shows the lock that it wanted, and names the one that is there.
  const there = /already locked: ID=(\S+)/i.exec(said)?.[1];
  const shown = field("ID");
  const id = there ?? shown;
  if (id === undefined) return undefined;
  const endsWithProcess = /resource temporarily unavailable/i.test(said);
  if (id !== shown) return { id, endsWithProcess };
  const operation = (field("Operation") ?? "unknown").replace(/^OperationType/, "").toLowerCase();
  return { id, holder: { who: field("Who") ?? "somebody", created: field("Created") ?? "an unknown time", operation }, endsWithProcess };
}
