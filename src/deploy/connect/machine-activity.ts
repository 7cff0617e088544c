import { type Activity, askActivities } from "../../gitlab";
import type { Repository } from "../../nest/model";
import type { SecretPlace } from "../../secrets";
import { systemId } from "../../vocabulary/system-id";
import { ownRegistrations } from "./runner";
import { gitlabSession, type GitlabSession, type SessionOptions } from "./session";
import { ownerOf, registrationPaths } from "./wanted";

/** A unit by its registrations on GitLab. */
export interface UnitRegistrations {
  /** `nest.name` */
  readonly nest: string;
  /** Egg's or bucket's name under which the machines were made, `job.NAME` for a Job. */
  readonly unit: string;
  readonly repositories: readonly Repository[];
  /** By runner id: the name under which a machine was made, where that is another (`renamed_from`). */
  readonly homes?: ReadonlyMap<string, string>;
  /** Where its secrets are, where its cloud has regions. */
  readonly place?: SecretPlace;
}

/**
 * What GitLab knows of a unit's machines, by runner id: `busy` where any of its registrations says so, `idle` where all do,
 * else `unknown`. GitLab is asked once for each registration, not for each machine.
 */
export async function machineActivity(unit: UnitRegistrations, runnerIds: readonly string[], options: SessionOptions): Promise<ReadonlyMap<string, Activity>> {
  const session = gitlabSession(options);
  try {
    return await look(unit, runnerIds, session);
  } finally {
    await session.close();
  }
}

/** Between the two looks before an end: longer than an agent takes from one question for a job to the next. */
const SECOND_LOOK_MS = 10_000;

/** Right before machines are ended: those of `runnerIds` of which two looks, some seconds apart, both say that they are idle. */
export async function surelyIdleMachines(unit: UnitRegistrations, runnerIds: readonly string[], options: SessionOptions & { readonly pause: (milliseconds: number) => Promise<void> }): Promise<readonly string[]> {
  const session = gitlabSession(options);
  try {
    const idle = async (ids: readonly string[]): Promise<readonly string[]> => {
      const found = await look(unit, ids, session);
      return ids.filter((id) => found.get(id) === "idle");
    };
    const first = await idle(runnerIds);
    if (first.length === 0) return [];
    await options.pause(SECOND_LOOK_MS);
    return await idle(first);
  } finally {
    await session.close();
  }
}

async function look({ nest, unit, repositories, homes, place }: UnitRegistrations, runnerIds: readonly string[], session: GitlabSession): Promise<ReadonlyMap<string, Activity>> {
  const systemIds = new Map(runnerIds.map((id) => [id, systemId(nest, homes?.get(id) ?? unit, id)]));
  const answers = new Map<string, Activity[]>(runnerIds.map((id) => [id, []]));
  for (const repository of repositories) {
    const { gitlab } = await session.open(repository.gitlab.server, repository.gitlab.apiToken, ["runners"], place);
    const owner = ownerOf(repository);
    const paths = [...new Set([unit, ...(homes?.values() ?? [])])].flatMap((name) => registrationPaths(nest, name, repository));
    const own = (await ownRegistrations(gitlab, nest, owner, await gitlab.runners(owner))).filter(({ mark }) => mark !== undefined && paths.includes(mark.path));
    const found = await Promise.all(own.map(({ id }) => askActivities(gitlab, id, [...systemIds.values()])));
    for (const [id, list] of answers) {
      // While a token is rotated there are two registrations, and a new machine has only ever used one of them.
      const said = found.flatMap((one) => one.get(systemIds.get(id) ?? "") ?? []);
      list.push(...(said.length === 0 ? (["unknown"] as const) : said));
    }
  }
  return new Map([...answers].map(([id, list]) => [id, combined(list)]));
}

function combined(activities: readonly Activity[]): Activity {
  if (activities.includes("busy")) return "busy";
  return activities.length > 0 && activities.every((activity) => activity === "idle") ? "idle" : "unknown";
}
