import type { Draft } from "../check-block";
import * as problems from "../problems";
import type { Problem } from "../schema";
import type { NestValues } from "../types";

/** Rules across the attributes of the `nest` block. */
export function nestRules(nest: Draft<NestValues>, unsettled: ReadonlySet<string>): readonly Problem[] {
  const state = nest.state;
  const backend = state?.backend;
  if (!state || !backend) return [];
  const found: Problem[] = [];
  for (const name of ["bucket", "region"] as const) {
    const given = state[name] !== undefined || unsettled.has(`state.${name}`);
    if (backend === "s3" && !given) found.push(problems.missingForBackend(["state"], backend, name));
    if (backend !== "s3" && state[name] !== undefined) found.push(problems.noEffect(["state", name], `The back end is "${backend}".`));
  }
  if (backend !== "s3" && state.endpoint !== undefined) found.push(problems.noEffect(["state", "endpoint"], `The back end is "${backend}".`));
  if (!state.encryption) {
    if (backend !== "local") found.push(problems.unencryptedState(["state"], backend));
  } else if (state.encryption.enabled === true) found.push(...keyRules(state.encryption, unsettled));
  return found;
}

function keyRules(encryption: { readonly key?: string; readonly kmsKey?: string }, unsettled: ReadonlySet<string>): readonly Problem[] {
  const given = [
    ...(encryption.key !== undefined || unsettled.has("state.encryption.key") ? ["key"] : []),
    ...(encryption.kmsKey !== undefined || unsettled.has("state.encryption.kms_key") ? ["kms_key"] : []),
  ];
  return given.length === 1 ? [] : [problems.notExactlyOne(["state", "encryption"], "encryption", ["key", "kms_key"], given)];
}
