import type { Command } from "commander";
import { findDeployment } from "../deploy/earlier";
import type { DeploymentSite } from "../deploy/site";
import type { DeploymentEntry } from "../store/deployment";
import { GoslingError } from "../vocabulary/error";
import { EXIT, wantsColor } from "./context";
import { withSite } from "./deployment-context";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import type { Cli } from "./program";
import { palette, type Palette } from "./render/color";
import { unifiedDiff } from "./unified-diff";

interface DiffFlags extends NestFlags {
  readonly detailedExitcode?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .argument("<deployment>", "id of a deployment, or a beginning of it")
    .argument("[other]", "id of a later one (default: the first is compared with the one before it)")
    .option("--detailed-exitcode", "exit with 2 where they differ")
    .addHelpText("after", "\nShows how two deployments differ: the configuration of each stack, and the runners. gosling history lists deployments.")
    .action(cli.action((id: string, other: string | undefined) => diff(id, other, command, cli)));
}

interface StackDifference {
  readonly stack: string;
  /** As diff -u writes it; empty where the stack stays the same. */
  readonly text: string;
}

async function diff(id: string, other: string | undefined, command: Command, cli: Cli): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<DiffFlags>();
  const { context } = cli;
  const compared = await withSite(context, nest, async (site) => {
    const [before, after] = await pair(id, other, site);
    return { before, after, stacks: await differences(before, after, site) };
  });
  const runners = runnerChanges(compared.before, compared.after);
  const differ = compared.stacks.some(({ text }) => text !== "") || runners.length > 0;
  if (flags.json) {
    context.stdout.write(`${JSON.stringify({ before: compared.before?.id ?? null, after: compared.after.id, stacks: compared.stacks, runners }, null, 2)}\n`);
  } else {
    const paint = palette(wantsColor(context, flags, context.stdout));
    const text = compared.stacks.map(({ text: lines }) => paintDiff(lines, paint)).join("");
    context.stdout.write(differ ? `${text}${runners.map((line) => `${line}\n`).join("")}` : `${compared.before?.id} and ${compared.after.id} are the same.\n`);
  }
  return flags.detailedExitcode && differ ? EXIT.changes : EXIT.done;
}

/** The earlier one first; undefined for the first deployment of a unit. */
async function pair(id: string, other: string | undefined, site: DeploymentSite): Promise<readonly [DeploymentEntry | undefined, DeploymentEntry]> {
  const first = await findDeployment(site, id);
  if (other !== undefined) {
    const second = await findDeployment(site, other);
    if (second.unit !== first.unit && second.takesOver !== first.unit) {
      throw new GoslingError("NOT_COMPARABLE", `${first.id} is a deployment of ${first.unit} and ${second.id} one of ${second.unit}`, { hint: `gosling history ${first.unit} lists those of ${first.unit}.`, exitCode: EXIT.usage });
    }
    return first.id < second.id ? [first, second] : [second, first];
  }
  const [previous] = await site.store.history({ unit: first.unit, before: first.id, limit: 1 });
  return [previous, first];
}

async function differences(before: DeploymentEntry | undefined, after: DeploymentEntry, { store }: DeploymentSite): Promise<readonly StackDifference[]> {
  // What is destroyed has no configuration afterwards.
  const stacksOf = (entry: DeploymentEntry | undefined) => new Map(entry && entry.kind !== "destroy" && entry.kind !== "move" ? entry.record.stacks.map(({ name, configurationHash }) => [name, configurationHash]) : []);
  const [old, now] = [stacksOf(before), stacksOf(after)];
  const textOf = async (hash: string | undefined) => (hash === undefined ? "" : ((await store.configuration(hash)) ?? `(not kept any more: ${hash})\n`));
  return Promise.all(
    [...new Set([...old.keys(), ...now.keys()])].sort().map(async (stack) => {
      const same = old.get(stack) === now.get(stack);
      return { stack, text: same ? "" : unifiedDiff(`${stack} ${before?.id ?? "(nothing)"}`, `${stack} ${after.id}`, await textOf(old.get(stack)), await textOf(now.get(stack))) };
    }),
  );
}

function runnerChanges(before: DeploymentEntry | undefined, after: DeploymentEntry): readonly string[] {
  const runnersOf = (entry: DeploymentEntry | undefined) => (entry && entry.kind !== "destroy" && entry.kind !== "move" ? (entry.end?.runners ?? entry.record.runners) : {});
  const [old, now] = [runnersOf(before), runnersOf(after)];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].sort().flatMap((id) => {
    const [was, is] = [old[id], now[id]];
    if (!was && is) return [`+ runner ${id} (${is.power})`];
    if (was && !is) return [`- runner ${id}`];
    return was && is && was.power !== is.power ? [`~ runner ${id}: ${was.power} → ${is.power}`] : [];
  });
}

function paintDiff(text: string, paint: Palette): string {
  return text
    .split("\n")
    .map((line) => (/^(---|\+\+\+) /.test(line) ? paint.bold(line) : line.startsWith("+") ? paint.green(line) : line.startsWith("-") ? paint.red(line) : line))
    .join("\n");
}
