import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { Engine, Interrupts } from "../engine";
import type { Nest, ReadNestResult } from "../nest";
import { rehearse, type RehearsalResult } from "../rehearsal";
import { nameOf, synthesize, type SynthesizedStack, servicesOf, type Service, type Unit, unitsOf } from "../synth";
import { EXIT, type GlobalFlags, wantsColor } from "./context";
import { withInterrupts } from "./deployment-context";
import { offerEngine } from "./engine";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import type { Cli } from "./program";
import { palette } from "./render/color";
import { type ProgressView, progressView } from "./render/engine-progress";
import { renderFailure, renderRehearsal, renderSummary } from "./render/rehearsal";

interface RehearseFlags extends NestFlags {
  readonly runners: number;
}

/** One stack, and how it went. */
export interface RehearsedStack {
  readonly stack: SynthesizedStack;
  readonly unit: Unit | Service;
  readonly result: RehearsalResult;
}

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command.argument("[egg...]", "names of Eggs, buckets and Jobs (default: all of the Nest)"))
    .option("--runners <n>", "scale each stack up to at most this many runners", parseCount, 10)
    .addHelpText(
      "after",
      "\nRuns the real engine over AWS and Yandex stacks against providers inside this process: validate, plan, apply, scale, stop, start, destroy. It needs no account, no credentials and no network, and changes nothing. Stops at the first stack that fails.",
    )
    .action(cli.action((eggs: readonly string[]) => rehearseNest(eggs, command, cli)));
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError("Write a whole number from 1 to 999.");
  return Number(text);
}

async function rehearseNest(eggs: readonly string[], command: Command, cli: Cli): Promise<number> {
  const { nest, result: read, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<RehearseFlags>();
  const { context } = cli;
  return withInterrupts(context, async (interrupts) => {
    // The Nest's own output stays as it is.
    const out = await mkdtemp(join(tmpdir(), "gosling-synth-"));
    try {
      const { stacks } = await synthesize(nest, { out, ...(eggs.length > 0 && { targets: eggs }) });
      const engine = await offerEngine(context, flags);
      const start = context.now();
      const rehearsed = await rehearseStacks(stacks, nest, { engine, interrupts, flags, cli });
      return report(rehearsed, { engine, durationMs: context.now() - start, read, flags, cli });
    } finally {
      await rm(out, { recursive: true, force: true });
    }
  });
}

interface Surroundings {
  readonly engine: Engine;
  readonly interrupts: Interrupts;
  readonly flags: RehearseFlags;
  readonly cli: Cli;
}

/** One after the other, up to the first that fails. A unit's first stack hands what it shares to the others. */
async function rehearseStacks(stacks: readonly SynthesizedStack[], nest: Nest, { engine, interrupts, flags, cli: { context } }: Surroundings): Promise<readonly RehearsedStack[]> {
  const units = new Map<string, Unit | Service>([...unitsOf(nest).map((unit): [string, Unit] => [nameOf(unit), unit]), ...servicesOf(nest).map((service): [string, Service] => [service.name, service])]);
  const view = stepView(flags, context);
  const shared = new Map<string, Readonly<Record<string, unknown>>>();
  const rehearsed: RehearsedStack[] = [];
  for (const stack of stacks) {
    const unit = units.get(stack.unit) as Unit | Service; // stacks are made from these
    const limits = "pool" in unit ? { apex: unit.pool.apex.maxCount, total: unit.pool.apex.maxCount + unit.pool.nadir.maxCount } : undefined;
    const result = await rehearse(dirname(stack.file), {
      engine,
      env: context.env,
      ...(limits && { limits }),
      shard: stack.shard,
      revision: stack.revision,
      runners: flags.runners,
      interrupts,
      ...(shared.has(stack.unit) && { variables: shared.get(stack.unit) }),
      onEvent: (event) => {
        if (event.kind === "engine") view.onEvent(stack.name, event.event);
        else if (event.kind === "begin") view.onEvent(stack.name, { kind: "log", message: event.step });
      },
    });
    if (result.outcome !== "skipped" && !shared.has(stack.unit)) shared.set(stack.unit, result.outputs);
    rehearsed.push({ stack, unit, result });
    view.end();
    if (!flags.json && !(flags.quiet && result.outcome !== "failed")) context.stdout.write(renderRehearsal({ stack, unit, result }, palette(wantsColor(context, flags, context.stdout))));
    if (result.outcome === "failed") break;
  }
  return rehearsed;
}

/** Only a terminal shows what the engine does at the moment. */
function stepView(flags: GlobalFlags, { stderr, env }: Cli["context"]): ProgressView {
  if (flags.json || flags.quiet || !stderr.isTTY) return { onEvent: () => undefined, print: () => undefined, end: () => undefined };
  return progressView(stderr, palette(wantsColor({ env } as Cli["context"], flags, stderr)));
}

interface Report {
  readonly engine: Engine;
  readonly durationMs: number;
  readonly read: ReadNestResult;
  readonly flags: RehearseFlags;
  readonly cli: Cli;
}

function report(rehearsed: readonly RehearsedStack[], { engine, durationMs, read, flags, cli: { context } }: Report): number {
  const failed = rehearsed.find(({ result }) => result.outcome === "failed");
  if (flags.json) {
    const stacks = rehearsed.map(({ stack: { name, unit, cloud, runnerType, shard }, result }) => ({ name, unit, cloud, runnerType, shard, ...result }));
    context.stdout.write(`${JSON.stringify({ engine: { name: engine.name, version: engine.version }, stacks }, undefined, 2)}\n`);
  } else {
    if (failed) context.stderr.write(renderFailure(failed, read.sources, wantsColor(context, flags, context.stderr)));
    context.stdout.write(renderSummary(rehearsed, engine, durationMs, flags.quiet === true));
  }
  return failed ? EXIT.failed : EXIT.done;
}
