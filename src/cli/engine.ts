import type { Command } from "commander";
import { chooseEngine, DEFAULT_VERSION, type Engine, type EngineCandidate, findEngine, type Installed, installEngine, type InstallOptions, listEngines, mirrorCredentials, type VerifiedEngine, verifyEngines } from "../engine";
import { cacheFolder } from "../engine/cache-folder";
import { PRODUCT } from "../engine/version";
import { GoslingError } from "../vocabulary/error";
import { canPrompt, type Context, EXIT, type GlobalFlags, wantsColor } from "./context";
import { concealInOutput } from "./open-secrets";
import type { Cli } from "./program";
import { progressView } from "./render/progress-bar";
import { renderTable } from "./render/table";

export function configure(command: Command, cli: Cli): void {
  command.helpCommand(false);
  const summary = "Show the engines that are there, and which one is used";
  const list = command.command("list").summary(summary).description(summary);
  list.action(cli.action(() => listCommand(cli, list)));

  const install = command
    .command("install")
    .summary("Get OpenTofu for this machine")
    .description("Get OpenTofu for this machine: its release is downloaded, checked against its checksums and their signature, and kept in Gosling's cache beside other versions. Nothing happens where it is there already.")
    .argument("[version]", `version of OpenTofu (default: ${DEFAULT_VERSION})`)
    .option("--url <address>", "mirror with the layout of OpenTofu's releases (also GOSLING_ENGINE_URL)")
    .option("--no-signature", "take a release that nobody signed, from a mirror that you trust")
    .addHelpText("after", "\nA mirror's credentials: GOSLING_ENGINE_MIRROR_TOKEN (bearer token), GOSLING_ENGINE_MIRROR_HEADER (\"Name: value\").\nA mirror that signs anew: GOSLING_ENGINE_KEY names the file with its public key.");
  install.action(cli.action((version: string | undefined, options: InstallFlags) => installCommand(cli, install, version, options)));

  const use = command
    .command("use")
    .summary("Choose the engine among those that are installed")
    .description("Choose the engine among those that are installed. The order is: GOSLING_ENGINE, the one chosen here, tofu on the PATH, terraform on the PATH, the newest that is installed.")
    .argument("[version]", "version that is installed")
    .option("--system", "take the choice back: the one on the PATH comes first again");
  use.action(cli.action((version: string | undefined, options: { system?: boolean }) => useCommand(cli, use, version, options.system === true)));

  const verify = command
    .command("verify")
    .summary("Hold installed engines against what was installed")
    .description("Hold installed engines against the checksums that were written down when they were installed. Exit code 1 where one is damaged.")
    .argument("[version]", "version that is installed (default: all)");
  verify.action(cli.action((version: string | undefined) => verifyCommand(cli, verify, version)));
}

interface InstallFlags {
  readonly url?: string;
  /** Commander's form of `--no-signature`. */
  readonly signature: boolean;
}

/**
 * The engine for a command that needs one. Where none can be used and a person is there, asks whether
 * to install OpenTofu now; without a terminal the error names the command for that.
 *
 * @param ask puts the question; answers false for no and for a cancelled prompt.
 * @throws GoslingError of `findEngine` or `installEngine`.
 */
export async function offerEngine(context: Context, flags: GlobalFlags, ask: (question: string) => Promise<boolean> = confirm): Promise<Engine> {
  try {
    return await findEngine(context);
  } catch (error) {
    const isOffered = error instanceof GoslingError && /^ENGINE_(MISSING|TOO_OLD|UNUSABLE)$/.test(error.code);
    // Who names an engine wants that one and no other.
    if (!isOffered || context.env["GOSLING_ENGINE"] || !canPrompt(context, flags)) throw error;
    if (!(await ask(`${error.message} Install OpenTofu ${DEFAULT_VERSION} in ${cacheFolder(context.env)} now?`))) throw error;
    return (await install(context, flags, {})).engine;
  }
}

async function listCommand(cli: Cli, command: Command): Promise<number> {
  const { context } = cli;
  const flags = cli.flags(command);
  const { candidates, used } = await listEngines(context);
  if (flags.json) {
    const engines = candidates.map(({ path, origin, name, version, isActive, problem }) => ({
      name: name ?? null,
      version: version ?? null,
      path,
      origin,
      active: isActive === true,
      used: path === used?.path,
      problem: problem ? { code: problem.code, message: problem.message, hint: problem.hint ?? null } : null,
    }));
    context.stdout.write(`${JSON.stringify({ engines }, null, 2)}\n`);
    return used ? EXIT.done : EXIT.failed;
  }
  if (candidates.length > 0) {
    const columns = [{ title: "USED" }, { title: "ENGINE" }, { title: "VERSION" }, { title: "FOUND" }, { title: "PATH" }];
    const rows = candidates.map(({ path, origin, name, version, isActive }) => [path === used?.path ? "yes" : "", name ? PRODUCT[name] : "?", version ?? "?", isActive ? "chosen" : FOUND[origin], path]);
    context.stdout.write(renderTable(columns, rows, { color: wantsColor(context, flags, context.stdout) }));
  }
  for (const { problem } of candidates) {
    if (problem) context.stderr.write(`${problem.message}\n  ${problem.hint ?? ""}\n`);
  }
  if (used) return EXIT.done;
  if (candidates.length === 0) await findEngine(context); // says what is missing
  return EXIT.failed;
}

const FOUND: Readonly<Record<EngineCandidate["origin"], string>> = { GOSLING_ENGINE: "GOSLING_ENGINE", path: "PATH", installed: "installed" };

async function installCommand(cli: Cli, command: Command, version: string | undefined, { url, signature }: InstallFlags): Promise<number> {
  const { context } = cli;
  const flags = cli.flags(command);
  const { engine, downloaded } = await install(context, flags, { ...(version !== undefined && { version }), ...(url !== undefined && { url }), ...(!signature && { unsigned: true }) });
  // Said even with --quiet: it is no progress.
  if (!signature && downloaded) context.stderr.write(`warning: nobody's signature was checked (--no-signature): this OpenTofu ${engine.version} is whatever the mirror gave.\n`);
  if (flags.json) {
    context.stdout.write(`${JSON.stringify({ version: engine.version, path: engine.path, downloaded })}\n`);
    return EXIT.done;
  }
  context.stdout.write(`OpenTofu ${engine.version} ${downloaded ? "is installed" : "was installed before"}: ${engine.path}\n`);
  if (!flags.quiet) await tellWhereOtherIsUsed(context, engine);
  return EXIT.done;
}

/** Says that another engine is used all the same, and why. */
async function tellWhereOtherIsUsed(context: Context, { path, version }: Engine): Promise<void> {
  const { used, candidates } = await listEngines(context);
  if (used === undefined || used.path === path) return;
  const isActive = candidates.some((candidate) => candidate.path === used.path && candidate.isActive);
  const cause = used.origin === "GOSLING_ENGINE" ? "GOSLING_ENGINE names it" : isActive ? "`gosling engine use` chose it" : used.origin === "path" ? "it is on the PATH" : "it is newer";
  context.stderr.write(`${used.path} is used all the same: ${cause}. ${used.origin === "GOSLING_ENGINE" ? "To use this one, unset it." : `To use this one: gosling engine use ${version}`}\n`);
}

async function useCommand(cli: Cli, command: Command, version: string | undefined, system: boolean): Promise<number> {
  const { context } = cli;
  const flags = cli.flags(command);
  const wanted = version?.replace(/^v/, "");
  if ((wanted === undefined) === !system) {
    throw new GoslingError("BAD_ARGUMENTS", "Name a version, or --system: one of the two.", { hint: "gosling engine list shows what is installed.", exitCode: EXIT.usage });
  }
  await chooseEngine(wanted, context);
  const used = await findEngine(context);
  if (flags.json) context.stdout.write(`${JSON.stringify({ name: used.name, version: used.version, path: used.path, origin: used.origin, active: wanted ?? null })}\n`);
  else context.stdout.write(`${PRODUCT[used.name]} ${used.version} is used: ${used.path}\n`);
  if (!flags.quiet && wanted !== undefined && used.origin === "GOSLING_ENGINE") context.stderr.write(`GOSLING_ENGINE comes before the choice of OpenTofu ${wanted}: unset it.\n`);
  return EXIT.done;
}

async function verifyCommand(cli: Cli, command: Command, version: string | undefined): Promise<number> {
  const { context } = cli;
  const flags = cli.flags(command);
  const wanted = version?.replace(/^v/, "");
  const engines = await verifyEngines(context.env, wanted);
  if (wanted !== undefined && engines.length === 0) throw new GoslingError("ENGINE_MISSING", `OpenTofu ${wanted} is not installed.`, { hint: `Run \`gosling engine install ${wanted}\`.` });
  const allGood = engines.every(({ state }) => state === "good");
  if (flags.json) {
    const data = engines.map(({ record, ...engine }) => ({ ...engine, sha256: record?.sha256 ?? null, from: record?.from ?? null, signedBy: record?.signedBy ?? null, installedAt: record?.at ?? null }));
    context.stdout.write(`${JSON.stringify({ ok: allGood, engines: data }, null, 2)}\n`);
    return allGood ? EXIT.done : EXIT.failed;
  }
  if (engines.length === 0) context.stdout.write("No engine is installed.\n");
  for (const engine of engines) {
    if (engine.state !== "good") context.stderr.write(`error: ${verdict(engine)}\n  Run \`gosling engine install ${engine.version}\`: it takes its place.\n`);
    else if (!flags.quiet) context.stdout.write(`${verdict(engine)}\n`);
  }
  return allGood ? EXIT.done : EXIT.failed;
}

function verdict({ version, path, state, record }: VerifiedEngine): string {
  if (state === "unrecorded") return `OpenTofu ${version} has no record of what was installed: ${path}`;
  if (state === "damaged") return `OpenTofu ${version} is not what was installed: ${path}`;
  return `OpenTofu ${version} is what was installed${record?.signedBy ? `, signed by ${record.signedBy.toUpperCase()}` : ", signed by nobody"}: ${path}`;
}

async function install(context: Context, flags: GlobalFlags, what: Pick<InstallOptions, "version" | "url" | "unsigned">): Promise<Installed> {
  concealInOutput(context, mirrorCredentials(context.env, what.url));
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  const view = flags.quiet || flags.json ? undefined : progressView(context.stderr, `Downloading OpenTofu ${what.version ?? DEFAULT_VERSION}`, context.now);
  try {
    return await installEngine({ ...what, env: context.env, now: context.now, signal: stop.signal, ...(view && { onProgress: (progress) => view.update(progress) }) });
  } finally {
    view?.end();
    for (const signal of signals) process.off(signal, onSignal);
  }
}

async function confirm(question: string): Promise<boolean> {
  const prompts = await import("@clack/prompts");
  return (await prompts.confirm({ message: question })) === true;
}
