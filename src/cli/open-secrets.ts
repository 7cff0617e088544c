import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openAccessLog, openSecrets, type Secrets } from "../secrets";
import type { Context } from "./context";

/**
 * The secrets for a command, as long as `work` lasts. With `GOSLING_SECRETS_LOG` every access becomes a line of that
 * file.
 * @param nest name of the Nest, where it is known: what is made in a cloud is tagged with it.
 */
export async function withSecrets<T>(context: Context, nestRoot: string, nest: string | undefined, work: (secrets: Secrets) => Promise<T>): Promise<T> {
  const path = context.env["GOSLING_SECRETS_LOG"];
  const log = path ? openAccessLog(resolve(context.cwd, path)) : undefined;
  const secrets = openSecrets({
    env: context.env,
    nestRoot,
    timing: { now: context.now, random: () => randomInt(2 ** 32) / 2 ** 32, pause: (ms) => pause(ms) },
    ...(nest !== undefined && { nest }),
    ...(log && { onAccess: (access) => log.write(access) }),
  });
  try {
    return await work(secrets);
  } finally {
    await secrets.close();
    log?.close();
  }
}
