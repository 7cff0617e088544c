import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createMasker, type Masker, openAccessLog, openSecrets, type Secrets } from "../secrets";
import type { Context } from "./context";

/** In what a command prints, shorter values would make words and JSON unreadable. GitLab masks none that are shorter, either. */
const SHORTEST_PRINTED = 8;

/** One for all that a command prints, however often it opens its secrets. */
const ofOutput = new WeakMap<Context, Masker>();

function outputMasker(context: Context): Masker {
  const known = ofOutput.get(context);
  if (known) return known;
  const masker = createMasker();
  ofOutput.set(context, masker);
  context.maskOutput?.((text) => masker.mask(text));
  return masker;
}

/** From now on these are masked in all that the command prints. */
export function concealInOutput(context: Context, values: readonly string[]): void {
  outputMasker(context).add(values.filter((value) => value.trim().length >= SHORTEST_PRINTED));
}

/** Knows every secret that is read; those of some length are masked in all that is printed, too. */
function maskerOf(context: Context): Masker {
  const all = createMasker();
  return {
    ...all,
    add(values) {
      const known = [...values];
      all.add(known);
      concealInOutput(context, known);
    },
  };
}

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
    masker: maskerOf(context),
    timing: { now: context.now, random: () => randomInt(2 ** 32) / 2 ** 32, pause: context.pause ?? ((ms) => pause(ms)) },
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
