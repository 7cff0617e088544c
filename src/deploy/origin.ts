import { randomBytes } from "node:crypto";
import type { Deployment } from "../store/deployment";

/** Who deploys what commit, and when. */
export interface Origin {
  readonly facts: Pick<Deployment, "by" | "commit" | "jobUrl">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** An id for a deployment: sortable by time, unique. */
  readonly newId: () => string;
}

/** `20261127T133205123Z-9f86d081`. */
export function deploymentIds(now: () => number, random: (bytes: number) => Buffer = randomBytes): () => string {
  let last = 0;
  return () => {
    // Those of one process are in the order of their making, also where the clock stands still or is set back.
    last = Math.max(now(), last + 1);
    return `${new Date(last).toISOString().replace(/[-:.]/g, "")}-${random(4).toString("hex")}`;
  };
}
