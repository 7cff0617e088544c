import { lstatSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { findNest, NEST_FILE, readNest } from "../nest";
import { checkNest } from "../nest/check-nest";
import { IGNORED, nameForNest, newNest } from "../nest/new-nest";
import { blocks } from "../vocabulary/blocks";
import { GoslingError } from "../vocabulary/error";
import type { NestValues } from "../vocabulary/types";
import { type AccessFacts, type AccessFlags, chooseAccess, newRepository, STORES, unwrittenKeys } from "./access-choice";
import { attributeQuestion } from "./attribute-question";
import { canPrompt, EXIT, type GlobalFlags, wantsColor } from "./context";
import { gitlabRemote, gitWarnings, initGit, lookAtGit } from "./git-repository";
import { type Access, makeAccess } from "./nest-access";
import { type NewFile, writeNewFiles } from "./new-files";
import { ownPackage } from "./own-package";
import type { Cli } from "./program";
import { type Prompts, terminalPrompts } from "./prompts";
import { answerAll } from "./questions";
import { palette } from "./render/color";
import { accessChanged, accessData, accessWarnings, renderAccess } from "./render/nest-access";

interface InitFlags extends GlobalFlags, AccessFlags {
  readonly name?: string;
  readonly git?: boolean;
}

export function configure(command: Command, cli: Cli): void {
  command
    .argument("[folder]", "where the Nest is to be; made where it is not there (default: this folder)")
    .option("--name <name>", "name of the Nest: lower-case letters, digits and -, at most 20")
    .option("--git", "make a Git repository where there is none")
    .option("--no-git", "make no Git repository")
    .option("--secrets <store>", `keep deploy keys for the Nest's repository there: ${STORES.join(", ")}, a place such as vault://kv/team, or none (default: what nest.fly names)`)
    .option("--url <address>", "address of the Nest's GitLab project, such as git@gitlab.com:acme/nest.git (default: nest.fly's, else Git's remote)")
    .option("--api-token <reference>", "secret with a GitLab token that registers the keys (default: env://GITLAB_TOKEN, where it is set)")
    .option("--yes", "take what a prompt would offer, without asking: the folder's name, and a Git repository")
    .addHelpText("after", "\nWhat is there already is kept as it is; run again, it makes only what is missing.\n\nDeploy keys: MotherGoose and UglyFox read the Nest's repository with one, Jobs may push with another. They go straight into the secret store and are never shown; what GitLab is not told of, it prints how to add.\n\nExamples:\n  gosling init\n  gosling init acme-runners --name acme --git\n  gosling init --secrets aws-sm")
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
  /** Absent: no deploy keys are wanted. */
  readonly access?: Access;
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
  const before = await lookAtGit(nearestFolder(folder), context.env);
  const facts = await accessFacts(folder, name, existing, gitlabRemote(before), context.env);
  const choice = await chooseAccess(flags, facts, prompts);
  const files = newNest(name, { gosling: cli.version, peers: testedPeers, node }, newRepository(choice));
  const missing = files.filter(({ path }) => !isThere(join(folder, path)));
  const makeRepository = before.kind === "no-repository" && (await wantsRepository(flags, prompts));
  await writeNewFiles(folder, missing);
  if (makeRepository) await initGit(folder, context.env);
  const after = makeRepository ? await lookAtGit(folder, context.env) : before.kind === "repository" ? await lookAtGit(folder, context.env) : before;
  const access = choice.keys.length === 0 ? undefined : await makeAccess(context, folder, name, choice);
  report(cli, flags, {
    name,
    folder,
    written: missing.map(({ path }) => path),
    kept: files.filter((file) => !missing.includes(file)).map(({ path }) => path),
    repository: makeRepository,
    warnings: [...gitWarnings(after, existing?.repository?.branch), ...nestAbove(folder), ...keptWarnings(folder, files, missing, cli.version), ...(access ? [...accessWarnings(access), ...unwrittenKeys(choice, facts)] : [])],
    ...(access && { access }),
  });
  if (access?.problem) throw access.problem;
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
function existingNest(folder: string): ExistingNest | undefined {
  const path = join(folder, NEST_FILE);
  if (!isThere(path)) return undefined;
  try {
    const text = readFileSync(path, "utf8");
    const nest = checkNest({ files: [{ path: NEST_FILE, text }] }).nest;
    const [repository] = nest?.input().blocks["repository"] ?? [];
    return { ...(nest?.checked.draft as Partial<NestValues> | undefined), serverWritten: repository?.attributes["server"] !== undefined };
  } catch (error) {
    throw new GoslingError("NEST_UNREADABLE", `${path} can't be read: ${(error as Error).message}`, { hint: "Nothing was written.", cause: error });
  }
}

type ExistingNest = Partial<NestValues> & { readonly serverWritten: boolean };

/** Where the Nest is valid, all of it says what nest.fly means. */
async function accessFacts(folder: string, nest: string, existing: ExistingNest | undefined, remote: AccessFacts["remote"], env: AccessFacts["env"]): Promise<AccessFacts> {
  const shared = { nest, env, ...(remote && { remote }) };
  if (existing === undefined) return shared;
  const whole = (await readNest(folder, { environment: env })).nest?.values;
  const repository = (whole ?? existing).repository;
  return { ...shared, existing: { serverWritten: existing.serverWritten, ...(repository && { repository }) } };
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
    context.stdout.write(`${JSON.stringify({ ...nest, access: nest.access ? accessData(nest.access) : null }, null, 2)}\n`);
    return;
  }
  const paint = palette(wantsColor(context, flags, context.stdout));
  const { name, folder, written, kept, repository, warnings, access } = nest;
  const unchanged = written.length === 0 && !repository && !(access && (accessChanged(access) || access.problem));
  const lines = [
    unchanged ? `The Nest ${paint.bold(name)} in ${folder} is whole: nothing was changed.` : `The Nest ${paint.bold(name)} is in ${folder}`,
    ...written.map((path) => `  ${paint.green("+")} ${path}`),
    ...(repository ? [`  ${paint.green("+")} .git`] : []),
    ...(written.length === 0 ? [] : kept.map((path) => `  ${paint.dim("=")} ${path} was there and is kept`)),
  ];
  if (flags.quiet) return;
  context.stdout.write(lines.map((line) => `${line}\n`).join("") + (access ? renderAccess(name, access, paint) : ""));
  const warning = palette(wantsColor(context, flags, context.stderr)).yellow("warning");
  for (const text of warnings) context.stderr.write(`${warning}: ${text}\n`);
  if (written.length > 0) context.stdout.write(`Next${folder === resolve(context.cwd) ? "" : `, in ${folder}`}:\n  npm install\n  npx gosling add egg my-app\n${access ? "" : `${WITHOUT_KEYS}\n`}`);
}

const WITHOUT_KEYS = `MotherGoose, and Jobs that push to the Nest, need deploy keys. When that comes: npx gosling init --secrets STORE (${STORES.join(", ")})`;
