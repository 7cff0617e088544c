import { resolve } from "node:path";
import type { EngineContext } from "../deploy/engine-context";
import { type EngineEvent, Interrupts } from "../engine";
import type { Context, GlobalFlags } from "./context";
import { offerEngine } from "./engine";

/** The `gosling` program that the engine starts for each runner: this one. */
const PROGRAM = resolve(__dirname, "../../../bin/gosling");

/** Finds or offers an engine for a deployment of the Nest at `nestRoot`. */
export async function deploymentContext(
  context: Context,
  flags: GlobalFlags,
  nestRoot: string,
  more: { readonly interrupts?: Interrupts; readonly onEvent?: (stack: string, event: EngineEvent) => void } = {},
): Promise<EngineContext> {
  const engine = await offerEngine(context, flags);
  return { engine, env: context.env, program: PROGRAM, nestRoot, ...more };
}

/**
 * Runs `work` while Ctrl-C and its like ask the engine to stop instead of ending us: it saves its state,
 * and we say what is left.
 */
export async function withInterrupts<T>(context: Context, work: (interrupts: Interrupts) => Promise<T>): Promise<T> {
  const interrupts = new Interrupts();
  const onSignal = () => {
    interrupts.request();
    context.stderr.write(MESSAGES[Math.min(interrupts.count, MESSAGES.length) - 1] as string);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await work(interrupts);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

const MESSAGES = [
  "\nStopping: the engine finishes what it has in hand and saves its state. Once more makes it drop that.\n",
  "\nThe engine drops what it has in hand. Once more kills it.\n",
  "\nThe engine is killed.\n",
];
