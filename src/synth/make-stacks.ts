import "./late-libraries";
import { App, type TerraformStack } from "../../constructs/cdktf";
import { UnitStack } from "../../constructs/unit-stack";
import type { Place } from "../nest/model";
import { GoslingError } from "../vocabulary/error";
import type { PlannedStack } from "./plan-stacks";
import { renderStack } from "./render-stack";

/**
 * The text of each stack. This file loads the engine library: it is imported only where something has to be made.
 *
 * @param places Where the units stand, by name.
 * @throws GoslingError what a cloud refuses, with the unit's place.
 */
export function makeStacks(planned: readonly PlannedStack[], places: ReadonlyMap<string, Place>): ReadonlyMap<string, string> {
  return withoutStackTraces(() => {
    // An App makes its output folder; this one writes nothing, so it gets one that is there.
    const app = new App({ outdir: __dirname, skipValidation: true });
    const texts = new Map<string, string>();
    for (const { name, unit, made } of planned) {
      texts.set(name, renderStack(inPlace(places.get(unit), () => newStack(app, name, made))));
      // One stack at a time in memory, however many there are.
      app.node.tryRemoveChild(name);
    }
    return texts;
  });
}

function newStack(app: App, name: string, made: PlannedStack["made"]): TerraformStack {
  switch (made.kind) {
    case "unit":
      return new UnitStack(app, name, made.props);
    // These load both clouds; most runs make neither.
    /* eslint-disable @typescript-eslint/no-require-imports */
    case "rift": {
      const { RiftStack } = require("../../constructs/rift-stack") as typeof import("../../constructs/rift-stack");
      return new RiftStack(app, name, made.props);
    }
    case "mothergoose": {
      const { MotherGooseStack } = require("../../constructs/mother-goose-stack") as typeof import("../../constructs/mother-goose-stack");
      return new MotherGooseStack(app, name, made.props);
    }
    /* eslint-enable @typescript-eslint/no-require-imports */
  }
}

/**
 * The library captures a whole stack trace with every token that it makes; a third of its time goes
 * there, and nobody reads them here.
 */
function withoutStackTraces<T>(work: () => T): T {
  const capture = Error.captureStackTrace;
  Error.captureStackTrace = () => undefined;
  try {
    return work();
  } finally {
    Error.captureStackTrace = capture;
  }
}

/** An error of a construct names its path; here it is the Fly file that people know. */
function inPlace<T>(place: Place | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!place || !(error instanceof GoslingError) || !(error.cause instanceof GoslingError)) throw error;
    const { code, message, hint, exitCode } = error.cause;
    throw new GoslingError(code, `${place.file}:${place.range.start.line}: ${message}`, { ...(hint !== undefined && { hint }), exitCode, cause: error.cause });
  }
}
