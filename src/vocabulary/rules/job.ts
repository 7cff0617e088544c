import type { Draft } from "../check-block";
import * as problems from "../problems";
import { demandOfJob, serverlessObstacles } from "../runner-type";
import type { Problem } from "../schema";
import type { JobValues } from "../types";
import { type InheritedCloud, cloudRules } from "./cloud";
import { environmentRules, localSecretRules, secretsByPath } from "./secrets";

/** Rules across the attributes of a Job, whose `cloud` has been taken from `mothergoose` where it has none of its own. */
export function jobRules(job: Draft<JobValues>, unsettled: ReadonlySet<string>, inherited: InheritedCloud, ownCloud: boolean): readonly Problem[] {
  return [
    ...(job.cloud ? [] : [problems.jobWithoutCloud([])]),
    // A cloud that was taken over has been checked where it stands.
    ...(ownCloud ? cloudRules(job.cloud, unsettled, inherited) : []),
    ...(job.runner?.type === "serverless" ? serverlessObstacles(demandOfJob(job)) : []),
    ...environmentRules(job),
    ...localSecretRules(job.cloud?.provider, secretsByPath(job.secrets)),
  ];
}
