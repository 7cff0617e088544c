import { lstatSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { findNest, NEST_FILE } from "../nest";
import { checkNest } from "../nest/check-nest";
import { IGNORED, nameForNest, newNest } from "../nest/new-nest";
import { blocks } from "../vocabulary/blocks";
import { GoslingError } from "../vocabulary/error";
import type { NestValues } from "../vocabulary/types";
import { attributeQuestion } from "./attribute-question";
import { canPrompt, EXIT, type GlobalFlags, wantsColor } from "./context";
import { gitWarnings, initGit, lookAtGit } from "./git-repository";
import { type NewFile, writeNewFiles } from "./new-files";
import { ownPackage } from "./own-package";
import type { Cli } from "./program";
import { type Prompts, terminalPrompts } from "./prompts";
import { answerAll } from "./questions";
import { palette } from "./render/color";

interface InitFlags extends GlobalFlags {
  readonly name?: string;
  readonly git?: boolean;
  readonly yes?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  command
    .argument("[folder]", "where the Nest is to be; made where it is not there (default: this folder)")
    .option("--name <name>", "name of the Nest: lower-case letters, digits and -, at most 20")
    .option("--git", "make a Git repository where there is none")
    .option("--no-git", "make no Git repository")
    .option("--yes", "take what a prompt would offer, without asking: the folder's name, and a Git repository")
    .addHelpText("after", "\nWhat is there already is kept as it is; run again, it makes only what is missing.\n\nExamples:\n  gosling init\n  gosling init acme-runners --name acme --git")
    .action(cli.action((folder: string | undefined) => init(cli, command, folder)));
}

/** What became of the Nest. */
interface NewNest {
  readonly name: string;
  readonly folder: string;
  readonly written: readonly string[];
  readonly kept: readonly string[];
  /** Whether a Git repository was made. */
  readonly repository: boolean;
  readonly warnings: readonly string[];
}

async function init(cli: Cli, command: Command, given: string | undefined): Promise<number> {
  const { context } = cli;
  const flags = command.optsWithGlobals<InitFlags>();
  const folder = resolve(context.cwd, given ?? flags.nest ?? ".");
  refuseFile(folder);
  const prompts = canPrompt(context, flags) ? terminalPrompts(context) : undefined;
  const existing = existingNest(folder);
  const name = await nameOf(folder, existing, flags, prompts);
  const { testedPeers, node } = ownPackage();
  const files = newNest(name, { gosling: cli.version, peers: testedPeers, node });
  const missing = files.filter(({ path }) => !isThere(join(folder, path)));
  const before = await lookAtGit(nearestFolder(folder), context.env);
  const makeRepository = before.kind === "no-repository" && (await wantsRepository(flags, prompts));
  await writeNewFiles(folder, missing);
  if (makeRepository) await initGit(folder, context.env);
  const after = makeRepository ? await lookAtGit(folder, context.env) : before.kind === "repository" ? await lookAtGit(folder, context.env) : before;
  report(cli, flags, {
    name,
    folder,
    written: missing.map(({ path }) => path),
    kept: files.filter((file) => !missing.includes(file)).map(({ path }) => path),
    repository: makeRepository,
    warnings: [...gitWarnings(after, existing?.repository?.branch), ...nestAbove(folder), ...keptWarnings(folder, files, missing, cli.version)],
  });
  return EXIT.done;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function refuseFile(folder: string): void {
  for (const path of [folder, ...["Eggs", "Jobs", "UF", "MG"].map((name) => join(folder, name))]) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found ? !found.isDirectory() : isThere(path)) throw new GoslingError("NOT_A_FOLDER", `${path} is no folder`, { hint: "Nothing was written. Move it away, or name another folder for the Nest.", exitCode: EXIT.failed });
  }
}

/** What nest.fly says, where there is one that can be read. */
function existingNest(folder: string): Partial<NestValues> | undefined {
  const path = join(folder, NEST_FILE);
  if (!isThere(path)) return undefined;
  try {
    const text = readFileSync(path, "utf8");
    return checkNest({ files: [{ path: NEST_FILE, text }] }).nest?.checked.draft as Partial<NestValues> | undefined ?? {};
  } catch (error) {
    throw new GoslingError("NEST_UNREADABLE", `${path} can't be read: ${(error as Error).message}`, { hint: "Nothing was written.", cause: error });
  }
}

async function nameOf(folder: string, existing: Partial<NestValues> | undefined, flags: InitFlags, prompts: Prompts | undefined): Promise<string> {
  const offered = nameForNest(basename(folder));
  const question = attributeQuestion(blocks.nest, ["name"], { flag: "name", message: "Name of the Nest (part of every cloud name: it can't be changed later)", needed: () => existing === undefined, offered: () => offered });
  const given = new Map(flags.name === undefined ? [] : [["name", [flags.name]]]);
  const answers = await answerAll([question], given, { command: "gosling init", takeOffered: flags.yes ?? false, ...(prompts && { prompts }) });
  const name = answers.get("name")?.[0]?.trim();
  if (existing?.name !== undefined && name !== undefined && name !== existing.name) {
    throw new GoslingError("NEST_NAMED", `This is the Nest ${existing.name} already`, { hint: "Leave --name out, or change the name in nest.fly while nothing is deployed.", exitCode: EXIT.usage });
  }
  return existing?.name ?? name ?? offered;
}

async function wantsRepository(flags: InitFlags, prompts: Prompts | undefined): Promise<boolean> {
  if (flags.git !== undefined) return flags.git;
  if (flags.yes) return true;
  return prompts ? prompts.confirm({ message: "This is no Git repository. Make one (git init)?", offered: true }) : false;
}

/** Git can look only at what is there. */
function nearestFolder(folder: string): string {
  let at = folder;
  while (!isThere(at)) at = dirname(at);
  return at;
}

function nestAbove(folder: string): readonly string[] {
  const above = dirname(folder) === folder ? undefined : findNest(dirname(folder));
  return above === undefined ? [] : [`There is a Nest in ${above} too. Commands take the nearest one: here this one, there that one.`];
}

/** Files that were there may lack what a Nest needs. */
function keptWarnings(folder: string, files: readonly NewFile[], missing: readonly NewFile[], version: string): readonly string[] {
  const kept = (path: string): string | undefined => {
    if (!files.some((file) => file.path === path) || missing.some((file) => file.path === path)) return undefined;
    try {
      return readFileSync(join(folder, path), "utf8");
    } catch {
      return undefined;
    }
  };
  const ignored = kept(".gitignore")?.split(/\r?\n/).map((line) => line.trim().replace(/^\/|\/$/g, ""));
  const lacking = ignored ? IGNORED.filter((line) => !ignored.includes(line.replace(/^\/|\/$/g, ""))) : [];
  const dependencies = kept("package.json");
  return [
    ...(lacking.length > 0 ? [`.gitignore was kept, and lacks ${lacking.join(" ")}: Git would keep output, state or secrets.`] : []),
    ...(dependencies !== undefined && !/"gosling"\s*:/.test(dependencies) ? [`package.json was kept, and does not ask for gosling: npm install --save-exact gosling@${version}`] : []),
  ];
}

function report(cli: Cli, flags: InitFlags, nest: NewNest): void {
  const { context } = cli;
  if (flags.json) {
    context.stdout.write(`${JSON.stringify(nest, null, 2)}\n`);
    return;
  }
  const paint = palette(wantsColor(context, flags, context.stdout));
  const { name, folder, written, kept, repository, warnings } = nest;
  const lines = [
    written.length === 0 && !repository ? `The Nest ${paint.bold(name)} in ${folder} is whole: nothing was changed.` : `The Nest ${paint.bold(name)} is in ${folder}`,
    ...written.map((path) => `  ${paint.green("+")} ${path}`),
    ...(repository ? [`  ${paint.green("+")} .git`] : []),
    ...(written.length === 0 ? [] : kept.map((path) => `  ${paint.dim("=")} ${path} was there and is kept`)),
  ];
  if (flags.quiet) return;
  context.stdout.write(lines.map((line) => `${line}\n`).join(""));
  const warning = palette(wantsColor(context, flags, context.stderr)).yellow("warning");
  for (const text of warnings) context.stderr.write(`${warning}: ${text}\n`);
  if (written.length > 0) context.stdout.write(`Next${folder === resolve(context.cwd) ? "" : `, in ${folder}`}:\n  npm install\n  npx gosling add egg my-app\n`);
}
