import { conventionalSecret } from "../src/vocabulary/conventions";
import { parseSecretReference, type SecretBackend, type SecretReference } from "../src/vocabulary/secret";
import type { UnitSpecification } from "./clouds/cloud";

/**
 * The secrets of one store that the runners of a unit read: their tokens, and those of the jobs. Not the
 * tokens that look after the runners. After a renaming, also those that follow from the earlier name:
 * runners that are there go on with them.
 */
export function unitSecrets({ configuration, renamedFrom }: UnitSpecification, backend: SecretBackend): readonly SecretReference[] {
  const tokens = configuration.repositories.map(({ runnerToken }) => runnerToken);
  const earlier = renamedFrom === undefined ? [] : configuration.repositories.flatMap((repository) => earlierToken(configuration, repository, renamedFrom));
  const references = [...tokens, ...earlier, ...Object.values(configuration.secrets)].flatMap((text) => {
    const parsed = parseSecretReference(text);
    return parsed.ok && parsed.value.backend === backend ? [parsed.value] : [];
  });
  return [...references].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The token's reference that followed from the unit's earlier name, where the present one follows from its present name. */
function earlierToken({ cloud, egg, repositories }: UnitSpecification["configuration"], { name, url, runnerToken }: UnitSpecification["configuration"]["repositories"][number], earlier: string): readonly string[] {
  const server = url.replace(/^https:\/\//, "");
  const owner = (unit: string): string => (repositories.length === 1 && name === egg ? unit : `${unit}/${name}`);
  return runnerToken === conventionalSecret(cloud, server, owner(egg), "runner-token") ? [conventionalSecret(cloud, server, owner(earlier), "runner-token")] : [];
}
