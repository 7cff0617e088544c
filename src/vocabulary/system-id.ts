import { createHash } from "node:crypto";

/** Beside the agent's config.toml: the name by which GitLab tells apart the machines that share one runner registration. */
export const SYSTEM_ID_FILE = ".runner_system_id";

/**
 * A runner's system id. It follows from its names alone, so that whoever knows a runner finds it among the
 * managers that GitLab lists, and a machine that starts again is the same manager. gitlab-runner takes over
 * what stands in `.runner_system_id` where it has the form `s_` or `r_` and twelve letters or digits, and
 * makes up one of its own otherwise.
 */
export function systemId(nest: string, egg: string, runnerId: string): string {
  const digest = createHash("sha256").update(JSON.stringify(["gosling", nest, egg, runnerId])).digest("hex");
  return `s_${digest.slice(0, 12)}`;
}
