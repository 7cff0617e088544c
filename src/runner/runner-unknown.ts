import { GoslingError } from "../vocabulary/error";

export function runnerUnknown(egg: string, id: string): GoslingError {
  return new GoslingError("RUNNER_UNKNOWN", `there is no runner ${id} of ${egg} in this Nest`, { hint: "gosling deploy makes runners; gosling status shows them." });
}
