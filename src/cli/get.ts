import type { Command } from "commander";
import type { Egg, Job, Nest } from "../nest/model";
import { blocks } from "../vocabulary/blocks";
import { GoslingError } from "../vocabulary/error";
import { nearest } from "../vocabulary/nearest";
import { flyNames } from "../vocabulary/props";
import type { ReadNestResult } from "../nest";
import { EXIT } from "./context";
import { addNestOptions, openNest } from "./nest-option";
import type { Cli } from "./program";
import { parsePath, valueAt } from "./value-path";

/** What stands in the place of a sensitive variable's value. */
const MASK = "***MASKED***";

/** Kinds of things, by the words that people use for them, and whether they have a name. */
const KINDS: Readonly<Record<string, { readonly kind: Kind; readonly named: boolean }>> = {
  nest: { kind: "nest", named: false },
  egg: { kind: "egg", named: true },
  bucket: { kind: "eggsbucket", named: true },
  eggsbucket: { kind: "eggsbucket", named: true },
  job: { kind: "job", named: true },
  rift: { kind: "rift", named: true },
  uglyfox: { kind: "uglyfox", named: false },
  mothergoose: { kind: "mothergoose", named: false },
  var: { kind: "var", named: true },
  local: { kind: "local", named: true },
};

type Kind = keyof typeof blocks | "var" | "local";

/** The words that `gosling get` begins with. */
export const GET_KINDS = Object.keys(KINDS);

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .argument("<kind>", GET_KINDS.join(", "))
    .argument("[name]", "name of the thing; nest, uglyfox and mothergoose have none")
    .argument("[path]", "what of it, by its Fly name: runner.tags, runner.tags[0], environment.CI")
    .addHelpText(
      "after",
      "\nPrints values as they hold, defaults and conventions filled in: a text as it is, everything else as JSON.\n\nExamples:\n  gosling get egg my-app runner.tags\n  gosling get nest state.backend\n  gosling get var region",
    )
    .action(cli.action((kind: string, ...rest: (string | undefined)[]) => get(cli, command, kind, rest.filter((part) => typeof part === "string"))));
}

async function get(cli: Cli, command: Command, word: string, rest: readonly string[]): Promise<number> {
  const found = KINDS[word];
  if (!found) {
    const suggestion = nearest(word, Object.keys(KINDS));
    throw new GoslingError("UNKNOWN_KIND", `There is no kind ${word}`, {
      hint: suggestion === undefined ? `There are ${Object.keys(KINDS).join(", ")}.` : `Did you mean ${suggestion}?`,
      exitCode: EXIT.usage,
    });
  }
  const { kind, named } = found;
  if (named && rest[0] === undefined) {
    throw new GoslingError("NAME_MISSING", `Which ${word}?`, { hint: `Write its name: gosling get ${word} NAME`, exitCode: EXIT.usage });
  }
  if (!named && rest.length > 1) {
    throw new GoslingError("TOO_MANY_ARGUMENTS", `${word} has no name`, { hint: `Write: gosling get ${word} ${rest.at(-1)}`, exitCode: EXIT.usage });
  }
  const name = named ? (rest[0] as string) : "";
  const steps = parsePath(rest[named ? 1 : 0] ?? "");
  const { nest, result, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const title = named ? `${word} ${name}` : word;
  const value = kind === "var" || kind === "local" ? valueOfName(result, kind, name) : viewOf(nest, kind, word, name);
  const wanted = value === MASK ? MASK : valueAt(value, steps, title);
  const text = typeof wanted === "string" && !cli.flags(command).json ? wanted : exactJson(wanted);
  cli.context.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  return EXIT.done;
}

/** JSON with integers beyond 2^53 to the last digit: JSON itself knows no limit, JavaScript's numbers do. */
function exactJson(value: unknown): string {
  const mark = "\u0000integer:";
  const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? `${mark}${item}` : item), 2);
  return text.replace(/"\\u0000integer:(-?\d+)"/g, "$1");
}

/** A block of the Nest under its Fly names. */
function viewOf(nest: Nest, kind: Exclude<Kind, "var" | "local">, word: string, name: string): unknown {
  switch (kind) {
    case "nest":
      return flyNames(blocks.nest, nest.values);
    case "uglyfox":
    case "mothergoose": {
      const block = nest[kind];
      if (!block) throw new GoslingError("UNKNOWN_NAME", `This Nest has no ${word} block`);
      return flyNames(blocks[kind], block.values);
    }
    case "rift":
      return flyNames(blocks.rift, byName(nest.rifts, word, name).values);
    case "job":
      return effective(byName(nest.jobs, word, name));
    case "egg":
    case "eggsbucket":
      return effective(byName(nest.eggs.filter((egg) => egg.kind === kind), word, name));
  }
}

function byName<T extends { readonly name: string }>(all: readonly T[], word: string, name: string): T {
  const found = all.find((each) => each.name === name);
  if (found) return found;
  const names = all.map((each) => each.name);
  const suggestion = nearest(name, names);
  throw new GoslingError("UNKNOWN_NAME", `There is no ${word} ${name}`, {
    hint: suggestion !== undefined ? `Did you mean ${suggestion}?` : names.length > 0 ? `There ${names.length === 1 ? "is" : "are"} ${names.join(", ")}.` : `The Nest has no ${word}.`,
  });
}

/** What holds for an Egg, a bucket or a Job: the sizes of its pools and its secrets by convention, wherever they come from. */
function effective(owner: Egg | Job): unknown {
  const view = flyNames(blocks[owner.kind], owner.values) as Record<string, unknown>;
  if (owner.kind === "job") return view;
  const { apex, nadir } = owner.pool;
  const pool = {
    apex: { min_count: apex.minCount, max_count: apex.maxCount },
    nadir: { min_count: nadir.minCount, max_count: nadir.maxCount, idle_timeout: nadir.idleTimeout },
  };
  const gitlabs = Object.fromEntries(owner.repositories.map(({ name, gitlab }) => [name, flyNames(blocks.egg.blocks["gitlab"] ?? blocks.egg, gitlab)]));
  if (owner.kind === "egg") return { ...view, pool, gitlab: gitlabs[owner.repositories[0]?.name ?? ""] };
  return { ...view, pool, repositories: { repo: Object.fromEntries(Object.entries(gitlabs).map(([name, gitlab]) => [name, { gitlab }])) } };
}

/** A variable's or a local's value; masked where it is sensitive. */
function valueOfName(result: ReadNestResult, kind: "var" | "local", name: string): unknown {
  const names = result.names[kind];
  if (!names.has(name)) {
    const suggestion = nearest(name, names);
    throw new GoslingError("UNKNOWN_NAME", `There is no ${kind === "var" ? "variable" : "local"} ${name}`, {
      hint: suggestion === undefined ? undefined : `Did you mean ${suggestion}?`,
    });
  }
  const value = result.valueOf(kind, name);
  return value.sensitive ? MASK : value.value;
}
