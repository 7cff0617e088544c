import { type Command, InvalidArgumentError } from "commander";
import type { DeploymentEntry } from "../store/deployment";
import { EXIT, wantsColor } from "./context";
import { withSite } from "./deployment-context";
import { addNestOptions, type NestFlags, openNest } from "./nest-option";
import type { Cli } from "./program";
import { palette, type Palette } from "./render/color";
import { renderTable } from "./render/table";

interface HistoryFlags extends NestFlags {
  readonly limit: number;
  readonly before?: string;
}

const DEFAULT_LIMIT = 20;

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .argument("[egg]", "only the deployments of this Egg, bucket, Job or Rift, also under its earlier names")
    .option("--limit <number>", `at most so many (default: ${DEFAULT_LIMIT})`, limit, DEFAULT_LIMIT)
    .option("--before <id>", "only older ones than this deployment")
    .addHelpText("after", "\nNewest first. gosling diff ID shows what a deployment changed, gosling rollback --to ID brings one back.")
    .action(cli.action((name: string | undefined) => history(name, command, cli)));
}

function limit(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("Write a whole number from 1.");
  return number;
}

async function history(name: string | undefined, command: Command, cli: Cli): Promise<number> {
  const { nest, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const flags = command.optsWithGlobals<HistoryFlags>();
  const { context } = cli;
  const query = { limit: flags.limit, ...(flags.before !== undefined && { before: flags.before }) };
  const entries = await withSite(context, nest, async ({ store }) => {
    if (name === undefined) return store.history(query);
    for (const unit of [name, `job.${name}`, `rift.${name}`, `service.${name}`]) {
      const found = await store.history({ ...query, unit });
      if (found.length > 0) return found;
    }
    return [];
  });
  if (flags.json) context.stdout.write(`${JSON.stringify({ deployments: entries.map(entryData) }, null, 2)}\n`);
  else context.stdout.write(renderHistory(entries, name, palette(wantsColor(context, flags, context.stdout))));
  return EXIT.done;
}

/** What is told of a deployment: all but the values that only the next one needs. */
export function entryData({ id, unit, kind, by, commit, jobUrl, takesOver, restores, record, end }: DeploymentEntry): unknown {
  return {
    id,
    unit,
    kind,
    at: record.at,
    by,
    commit: commit ?? null,
    ...(jobUrl !== undefined && { jobUrl }),
    ...(takesOver !== undefined && { takesOver }),
    ...(restores !== undefined && { restores }),
    stacks: record.stacks,
    engine: record.engine,
    runners: Object.keys(end?.runners ?? record.runners),
    result: end?.result ?? null,
    ...(end && { endedAt: end.at, ...(end.summary && { resources: end.summary }), ...(end.reason !== undefined && { reason: end.reason }), ...(end.notes && { notes: end.notes }) }),
  };
}

function renderHistory(entries: readonly DeploymentEntry[], name: string | undefined, paint: Palette): string {
  if (entries.length === 0) return name === undefined ? "Nothing was deployed yet.\n" : `No deployment of ${name} is recorded.\n`;
  const columns = ["DEPLOYMENT", "BEGUN", "EGG", "KIND", "RESULT", "RESOURCES", "COMMIT", "BY"].map((title) => ({ title }));
  const rows = entries.map(({ id, unit, kind, by, commit, record, end }) => [id, record.at.replace("T", " ").slice(0, 19), unit, kind, resultText(end, paint), resources(end), commit ? `${commit.sha.slice(0, 8)}${commit.dirty ? "+" : ""}` : "", by]);
  const reasons = entries.flatMap(({ id, end, takesOver, restores }) => [
    ...(takesOver === undefined ? [] : [`${id} took over ${takesOver}`]),
    ...(restores === undefined ? [] : [`${id} brought back ${restores}`]),
    ...(end?.notes ?? []).map((note) => `${id} ${note}`),
    ...(end?.reason === undefined ? [] : [`${id} ${end.reason.split("\n").join("\n    ")}`]),
  ]);
  return `${renderTable(columns, rows)}${reasons.map((line) => `  ${paint.yellow("!")} ${line}\n`).join("")}`;
}

function resultText(end: DeploymentEntry["end"], paint: Palette): string {
  if (!end) return paint.yellow("not ended");
  return end.result === "succeeded" ? paint.green(end.result) : paint.red(end.result);
}

/** `+2 ~1 ±0 -3`: made, changed, made anew, removed; what is zero is left out. */
function resources(end: DeploymentEntry["end"]): string {
  const { create = 0, change = 0, replace = 0, destroy = 0 } = end?.summary ?? {};
  const parts = [["+", create], ["~", change], ["±", replace], ["-", destroy]] as const;
  return parts.flatMap(([mark, count]) => (count > 0 ? [`${mark}${count}`] : [])).join(" ") || "none";
}
