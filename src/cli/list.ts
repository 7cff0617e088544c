import { Argument, type Command } from "commander";
import type { Egg, Job, Nest, PoolLimits, Repository, Rift } from "../nest/model";
import { EXIT, wantsColor } from "./context";
import { addNestOptions, openNest } from "./nest-option";
import type { Cli } from "./program";
import { type Column, renderTable } from "./render/table";

const KINDS = ["eggs", "buckets", "jobs", "rifts"] as const;
type Kind = (typeof KINDS)[number];

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .addArgument(new Argument("[kind]", "what to list (default: everything)").choices(KINDS))
    .action(cli.action((kind: Kind | undefined) => list(cli, command, kind)));
}

async function list(cli: Cli, command: Command, kind: Kind | undefined): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const { context } = cli;
  const flags = cli.flags(command);
  const inventory = takeInventory(nest);
  if (flags.json) {
    context.stdout.write(`${JSON.stringify(kind ? inventory[kind] : inventory, null, 2)}\n`);
    return EXIT.done;
  }
  const color = wantsColor(context, flags, context.stdout);
  const shown = kind ? [kind] : KINDS.filter((each) => inventory[each].length > 0);
  if (shown.length === 0) context.stdout.write("This Nest is empty. Add an Egg with: gosling add egg\n");
  const tables = shown.map((each) => (kind ? "" : `${TITLES[each]}\n`) + table(each, inventory, color, kind ? 0 : 2));
  context.stdout.write(tables.join("\n"));
  return EXIT.done;
}

const TITLES: Readonly<Record<Kind, string>> = { eggs: "Eggs", buckets: "Buckets", jobs: "Jobs", rifts: "Rifts" };

interface Inventory {
  readonly eggs: readonly EggRow[];
  readonly buckets: readonly EggRow[];
  readonly jobs: readonly JobRow[];
  readonly rifts: readonly RiftRow[];
}

interface EggRow {
  readonly name: string;
  readonly type: string;
  readonly provider: string;
  readonly region?: string;
  readonly apex: { readonly min_count: number; readonly max_count: number };
  readonly nadir: { readonly min_count: number; readonly max_count: number };
  readonly tags: readonly string[];
  /** `gitlab.com project 12`, one for each repository. */
  readonly serves: readonly string[];
  readonly file: string;
}

interface JobRow {
  readonly name: string;
  readonly schedule: string;
  readonly timezone: string;
  readonly task: string;
  readonly type: string;
  readonly provider: string;
  readonly enabled: boolean;
  readonly file: string;
}

interface RiftRow {
  readonly name: string;
  readonly provider: string;
  readonly region?: string;
  /** Names of the Eggs and buckets that use it. */
  readonly used_by: readonly string[];
  readonly file: string;
}

function takeInventory(nest: Nest): Inventory {
  return {
    eggs: nest.eggs.filter((egg) => egg.kind === "egg").map(eggRow),
    buckets: nest.eggs.filter((egg) => egg.kind === "eggsbucket").map(eggRow),
    jobs: nest.jobs.map(jobRow),
    rifts: nest.rifts.map((rift) => riftRow(rift, nest)),
  };
}

function eggRow(egg: Egg): EggRow {
  const { cloud, runner } = egg.values;
  const { pool } = egg;
  return {
    name: egg.name,
    type: egg.runnerType.type,
    provider: cloud.provider,
    region: cloud.region,
    apex: sizes(pool.apex),
    nadir: sizes(pool.nadir),
    tags: runner.tags,
    serves: egg.repositories.map(serves),
    file: egg.place.file,
  };
}

function sizes(pool: PoolLimits["apex"]): EggRow["apex"] {
  return { min_count: pool.minCount, max_count: pool.maxCount };
}

function serves({ gitlab }: Repository): string {
  return `${gitlab.server} ${gitlab.projectId === undefined ? `group ${gitlab.groupId}` : `project ${gitlab.projectId}`}`;
}

function jobRow(job: Job): JobRow {
  const { schedule, timezone, task, cloud, enabled } = job.values;
  return { name: job.name, schedule, timezone, task: task ?? "script", type: job.runnerType.type, provider: cloud?.provider ?? "", enabled, file: job.place.file };
}

function riftRow(rift: Rift, nest: Nest): RiftRow {
  const { provider, region } = rift.values.cloud;
  return { name: rift.name, provider, region, used_by: nest.eggs.filter((egg) => egg.values.rift === rift.name).map((egg) => egg.name), file: rift.place.file };
}

function table(kind: Kind, inventory: Inventory, color: boolean, indent: number): string {
  const print = (titles: string, rows: readonly (readonly string[])[]): string =>
    renderTable(titles.split("|").map((title): Column => ({ title })), rows, { color, indent });
  switch (kind) {
    case "eggs":
    case "buckets":
      return print(
        "NAME|TYPE|CLOUD|APEX|NADIR|TAGS|SERVES",
        inventory[kind].map((row) => [row.name, row.type, place(row), range(row.apex), range(row.nadir), row.tags.join(" "), row.serves.join(", ")]),
      );
    case "jobs":
      return print(
        "NAME|SCHEDULE|TIME ZONE|TASK|TYPE|CLOUD|ENABLED",
        inventory.jobs.map((row) => [row.name, row.schedule, row.timezone, row.task, row.type, row.provider, row.enabled ? "yes" : "no"]),
      );
    case "rifts":
      return print("NAME|CLOUD|USED BY", inventory.rifts.map((row) => [row.name, place(row), row.used_by.join(", ")]));
  }
}

function place(row: { readonly provider: string; readonly region?: string }): string {
  return row.region === undefined ? row.provider : `${row.provider} ${row.region}`;
}

function range(pool: EggRow["apex"]): string {
  return pool.min_count === pool.max_count ? String(pool.max_count) : `${pool.min_count}-${pool.max_count}`;
}
