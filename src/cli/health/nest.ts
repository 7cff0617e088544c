import type { DeploymentSite } from "../../deploy/site";
import type { ReadNestResult } from "../../nest";
import { readRunners } from "../../runner/records";
import type { UnitRecords } from "../../store/deployment";
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

/** What deployments have left: interrupted ones, records that can't be read, local runners whose process is gone. */
export async function deploymentChecks(root: string, site: DeploymentSite): Promise<readonly HealthCheck[]> {
  const records = await site.store.current().catch((problem: unknown) => {
    if (problem instanceof GoslingError) return problem;
    throw problem;
  });
  if (records instanceof GoslingError) return [error("Deployments", records.message, records.hint ?? "")];
  const looked = await Promise.all([...records.values()].sort((a, b) => (a.unit < b.unit ? -1 : 1)).map((unit) => deploymentCheck(unit, site)));
  const deployed = [...records.values()].filter(({ applied }) => applied).length;
  const dead = (await readRunners(root)).filter(({ process }) => process === "dead").map(({ egg, id }) => `${egg}/${id}`);
  const found = [
    ...looked.flatMap((check) => check ?? []),
    ...(dead.length > 0 ? [warning("Runners", `${dead.length === 1 ? "the process is" : "the processes are"} gone: ${dead.join(", ")}`, "Run gosling deploy: it starts them again.")] : []),
  ];
  return found.length > 0 ? found : [ok("Deployments", deployed === 0 ? "nothing is deployed" : `${amount(deployed, "unit")} deployed, none interrupted`)];
}

async function deploymentCheck({ unit, pending }: UnitRecords, { locks }: DeploymentSite): Promise<HealthCheck | undefined> {
  const holder = await locks.holder(unit);
  if (holder) return ok("Deployments", `${unit} is being deployed by ${holder.who}`);
  return pending && warning("Deployments", `the deployment of ${unit} that began at ${pending.at} did not end well`, "Run gosling deploy: it looks at what is there and goes on.");
}

function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
