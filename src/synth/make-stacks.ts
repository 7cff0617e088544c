import { App } from "../../constructs/cdktf";
import { UnitStack } from "../../constructs/unit-stack";
import type { PlannedStack } from "./plan-stacks";
import { renderStack } from "./render-stack";

/** The text of each stack. This file loads the engine library: it is imported only where something has to be made. */
export function makeStacks(planned: readonly PlannedStack[]): ReadonlyMap<string, string> {
  return withoutStackTraces(() => {
    // An App makes its output folder; this one writes nothing, so it gets one that is there.
    const app = new App({ outdir: __dirname, skipValidation: true });
    const texts = new Map<string, string>();
    for (const { name, props } of planned) {
      texts.set(name, renderStack(new UnitStack(app, name, props)));
      // One stack at a time in memory, however many there are.
      app.node.tryRemoveChild(name);
    }
    return texts;
  });
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
