import type { Command } from "commander";
import { DEFAULT_VERSION, type Engine, type EngineCandidate, findEngine, type Installed, installEngine, listEngines } from "../engine";
import { cacheFolder } from "../engine/cache-folder";
import { PRODUCT } from "../engine/version";
import { GoslingError } from "../vocabulary/error";
import { canPrompt, type Context, EXIT, type GlobalFlags, wantsColor } from "./context";
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
    .description("Get OpenTofu for this machine: its release is downloaded, checked against its checksums, and kept in Gosling's cache. Nothing happens where it is there already.")
    .argument("[version]", `version of OpenTofu (default: ${DEFAULT_VERSION})`)
    .option("--url <address>", "mirror with the layout of OpenTofu's releases (also GOSLING_ENGINE_URL)");
  install.action(cli.action((version: string | undefined, options: { url?: string }) => installCommand(cli, install, version, options.url)));
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
    const engines = candidates.map(({ path, origin, name, version, problem }) => ({
      name: name ?? null,
      version: version ?? null,
      path,
      origin,
      used: path === used?.path,
      problem: problem ? { code: problem.code, message: problem.message, hint: problem.hint ?? null } : null,
    }));
    context.stdout.write(`${JSON.stringify({ engines }, null, 2)}\n`);
    return used ? EXIT.done : EXIT.failed;
  }
  if (candidates.length > 0) {
    const columns = [{ title: "USED" }, { title: "ENGINE" }, { title: "VERSION" }, { title: "FOUND" }, { title: "PATH" }];
    const rows = candidates.map(({ path, origin, name, version }) => [path === used?.path ? "yes" : "", name ? PRODUCT[name] : "?", version ?? "?", FOUND[origin], path]);
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

async function installCommand(cli: Cli, command: Command, version: string | undefined, url: string | undefined): Promise<number> {
  const { context } = cli;
  const flags = cli.flags(command);
  const { engine, downloaded } = await install(context, flags, { ...(version !== undefined && { version }), ...(url !== undefined && { url }) });
  if (flags.json) {
    context.stdout.write(`${JSON.stringify({ version: engine.version, path: engine.path, downloaded })}\n`);
    return EXIT.done;
  }
  context.stdout.write(`OpenTofu ${engine.version} ${downloaded ? "is installed" : "was installed before"}: ${engine.path}\n`);
  const used = await findEngine(context).catch(() => undefined);
  if (!flags.quiet && used && used.path !== engine.path) {
    const cause = used.origin === "GOSLING_ENGINE" ? "GOSLING_ENGINE names it" : used.origin === "path" ? "it is on the PATH" : "it is newer";
    context.stderr.write(`${used.path} is used all the same: ${cause}. To use this one, set GOSLING_ENGINE=${engine.path}\n`);
  }
  return EXIT.done;
}

async function install(context: Context, flags: GlobalFlags, what: { readonly version?: string; readonly url?: string }): Promise<Installed> {
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
