import type { EngineEvent } from "../../engine";
import type { Output } from "../context";
import type { Palette } from "./color";

/** What people see while engines work. */
export interface ProgressView {
  onEvent(stack: string, event: EngineEvent): void;
  /** Prints lines that stay, above the line that moves. */
  print(lines: readonly string[]): void;
  end(): void;
}

/** On a terminal one line that moves; elsewhere a plain line for each thing done. */
export function progressView(output: Output, paint: Palette): ProgressView {
  const terminal = output.isTTY === true;
  let moving = false;
  let done = 0;
  const clear = () => {
    if (moving) output.write("\r\u001b[2K");
    moving = false;
  };
  const move = (text: string) => {
    clear();
    output.write(text.slice(0, (output.columns ?? 80) - 1));
    moving = true;
  };
  return {
    onEvent(stack, event) {
      const text = eventText(stack, event);
      if (text === undefined) return;
      if (event.kind === "apply_complete") done++;
      if (terminal) move(paint.dim(`${text} (${done} done)`));
      else if (event.kind === "apply_complete") output.write(`  ${text}\n`);
    },
    print(lines) {
      clear();
      for (const line of lines) output.write(`${line}\n`);
    },
    end: clear,
  };
}

/** What happens to one resource of the local cloud, in words. */
function eventText(stack: string, event: EngineEvent): string | undefined {
  if (event.kind === "provision_progress") return `${stack}: ${event.output.trim()}`;
  if (event.kind !== "apply_start" && event.kind !== "apply_complete") return undefined;
  const { name, key, address } = event.resource;
  const words = WORDS[name]?.[event.action === "delete" ? "delete" : "create"];
  if (!words) return `${stack}: ${address}`;
  return `${stack}: ${key === undefined ? "" : `runner ${key} `}${words[event.kind === "apply_start" ? 0 : 1]}`;
}

const WORDS: Readonly<Record<string, Readonly<Record<"create" | "delete", readonly [string, string]>>>> = {
  runner: { create: ["is being made", "made"], delete: ["is being removed", "removed"] },
  process: { create: ["is starting", "started"], delete: ["is finishing its job", "ended"] },
  registration: { create: ["is being registered", "registered"], delete: ["is being removed", "removed"] },
};
