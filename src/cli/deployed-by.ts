import { hostname, userInfo } from "node:os";
import type { Origin } from "../deploy/origin";
import { headCommit } from "./git-repository";

/** Who deploys, and which commit: a pipeline's job says so itself; else the user of this machine and Git. */
export async function deployedBy(root: string, env: Readonly<Record<string, string | undefined>>): Promise<Origin["facts"]> {
  const commit = await headCommit(root, env);
  const jobUrl = env["CI_JOB_URL"];
  return { by: env["GITLAB_USER_LOGIN"] || `${userName()}@${hostname()}`, ...(commit && { commit }), ...(jobUrl && { jobUrl }) };
}

/** A user whom the system has no entry for, as in many containers, has only a number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "unknown");
  }
}
