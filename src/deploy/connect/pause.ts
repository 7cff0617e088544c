import type { UnitRegistrations } from "./machine-activity";
import { ownRegistrations } from "./runner";
import { gitlabSession, type SessionOptions } from "./session";
import { ownerOf, registrationPaths } from "./wanted";

/**
 * Lets a unit's runners take no further job, or take jobs again. GitLab pauses a registration, so all machines of the
 * unit pause together: it is meant for the moment in which some of them go.
 */
export async function pauseRunners({ nest, unit, repositories, place }: UnitRegistrations, paused: boolean, options: SessionOptions): Promise<void> {
  const session = gitlabSession(options);
  try {
    for (const repository of repositories) {
      const { gitlab } = await session.open(repository.gitlab.server, repository.gitlab.apiToken, ["runners"], place);
      const owner = ownerOf(repository);
      const paths = registrationPaths(nest, unit, repository);
      const own = (await ownRegistrations(gitlab, nest, owner, await gitlab.runners(owner))).filter(({ mark }) => mark !== undefined && paths.includes(mark.path));
      for (const registration of own) if (registration.paused !== paused) await gitlab.editRunner(registration.id, { paused });
    }
  } finally {
    await session.close();
  }
}
