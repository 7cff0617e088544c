import type { Environment } from "../engine";
import type { Nest } from "../nest/model";
import { yandexCloud } from "../yandex";

/** What of a Nest can be in a cloud. */
export type CloudBlocks = Partial<Pick<Nest, "eggs" | "jobs" | "rifts" | "mothergoose">>;

/**
 * What the engine needs on top of the environment to be known to the clouds: Yandex Cloud's provider doesn't know
 * `YC_OIDC_TOKEN`, so it is given the IAM token for which that one is exchanged, where the Nest has something there.
 * @param conceal Told of the token before anybody else is.
 * @throws YandexError where none is given for it
 */
export async function engineCredentials(env: Environment, blocks: CloudBlocks, conceal: (token: string) => void): Promise<Environment> {
  if (!isOnYandex(blocks)) return {};
  const cloud = yandexCloud(env);
  try {
    if (cloud.credentialSource !== "YC_OIDC_TOKEN") return {};
    const token = await cloud.token();
    conceal(token);
    return { YC_TOKEN: token };
  } finally {
    cloud.close();
  }
}

function isOnYandex({ eggs = [], jobs = [], rifts = [], mothergoose }: CloudBlocks): boolean {
  return [...eggs, ...jobs, ...rifts, ...(mothergoose ? [mothergoose] : [])].some(({ values }) => values.cloud?.provider === "yandex");
}
