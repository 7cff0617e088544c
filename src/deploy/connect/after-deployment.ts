import type { Nest } from "../../nest/model";
import { isSecretError } from "../../secrets";
import { nameOf } from "../../synth";
import { GoslingError } from "../../vocabulary/error";
import type { UnitResult } from "../reconcile";
import { connectNest, type ConnectOptions, type ConnectResult } from "./connect-nest";
import { disconnectUnit } from "./disconnect";
import { connectableUnits, webhookUrl } from "./wanted";

/** What a deployment did on GitLab. */
export interface GitlabSettled {
  /** Units that were deployed: their registrations, webhooks and schedules. Absent where none was. */
  readonly connected?: ConnectResult;
  /** Units that were destroyed. */
  readonly removed: readonly DisconnectedUnit[];
}

export interface DisconnectedUnit {
  readonly unit: string;
  /** What was removed, one line each. */
  readonly lines: readonly string[];
  readonly error?: unknown;
}

/** How a deployment speaks to GitLab. An API token that isn't there is no failure: then GitLab is left alone. */
export type GitlabOptions = Pick<ConnectOptions, "env" | "now" | "resolve" | "secrets" | "pause">;

/**
 * A deployment's last step: what was deployed is connected with GitLab, what was destroyed is taken out of it. What
 * has not changed is not asked about; `gosling connect` looks at everything.
 */
export async function settleGitlab(nest: Nest | undefined, nestName: string, results: readonly UnitResult[], options: GitlabOptions): Promise<GitlabSettled> {
  const removed: DisconnectedUnit[] = [];
  for (const result of results) if (result.outcome === "destroyed") removed.push(await disconnected(result, nest, nestName, options));
  if (!nest) return { removed };
  const targets = namesIn(nest, results.filter(({ outcome }) => outcome === "deployed").map(({ unit }) => unit));
  if (targets.length === 0) return { removed };
  return { removed, connected: await connectNest(nest, { ...options, targets, missingToken: "skip" }) };
}

/** What `settleGitlab` would do for these units; undefined where that is nothing. */
export async function planGitlab(nest: Nest, units: readonly string[], options: GitlabOptions): Promise<ConnectResult | undefined> {
  const targets = namesIn(nest, units);
  if (targets.length === 0) return undefined;
  const planned = await connectNest(nest, { ...options, targets, missingToken: "skip", dryRun: true });
  return planned.changes || planned.units.some(({ outcome }) => outcome === "failed") ? planned : undefined;
}

function namesIn(nest: Nest, units: readonly string[]): readonly string[] {
  return connectableUnits(nest).map(nameOf).filter((name) => units.includes(name));
}

async function disconnected({ unit, served = [], place }: UnitResult, nest: Nest | undefined, nestName: string, options: GitlabOptions): Promise<DisconnectedUnit> {
  const url = nest && webhookUrl(nest);
  try {
    return { unit, lines: await disconnectUnit({ nest: nestName, unit, repositories: served, ...(place && { place }), ...(url !== undefined && { webhookUrl: url }) }, options) };
  } catch (error) {
    const withoutToken = error instanceof GoslingError && (error.code === "GITLAB_TOKEN_MISSING" || isSecretError(error));
    return { unit, lines: [], ...(!withoutToken && { error }) };
  }
}
