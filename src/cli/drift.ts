import type { Command } from "commander";
import { deployedRecords } from "../deploy/deploy";
import { type DriftedResource, findDrift, type UnitDrift } from "../deploy/drift";
import { EXIT, wantsColor } from "./context";
import { withDeployment } from "./deployment-context";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import type { Cli } from "./program";
import { palette, type Palette } from "./render/color";
import { errorLines } from "./render/deployment";
import { messageOf } from "../vocabulary/error";

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .argument("[names...]", "Eggs, buckets, Jobs and Rifts (default: everything that is deployed)")
    .addHelpText("after", "\nLooks at everything that is deployed, and tells what somebody has changed or removed behind Gosling's back.\nChanges nothing. Exit code 2 where something differs; gosling deploy --refresh mends it.")
    .action(cli.action((names: readonly string[]) => drift(names, command, cli)));
}

async function drift(names: readonly string[], command: Command, cli: Cli): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<NestFlags>();
  const { context } = cli;
  return withDeployment(
    context,
    flags,
    nest,
    async ({ site, context: engine, interrupts }) => {
      const units = await deployedRecords(site, names);
      const found = await findDrift(site, engine, units);
      if (flags.json) context.stdout.write(`${JSON.stringify({ units: found.map(driftData) }, null, 2)}\n`);
      else context.stdout.write(render(found, palette(wantsColor(context, flags, context.stdout))));
      if (interrupts.count > 0) return EXIT.interrupted;
      if (found.some(({ error }) => error !== undefined)) return EXIT.failed;
      return found.some(({ changes }) => changes.length > 0) ? EXIT.changes : EXIT.done;
    },
    { readOnly: true },
  );
}

function driftData({ unit, changes, error }: UnitDrift): unknown {
  return { unit, changes, ...(error !== undefined && { error: messageOf(error) }) };
}

function render(units: readonly UnitDrift[], paint: Palette): string {
  if (units.length === 0) return "Nothing is deployed.\n";
  const open = units.filter(({ changes, error }) => changes.length > 0 || error !== undefined);
  const lines = open.flatMap(({ unit, changes, error }) => [paint.bold(unit), ...changes.map((change) => `  ${changeText(change, paint)}`), ...(error === undefined ? [] : errorLines(error, paint).map((line) => `  ${line}`))]);
  const same = units.length - open.length;
  const changed = units.reduce((sum, { changes }) => sum + changes.length, 0);
  lines.push(changed === 0 && open.length === 0 ? `No drift: ${same} of ${units.length} as they were deployed.` : `Drift: ${changed} ${changed === 1 ? "resource differs" : "resources differ"}, ${same} of ${units.length} units as they were deployed.`);
  return lines.map((line) => `${line}\n`).join("");
}

function changeText({ address, drift: what, action }: DriftedResource, paint: Palette): string {
  const answer = action === undefined ? "" : `; a deploy --refresh would ${action} it`;
  switch (what) {
    case "gone":
      return `${paint.red("-")} ${address} is gone${answer}`;
    case "changed":
      return `${paint.yellow("~")} ${address} was changed${answer}`;
    case "pending":
      return `${paint.yellow("!")} ${address} is not as it was deployed${answer}`;
  }
}
