import { GoslingError } from "../vocabulary/error";
import type { LockHolder } from "./unit-locks";

export function conflict(unit: string, by: string): GoslingError {
  return new GoslingError("DEPLOYMENT_CONFLICT", `Another deployment of ${unit} was begun meanwhile (${by})`, {
    hint: "Wait until it has ended and run the same command again: it then sees what that one did.",
  });
}

export function clockBehind(unit: string, newest: string): GoslingError {
  return new GoslingError("CLOCK_BEHIND", `The last deployment of ${unit}, ${newest}, was begun later than this machine's clock says`, {
    hint: "Set the clock of this machine, or of the one that made that deployment, and run the same command again.",
  });
}

export function notBegun(unit: string, id: string): GoslingError {
  return new GoslingError("DEPLOYMENT_UNKNOWN", `No deployment ${id} of ${unit} is recorded`, { hint: "Look at `gosling history`." });
}

export function endedAlready(unit: string, id: string): GoslingError {
  return new GoslingError("DEPLOYMENT_ENDED", `Deployment ${id} of ${unit} has ended already`, { hint: "Look at `gosling history`." });
}

export function ambiguous(beginning: string): GoslingError {
  return new GoslingError("DEPLOYMENT_AMBIGUOUS", `More than one deployment's id begins with ${beginning}`, { hint: "Give more of it." });
}

export function damaged(what: string, hint: string, cause?: unknown): GoslingError {
  return new GoslingError("STORE_DAMAGED", `${what} is damaged`, { hint, cause });
}

export function tooNew(what: string): GoslingError {
  return new GoslingError("STORE_TOO_NEW", `${what} was written by a newer version of Gosling`, { hint: "Update Gosling here: `npm install gosling@latest`." });
}

export function deploymentRunning(unit: string, holder: LockHolder | undefined): GoslingError {
  const by = holder ? ` (${holder.who}, since ${holder.since || "some time"})` : "";
  return new GoslingError("DEPLOYMENT_RUNNING", `Another deployment works on ${unit}${by}`, {
    hint: `Wait until it has ended and run the same command again. Should it have been killed: gosling state unlock ${unit}`,
  });
}
