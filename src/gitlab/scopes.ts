import { GitlabError } from "./error";
import type { TokenFacts } from "./model";

/** What a token is to be used for. */
export type TokenUse = "runners" | "webhooks" | "schedules" | "deploy keys";

/**
 * Scopes that each use takes, beside `api`, which alone is enough for all. The lists of a project's and of a group's runners
 * are read with `read_api`: `manage_runner` reaches only runners whose number is known.
 */
const SCOPES: Readonly<Record<TokenUse, readonly string[]>> = {
  runners: ["create_runner", "manage_runner", "read_api"],
  webhooks: ["api"],
  schedules: ["api"],
  "deploy keys": ["api"],
};

/** Scopes that are missing for these uses, by name; none: all is there. */
export function missingScopes(scopes: readonly string[], uses: readonly TokenUse[]): readonly string[] {
  if (scopes.includes("api")) return [];
  const missing = new Set(uses.flatMap((use) => SCOPES[use]).filter((scope) => !scopes.includes(scope)));
  return missing.has("api") ? ["api"] : [...missing];
}

const WARN_DAYS = 14;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Looks at a token before it is used.
 * @param named How messages call it: its reference, never its value.
 * @returns warnings, one sentence each.
 * @throws GitlabError `GITLAB_SCOPE`, `GITLAB_TOKEN`
 */
export function checkToken({ scopes, active, expiresOn }: TokenFacts, uses: readonly TokenUse[], named: string, now: number): readonly string[] {
  if (!active) throw new GitlabError("GITLAB_TOKEN", `The token behind ${named} is expired or revoked`, { hint: "Make another one and put it there." });
  const missing = missingScopes(scopes, uses);
  if (missing.length > 0) {
    const wanted = [...new Set(uses.flatMap((use) => SCOPES[use]))];
    throw new GitlabError("GITLAB_SCOPE", `The token behind ${named} lacks ${missing.length === 1 ? "the scope" : "the scopes"} ${missing.join(", ")} for ${uses.join(" and ")}`, {
      hint: `Make a token with ${wanted.includes("api") ? "the scope api" : `the scopes ${wanted.join(", ")}`} and put it there.`,
    });
  }
  if (expiresOn === undefined) return [];
  // It is worth nothing from that day's beginning on, by UTC.
  const days = Math.ceil((Date.parse(`${expiresOn}T00:00:00Z`) - now) / DAY_MS);
  return days > WARN_DAYS ? [] : [`the token behind ${named} expires on ${expiresOn}, ${days <= 1 ? "within a day" : `in ${days} days`}`];
}
