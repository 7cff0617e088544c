import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { deployedRecords, deployedUnits } from "../deploy/deploy";
import { lockUnit } from "../deploy/lock-unit";
import { breakLocks, type HeldLock, heldLocks, importResource, listStates, refuseLiving, type UnitState } from "../deploy/state-commands";
import type { DeploymentSite } from "../deploy/site";
import { inScratch } from "../deploy/scratch";
import type { Nest } from "../nest/model";
import type { UnitRecords } from "../store/deployment";
import { nameOf, servicesOf, unitsOf } from "../synth";
import { GoslingError, messageOf } from "../vocabulary/error";
import { EXIT, wantsColor } from "./context";
import { addLockOption, declined, requirePrompt } from "./deploy";
import { type DeploymentFlags, withDeployment } from "./deployment-context";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import type { Cli } from "./program";
import { terminalPrompts } from "./prompts";
import { palette, type Palette } from "./render/color";
import { errorLines } from "./render/deployment";

interface UnlockFlags extends NestFlags {
  readonly yes?: boolean;
  readonly force?: boolean;
}

interface ImportFlags extends NestFlags, DeploymentFlags {
  readonly stack?: string;
}

export function configure(command: Command, cli: Cli): void {
  command.helpCommand(false);
  const list = subcommand(command, "list", "List what the engine's state knows")
    .argument("[names...]", "Eggs, buckets, Jobs and Rifts (default: everything that is deployed)")
    .action(cli.action((names: readonly string[]) => listCommand(names, list, cli)));

  const unlock = subcommand(command, "unlock", "Break the locks that a killed deployment left behind")
    .argument("<name>", "an Egg, bucket, Job or Rift")
    .option("--yes", "don't ask")
    .option("--force", "also a shared lock that names a process of this machine which seems to live")
    .addHelpText("after", "\nShows who holds the lock of the deployment and the engine's lock of each of its stacks, and breaks them. Make sure\nfirst that nobody is at work: two deployments at once can lose what the other one did.")
    .action(cli.action((name: string) => unlockCommand(name, unlock, cli)));

  const take = addLockOption(subcommand(command, "import", "Take what exists already into the state"))
    .argument("<name>", "an Egg, bucket, Job or Rift that is deployed")
    .argument("<address>", "address in its configuration, such as aws_iam_role.runner")
    .argument("<id>", "id of what exists, as the provider's documentation says for an import")
    .option("--stack <stack>", "which of its stacks (default: the one that has the address)")
    .addHelpText("after", "\nChanges nothing of what exists; gosling deploy --refresh brings it to the configuration.\n\nExample:\n  gosling state import web-app aws_cloudwatch_log_group.runner /gosling/web-app")
    .action(cli.action((name: string, address: string, id: string) => importCommand(name, address, id, take, cli)));
}

function subcommand(command: Command, name: string, summary: string): Command {
  return addNestOptions(command.command(name).summary(summary).description(`${summary}.`).configureHelp({ showGlobalOptions: true }));
}

async function listCommand(names: readonly string[], command: Command, cli: Cli): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<NestFlags>();
  const { context } = cli;
  return withDeployment(
    context,
    flags,
    nest,
    async ({ site, context: engine }) => {
      const units = await deployedRecords(site, names);
      const states = await inScratch((scratch) => listStates(units, site, scratch, engine));
      if (flags.json) context.stdout.write(`${JSON.stringify({ units: states.map(stateData) }, null, 2)}\n`);
      else context.stdout.write(renderStates(states, palette(wantsColor(context, flags, context.stdout))));
      return states.some(({ error }) => error !== undefined) ? EXIT.failed : EXIT.done;
    },
    { readOnly: true },
  );
}

function stateData({ unit, stacks, error }: UnitState): unknown {
  return { unit, stacks, ...(error !== undefined && { error: messageOf(error) }) };
}

function renderStates(states: readonly UnitState[], paint: Palette): string {
  if (states.length === 0) return "Nothing is deployed.\n";
  const lines = states.flatMap(({ unit, stacks, error }) => [
    paint.bold(unit),
    ...stacks.flatMap(({ stack, addresses }) => [...(stack === unit ? [] : [`  ${stack}`]), ...(addresses.length === 0 ? ["    (nothing)"] : addresses.map((address) => `    ${address}`))]),
    ...(error === undefined ? [] : errorLines(error, paint).map((line) => `  ${line}`)),
  ]);
  return lines.map((line) => `${line}\n`).join("");
}

async function unlockCommand(name: string, command: Command, cli: Cli): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<UnlockFlags>();
  const { context } = cli;
  return withDeployment(
    context,
    flags,
    nest,
    ({ site, context: engine }) =>
      inScratch(async (scratch) => {
        const records = await recordsNamed(name, nest, site);
        const held = await heldLocks(records, site, scratch, engine);
        if (held.length === 0) {
          context.stdout.write(flags.json ? `${JSON.stringify({ unlocked: [] })}\n` : `Nothing of ${records.unit} is locked.\n`);
          return EXIT.done;
        }
        await refuseLiving(held, site, flags.force);
        if (!flags.yes) {
          for (const lock of held) context.stderr.write(`${lockText(lock)}\n`);
          requirePrompt(context, flags, `state unlock ${records.unit}`, `gosling status`);
          if (!(await terminalPrompts(context).confirm({ message: "Break this? Two deployments at once can lose what the other one did.", offered: false }))) return declined(context);
        }
        const broken = await breakLocks(records, held, site, scratch, engine, flags.force);
        if (flags.json) context.stdout.write(`${JSON.stringify({ unlocked: broken.map(lockData) }, null, 2)}\n`);
        else context.stdout.write(broken.map((lock) => `Unlocked: ${lockText(lock)}\n`).join("") || `Nothing of ${records.unit} is locked any more.\n`);
        return EXIT.done;
      }),
    { readOnly: true },
  );
}

/**
 * What is recorded of a unit; nothing but its name where it was never deployed, since a deployment is locked before it is recorded.
 * @throws GoslingError `UNKNOWN_TARGET`
 */
async function recordsNamed(name: string, nest: Nest, site: DeploymentSite): Promise<UnitRecords> {
  const records = await site.store.current();
  const names = new Set([...records.keys(), ...unitsOf(nest).map(nameOf), ...servicesOf(nest).map((service) => service.name)]);
  const unit = [name, `job.${name}`, `rift.${name}`, `service.${name}`].find((candidate) => names.has(candidate));
  if (unit === undefined) await deployedUnits(site, [name]);
  return records.get(unit ?? name) ?? { unit: unit ?? name };
}

function lockText(held: HeldLock): string {
  if (held.kind === "deployment") return `the deployment of ${held.unit}, held by ${held.holder.who} since ${held.holder.since || "some time"}`;
  const { id, holder } = held.lock;
  return `the state of ${held.stack}, held by ${holder ? `${holder.who} since ${holder.created} (${holder.operation})` : "another run"} (lock ${id})`;
}

function lockData(held: HeldLock): unknown {
  if (held.kind === "deployment") return { kind: held.kind, unit: held.unit, who: held.holder.who, since: held.holder.since || null };
  const { id, holder } = held.lock;
  return { kind: held.kind, stack: held.stack, id, who: holder?.who ?? null, since: holder?.created ?? null };
}

async function importCommand(name: string, address: string, id: string, command: Command, cli: Cli): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<ImportFlags>();
  const { context } = cli;
  return withDeployment(context, flags, nest, async ({ site, context: engine }) => {
    const [unit = name] = await deployedUnits(site, [name]);
    const { lockTimeout } = flags;
    const lock = await lockUnit(site.locks, unit, { pause: (ms) => pause(ms), ...(lockTimeout !== undefined && { timeoutSeconds: lockTimeout }) });
    try {
      const records = await site.store.currentOf(unit);
      if (!records.applied && !records.pending) throw new GoslingError("UNKNOWN_TARGET", `${unit} is not deployed any more`, { exitCode: EXIT.usage });
      const stack = await importResource({ records, address, id, ...(flags.stack !== undefined && { stack: flags.stack }) }, site, engine);
      if (flags.json) context.stdout.write(`${JSON.stringify({ unit, stack, address, id })}\n`);
      else context.stdout.write(`${address} is in the state of ${stack} now. To bring it to the configuration: gosling deploy --refresh --target ${unit}\n`);
      return EXIT.done;
    } finally {
      await lock.release();
    }
  });
}
