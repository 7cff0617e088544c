import type { DeploymentEntry, DeploymentRecord } from "../store/deployment";
import { GoslingError } from "../vocabulary/error";
import type { DeploymentSite } from "./site";
import type { DeployableUnit } from "./wanted";

/** Place of a new machine: the first of the Egg's. */
const FIRST_PLACE = "0";

/**
 * What a rollback brings back, for each of these units: the deployment `to`; else, where the last one has not succeeded,
 * the one before it, and where it has, the last with another configuration.
 * @throws GoslingError `NOTHING_EARLIER`, `UNKNOWN_DEPLOYMENT`, `NOT_RESTORABLE`
 */
export async function earlierDeployments(site: DeploymentSite, units: readonly string[], to?: string): Promise<readonly DeployableUnit[]> {
  if (to !== undefined) return [restorable(await namedDeployment(site, to, units), site)];
  const entries = await Promise.all(units.map(async (unit) => earlierOf(unit, await site.store.history({ unit }))));
  return entries.map((entry) => restorable(entry, site));
}

/**
 * A deployment by its id, or by a beginning of it.
 * @throws GoslingError `UNKNOWN_DEPLOYMENT`
 */
export async function findDeployment({ store }: DeploymentSite, id: string): Promise<DeploymentEntry> {
  const entry = await store.find(id);
  if (entry) return entry;
  throw new GoslingError("UNKNOWN_DEPLOYMENT", `There is no deployment ${id}`, { hint: "gosling history lists them.", exitCode: 64 });
}

async function namedDeployment(site: DeploymentSite, id: string, units: readonly string[]): Promise<DeploymentEntry> {
  const entry = await findDeployment(site, id);
  if (units.length > 0 && !units.includes(entry.unit)) {
    throw new GoslingError("UNKNOWN_DEPLOYMENT", `Deployment ${entry.id} is one of ${entry.unit}, not of ${units.join(", ")}`, { hint: `gosling history ${units[0]} lists that one's.`, exitCode: 64 });
  }
  if (!isGood(entry)) {
    const why = entry.kind === "deploy" || entry.kind === "rollback" ? `it ${entry.end ? (entry.end.result === "failed" ? "failed" : "was interrupted") : "did not end"}` : `it was a ${entry.kind}`;
    throw new GoslingError("NOT_RESTORABLE", `Deployment ${entry.id} of ${entry.unit} can't be brought back: ${why}`, { hint: "Choose one that succeeded: gosling history lists them.", exitCode: 64 });
  }
  return entry;
}

/** Pure. `entries`: newest first. */
export function earlierOf(unit: string, entries: readonly DeploymentEntry[]): DeploymentEntry {
  const own = entries.filter((entry) => entry.unit === unit);
  const [newest] = own;
  const good = own.filter(isGood);
  const present = newest && isGood(newest) ? newest : undefined;
  const earlier = present ? good.find((entry) => configurationOf(entry.record) !== configurationOf(present.record)) : good[0];
  if (earlier) return earlier;
  throw new GoslingError("NOTHING_EARLIER", `${unit} has no earlier deployment to go back to`, {
    hint: newest ? "It was deployed with one configuration only: gosling history lists its deployments." : "It was never deployed.",
  });
}

function isGood({ kind, end }: DeploymentEntry): boolean {
  return (kind === "deploy" || kind === "rollback") && end?.result === "succeeded";
}

function configurationOf({ stacks }: DeploymentRecord): string {
  return stacks.map(({ name, configurationHash }) => `${name} ${configurationHash}`).join("\n");
}

/** An earlier deployment as something to deploy. */
function restorable({ id, unit, record }: DeploymentEntry, { store }: DeploymentSite): DeployableUnit {
  const { kind, cloud, location, runnerType, revision, pool } = record;
  return {
    unit,
    kind,
    cloud,
    location,
    runnerType,
    revision,
    sizes: pool,
    repositories: record.repositories ?? [],
    place: cloud === "local" ? "local" : FIRST_PLACE,
    restores: id,
    stacks: record.stacks.map(({ name, configurationHash }) => ({
      name,
      configurationHash,
      async read() {
        const text = await store.configuration(configurationHash);
        if (text !== undefined) return text;
        throw new GoslingError("CONFIGURATION_LOST", `The configuration of deployment ${id} of ${unit} is not kept any more`, { hint: "Choose another: gosling history lists them." });
      },
    })),
  };
}
