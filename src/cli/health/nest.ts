import { readdir } from "node:fs/promises";
import { readRecords } from "../../deploy/record";
import { deploymentFolder, deploymentsFolder } from "../../deploy/workspace";
import type { ReadNestResult } from "../../nest";
import { newestClaim } from "../../runner/claim";
import { readRunners } from "../../runner/records";
import { isAlive, machineProcesses } from "../../runner/processes";
import { GoslingError } from "../../vocabulary/error";
import { error, type HealthCheck, ok, warning } from "./check";

/** What the Nest's files say. */
export function nestCheck({ nest, diagnostics, counts }: Pick<ReadNestResult, "nest" | "diagnostics" | "counts">): HealthCheck {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const warnings = diagnostics.length - errors.length;
  if (!nest || errors.length > 0) {
    const files = new Set(errors.map(({ file }) => file)).size;
    return error("Nest", `${amount(errors.length, "error")} in ${amount(files, "file")}`, "Run gosling validate: it tells each with its place and a way out.");
  }
  const { eggs, buckets, jobs } = counts;
  const content = `${nest.name}: ${amount(eggs, "Egg")}, ${amount(buckets, "bucket")}, ${amount(jobs, "Job")}`;
  return warnings === 0 ? ok("Nest", content) : warning("Nest", `${content}; ${amount(warnings, "warning")}`, "Run gosling validate to see them.");
}

/** What deployments have left: interrupted ones, damaged records, runners whose process is gone. */
export async function deploymentChecks(root: string): Promise<readonly HealthCheck[]> {
  const units = await readdir(deploymentsFolder({ root })).catch(() => []);
  const looked = await Promise.all(units.sort().map((unit) => deploymentCheck(root, unit)));
  const deployed = looked.filter(({ applied }) => applied).length;
  const dead = (await readRunners(root)).filter(({ process }) => process === "dead").map(({ egg, id }) => `${egg}/${id}`);
  const found = [
    ...looked.flatMap(({ check }) => check ?? []),
    ...(dead.length > 0 ? [warning("Runners", `${dead.length === 1 ? "the process is" : "the processes are"} gone: ${dead.join(", ")}`, "Run gosling deploy: it starts them again.")] : []),
  ];
  return found.length > 0 ? found : [ok("Deployments", deployed === 0 ? "nothing is deployed from this folder" : `${amount(deployed, "unit")} deployed, none interrupted`)];
}

async function deploymentCheck(root: string, unit: string): Promise<{ readonly applied: boolean; readonly check?: HealthCheck }> {
  try {
    const { applied, pending } = await readRecords({ root }, unit);
    const claim = await newestClaim({ path: deploymentFolder({ root }, unit) });
    const running = claim !== undefined && (await isAlive(machineProcesses, claim));
    const check = running
      ? ok("Deployments", `${unit} is being deployed by process ${claim.pid}`)
      : pending && warning("Deployments", `the deployment of ${unit} that began at ${pending.at} did not end`, "Run gosling deploy: it looks at what is there and goes on.");
    return { applied: applied !== undefined, ...(check && { check }) };
  } catch (problem) {
    if (problem instanceof GoslingError) return { applied: false, check: error("Deployments", problem.message, problem.hint ?? "") };
    throw problem;
  }
}

function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
