import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import { describeStatus, type NamedUnit, type RunnerStatus, type UnitStatus } from "../deploy/status";
import type { Nest } from "../nest/model";
import { readRunners } from "../runner/records";
import { servicesOf } from "../synth";
import { GoslingError } from "../vocabulary/error";
import { nearest } from "../vocabulary/nearest";
import { unitName } from "../vocabulary/unit-stacks";
import { type Context, EXIT, wantsColor } from "./context";
import { withInterrupts, withSite } from "./deployment-context";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import type { Cli } from "./program";
import { palette, type Palette } from "./render/color";
import { renderTable } from "./render/table";

interface StatusFlags extends NestFlags {
  readonly egg?: string;
  readonly watch?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .option("--egg <name>", "only this Egg, bucket, Job or Rift")
    .option("--watch", "show it again whenever it changes, until Ctrl-C")
    .action(cli.action(() => status(command, cli)));
}

async function status(command: Command, cli: Cli): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<StatusFlags>();
  const { context } = cli;
  if (flags.watch) return watch(nest, flags, context);
  show(await look(nest, flags, context), flags, context);
  return EXIT.done;
}

/** Between two looks of `--watch`. */
const WATCH_MS = 2000;

/** Shows the status, and again where it has changed: on a terminal in the same place. */
async function watch(nest: Nest, flags: StatusFlags, context: Context): Promise<number> {
  let shown = "";
  await withInterrupts(
    context,
    async (interrupts) => {
      while (interrupts.count === 0) {
        const units = await look(nest, flags, context);
        const current = JSON.stringify(units);
        if (current !== shown) {
          if (context.stdout.isTTY) context.stdout.write("\u001b[2J\u001b[H");
          show(units, flags, context);
        }
        shown = current;
        await (context.pause?.(WATCH_MS) ?? wait(WATCH_MS, undefined, { signal: interrupts.signal }).catch(() => undefined));
      }
    },
    [],
  );
  return EXIT.done;
}

async function look(nest: Nest, flags: StatusFlags, context: Context): Promise<readonly UnitStatus[]> {
  const all = describeStatus(namedUnits(nest), await withSite(context, nest, ({ store }) => store.current()), await readRunners(nest.root));
  return flags.egg === undefined ? all : [findUnit(all, flags.egg)];
}

function show(units: readonly UnitStatus[], flags: StatusFlags, context: Context): void {
  if (flags.json) context.stdout.write(`${JSON.stringify({ units }, null, 2)}\n`);
  else context.stdout.write(renderStatus(units, context.now(), palette(wantsColor(context, flags, context.stdout))));
}

/** Every Egg, bucket and active Job of the Nest, and what runs beside them. */
export function namedUnits(nest: Nest): readonly NamedUnit[] {
  const owners = [...nest.eggs, ...nest.jobs.filter((job) => job.values.enabled)].map((owner): NamedUnit => ({
    unit: unitName(owner.kind, owner.name),
    kind: owner.kind,
    cloud: owner.values.cloud?.provider ?? "local",
    type: owner.runnerType.type,
  }));
  return [...owners, ...servicesOf(nest).map(({ name, kind, block }): NamedUnit => ({ unit: name, kind, cloud: block.values.cloud.provider, type: "serverless" }))];
}

function findUnit(units: readonly UnitStatus[], name: string): UnitStatus {
  const unit = [name, `job.${name}`, `rift.${name}`, `service.${name}`].flatMap((each) => units.find(({ unit: named }) => named === each) ?? [])[0];
  if (unit) return unit;
  const near = nearest(name, units.map((candidate) => candidate.unit));
  throw new GoslingError("UNKNOWN_TARGET", `The Nest has no Egg, bucket or Job named "${name}"`, { exitCode: EXIT.usage, ...(near !== undefined && { hint: `Did you mean "${near}"?` }) });
}

function renderStatus(units: readonly UnitStatus[], now: number, paint: Palette): string {
  if (units.length === 0) return "The Nest has no Eggs, buckets or Jobs.\n";
  return units.map((unit) => renderUnit(unit, now, paint)).join("\n");
}

function renderUnit({ unit, kind, cloud, type, deployment, runners, notes }: UnitStatus, now: number, paint: Palette): string {
  const on = runners.filter((runner) => runner.pool === "apex").length;
  const counts = type === "vm" ? `, ${on} on, ${runners.length - on} asleep` : "";
  const runs = kind === "rift" || kind === "mothergoose" ? "" : `${type} `;
  const lines = [`${paint.bold(unit)}  ${kind === "eggsbucket" ? "bucket" : kind}, ${runs}on ${cloud}, ${deployment}${counts}`];
  const rows = runners.map((runner) => [
    runner.id,
    runner.pool === "apex" ? "Apex" : "Nadir",
    paintState(runner.state, paint),
    runner.configuration,
    runner.since === undefined ? "" : age(now - Date.parse(runner.since)),
  ]);
  const columns = ["RUNNER", "POOL", "STATE", "CONFIGURATION", "SINCE"].map((title) => ({ title }));
  const table = rows.length > 0 ? renderTable(columns, rows, { indent: 2 }) : "";
  return [...lines.map((line) => `${line}\n`), table, ...detailLines(runners).map((line) => `  ${paint.yellow("!")} ${line}\n`), ...notes.map((note) => `  ${paint.dim("→")} ${note}\n`)].join("");
}

/** Each detail once, with the runners that it is about: a missing agent is missing for all of them. */
function detailLines(runners: readonly RunnerStatus[]): readonly string[] {
  const about = new Map<string, string[]>();
  for (const { id, details } of runners) for (const detail of details) about.set(detail, [...(about.get(detail) ?? []), id]);
  return [...about].map(([detail, ids]) => `${ids.join(", ")}: ${detail}`);
}

function paintState(state: RunnerStatus["state"], paint: Palette): string {
  switch (state) {
    case "idle":
    case "on":
    case "busy":
      return paint.green(state);
    case "dead":
    case "failed":
    case "lost":
      return paint.red(state);
    case "waiting":
    case "draining":
    case "drained":
    case "starting":
      return paint.yellow(state);
    case "asleep":
    case "stopped":
      return paint.dim(state);
  }
}

/** `45 s`, `12 min`, `3 h`, `2 d`. */
function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
