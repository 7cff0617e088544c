import { join } from "node:path";
import type { Command } from "commander";
import { cacheFolder } from "../engine/cache-folder";
import type { ReadNestResult } from "../nest";
import { GoslingError } from "../vocabulary/error";
import { type Context, EXIT, type GlobalFlags, wantsColor } from "./context";
import { type SiteOwner, withSite } from "./deployment-context";
import { error, type HealthCheck, warning } from "./health/check";
import { agentCheck, engineCheck, folderCheck, gitChecks, libraryChecks, nodeCheck, providersCheck } from "./health/machine";
import { deploymentChecks, nestCheck } from "./health/nest";
import { addNestOptions, loadNest, nestFolder } from "./nest-option";
import { ownPackage } from "./own-package";
import type { Cli } from "./program";
import { palette, type Palette } from "./render/color";

export function configure(command: Command, cli: Cli): void {
  addNestOptions(command)
    .addHelpText("after", "\nLooks at Node, the engine, its providers, the libraries, Git, the gitlab-runner agent, the Nest and its deployments, and changes nothing.\nWorks outside of a Nest too. Exit code 1 where there is an error.")
    .action(cli.action(() => doctor(cli, command)));
}

async function doctor(cli: Cli, command: Command): Promise<number> {
  const { context } = cli;
  const flags = cli.flags(command);
  const checks = await allChecks(cli, command, flags);
  const failed = checks.some(({ status }) => status === "error");
  if (flags.json) context.stdout.write(`${JSON.stringify({ ok: !failed, checks }, null, 2)}\n`);
  else context.stdout.write(render(flags.quiet ? checks.filter(({ status }) => status !== "ok") : checks, palette(wantsColor(context, flags, context.stdout)), flags));
  return failed ? EXIT.failed : EXIT.done;
}

async function allChecks(cli: Cli, command: Command, flags: GlobalFlags): Promise<readonly HealthCheck[]> {
  const { context } = cli;
  const { node, peers, testedPeers } = ownPackage();
  const found = await findNestHere(cli, command, flags);
  const root = "root" in found ? found.root : undefined;
  const nest = "result" in found ? found.result.nest : undefined;
  const isLocal = [...(nest?.eggs ?? []), ...(nest?.jobs ?? [])].some(({ values }) => (values.cloud?.provider ?? "local") === "local");
  return [
    nodeCheck(process.version, node),
    await engineCheck(context),
    await providersCheck(context),
    ...libraryChecks(peers, testedPeers),
    ...(await gitChecks(context, root === undefined ? undefined : { root, ...(nest?.values.repository && { branch: nest.values.repository.branch }) })),
    await agentCheck(context.env, isLocal),
    await folderCheck("Cache", cacheFolder(context.env)),
    found.check,
    ...(root === undefined ? [] : [await folderCheck("State", join(root, ".gosling")), ...(await deploymentsOf(context, nest ?? { root }))]),
  ];
}

/** Whatever is wrong with where deployments are recorded is a finding like others. */
async function deploymentsOf(context: Context, owner: SiteOwner): Promise<readonly HealthCheck[]> {
  try {
    return await withSite(context, owner, (site) => deploymentChecks(owner.root, site));
  } catch (problem) {
    if (problem instanceof GoslingError) return [error("Deployments", problem.message, problem.hint ?? "")];
    throw problem;
  }
}

type FoundNest = { readonly check: HealthCheck } | { readonly check: HealthCheck; readonly root: string; readonly result: ReadNestResult };

async function findNestHere(cli: Cli, command: Command, flags: GlobalFlags): Promise<FoundNest> {
  try {
    const root = nestFolder(cli, command);
    const result = await loadNest(cli, command);
    return { check: nestCheck(result), root, result };
  } catch (problem) {
    if (!(problem instanceof GoslingError)) throw problem;
    const hint = problem.hint ?? "";
    // Who names a Nest means that there is one.
    if (problem.code === "NEST_NOT_FOUND" && flags.nest === undefined) return { check: warning("Nest", "none in this folder or above it", hint) };
    return { check: { name: "Nest", status: "error", summary: problem.message, hint } };
  }
}

function render(checks: readonly HealthCheck[], paint: Palette, flags: GlobalFlags): string {
  const width = Math.max(0, ...checks.map(({ name }) => name.length));
  const marks = { ok: paint.green("✓"), warning: paint.yellow("!"), error: paint.red("✗") } as const;
  const lines = checks.flatMap(({ name, status, summary, hint }) => [
    `${marks[status]} ${name.padEnd(width)}  ${summary}`,
    ...(status !== "ok" && hint ? [`  ${" ".repeat(width)}  ${paint.dim(`→ ${hint}`)}`] : []),
  ]);
  return [...lines, ...(flags.quiet ? [] : ["", verdict(checks)])].map((line) => `${line}\n`).join("");
}

function verdict(checks: readonly HealthCheck[]): string {
  const count = (status: HealthCheck["status"]): number => checks.filter((check) => check.status === status).length;
  const parts = (["error", "warning"] as const).flatMap((status) => (count(status) === 0 ? [] : [`${count(status)} ${status}${count(status) === 1 ? "" : "s"}`]));
  return parts.length === 0 ? "All is well." : `${parts.join(", ")}.`;
}
