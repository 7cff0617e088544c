import type { Draft } from "../check-block";
import { durationSeconds } from "../duration";
import * as problems from "../problems";
import type { Problem } from "../schema";
import type { MotherGooseValues } from "../types";
import { cloudRules } from "./cloud";

/** Rules across the attributes of the `mothergoose` block. */
export function motherGooseRules(goose: Draft<MotherGooseValues>, unsettled: ReadonlySet<string>): readonly Problem[] {
  const found = [...cloudRules(goose.cloud, unsettled, undefined)];
  const { service, workers, queue } = goose;
  if (service?.minInstances !== undefined && service.maxInstances !== undefined && service.minInstances > service.maxInstances) {
    found.push(problems.minOverMax(["service", "min_instances"], service.minInstances, "max_instances", service.maxInstances));
  }
  const visibility = queue?.visibilityTimeout;
  const timeout = workers?.timeout;
  if (visibility !== undefined && timeout !== undefined && durationSeconds(visibility) < durationSeconds(timeout)) {
    found.push(problems.visibilityTooShort(["queue", "visibility_timeout"], visibility, timeout));
  }
  return found;
}
