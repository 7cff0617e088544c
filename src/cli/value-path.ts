import { GoslingError } from "../vocabulary/error";
import { nearest } from "../vocabulary/nearest";
import { EXIT } from "./context";

/** The steps of a path such as `runner.tags[0]`, `runner.tags.0` or `environment["A.B"]`. */
export function parsePath(path: string): readonly string[] {
  const steps: string[] = [];
  let rest = path;
  while (rest !== "") {
    const match = /^(?:\.?([^.[\]"]+)|\[(\d+)\]|\["([^"]*)"\])/.exec(rest);
    // A dot stands between two names, never in front of the first.
    if (!match || (steps.length === 0 && rest.startsWith(".")) || (steps.length > 0 && !/^[.[]/.test(rest))) {
      throw new GoslingError("WRONG_PATH", `${path} is no path`, { hint: 'Write names with dots between, such as runner.tags[0] or environment["A.B"]', exitCode: EXIT.usage });
    }
    steps.push(match[1] ?? match[2] ?? match[3] ?? "");
    rest = rest.slice(match[0].length);
  }
  return steps;
}

/** What a path leads to in plain data. Throws `UNKNOWN_PATH`, with the nearest known name, where it leads nowhere. */
export function valueAt(data: unknown, steps: readonly string[], title: string): unknown {
  let here = data;
  const passed: string[] = [];
  for (const step of steps) {
    const where = [title, ...(passed.length > 0 ? [passed.join(".")] : [])].join(" ");
    if (Array.isArray(here)) {
      if (!/^\d+$/.test(step) || Number(step) >= here.length) {
        throw unknown(`${where} has ${here.length} ${here.length === 1 ? "item" : "items"}, and no ${step}`, here.length > 0 ? `Its items are 0 to ${here.length - 1}.` : undefined);
      }
      here = (here as readonly unknown[])[Number(step)];
    } else if (typeof here === "object" && here !== null) {
      if (!Object.hasOwn(here, step)) {
        const known = Object.keys(here);
        const suggestion = nearest(step, known);
        throw unknown(`${where} has no ${step}`, suggestion === undefined ? `It has ${known.join(", ") || "nothing"}.` : `Did you mean ${suggestion}?`);
      }
      here = (here as Readonly<Record<string, unknown>>)[step];
    } else {
      throw unknown(`${where} is a value and has no ${step}`, undefined);
    }
    passed.push(step);
  }
  return here;
}

function unknown(message: string, hint: string | undefined): GoslingError {
  return new GoslingError("UNKNOWN_PATH", message, { hint });
}
