import { writeFileAtomically } from "./atomic-file";
import type { RunnerFolder } from "./folder";
import { readJson } from "./json-file";

/**
 * - `starting`: getting ready: secrets, startup script, configuration, agent;
 * - `waiting`: something is `missing`; it looks again by itself;
 * - `idle`, `busy`: the agent is up;
 * - `draining`: it takes no new job and ends with the current one;
 * - `failed`: something went wrong (`reason`); it tries again by itself;
 * - `stopped`: it has ended because it was asked to.
 */
export type RunnerState = "starting" | "waiting" | "idle" | "busy" | "draining" | "failed" | "stopped";

/** What a runner last said of itself (`heartbeat.json`). It never holds a secret. */
export interface Heartbeat {
  readonly format: 1;
  readonly egg: string;
  readonly id: string;
  /** Revision of the configuration that it runs with. */
  readonly revision: string;
  readonly pid: number;
  /** Tells this process from others that ran for the same runner. */
  readonly launch: string;
  readonly state: RunnerState;
  /** For `failed`: one line, secrets masked. */
  readonly reason?: string;
  /** For `waiting`: what is not there, by name or reference, such as `no token behind env://TOKEN`. */
  readonly missing: readonly string[];
  /**
   * Whether a job may be running. It is only false when that is known: an agent that is alive but
   * can't be asked counts as busy, because a wrong "idle" would cost somebody's job.
   */
  readonly busy: boolean;
  /** Jobs that the agent runs now; absent where it can't be asked. */
  readonly jobs?: number;
  readonly agent?: { readonly path: string; readonly version?: string; readonly pid?: number };
  readonly draining: boolean;
  /** When the state last changed, ISO 8601. */
  readonly since: string;
  /** When this was written, ISO 8601. */
  readonly at: string;
}

/** The last heartbeat; undefined where there is none, or none that can be read. */
export async function readHeartbeat(folder: RunnerFolder): Promise<Heartbeat | undefined> {
  const value = await readJson(folder.heartbeat);
  return isHeartbeat(value) ? value : undefined;
}

export async function writeHeartbeat(folder: RunnerFolder, heartbeat: Heartbeat): Promise<void> {
  await writeFileAtomically(folder.heartbeat, `${JSON.stringify(heartbeat, undefined, 2)}\n`, 0o600, false);
}

function isHeartbeat(value: unknown): value is Heartbeat {
  return typeof value === "object" && value !== null && "format" in value && value.format === 1 && "state" in value && "launch" in value;
}
