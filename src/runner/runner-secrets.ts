import { isSecretError, type ResolveSecret } from "../secrets";
import type { RunnerFile } from "./runner-file";

/** The secrets of a runner by value, and what is missing of them. */
export interface RunnerSecrets {
  /** Name of the repository → runner authentication token. */
  readonly tokens: ReadonlyMap<string, string>;
  /** Environment variable → value. */
  readonly variables: ReadonlyMap<string, string>;
  /** One line per secret that can't be had, with its reference; none: all are here. */
  readonly missing: readonly string[];
}

/** Reads all secrets of a runner, each reference once. */
export async function readRunnerSecrets(runner: RunnerFile, resolve: ResolveSecret): Promise<RunnerSecrets> {
  const read = new Map<string, Promise<string>>();
  const once = (reference: string): Promise<string> => {
    const value = read.get(reference) ?? resolve(reference);
    read.set(reference, value);
    return value;
  };
  const tokens = new Map<string, string>();
  const variables = new Map<string, string>();
  const missing: string[] = [];
  for (const { name, runnerToken } of runner.repositories) {
    const token = await valueOrReason(() => once(runnerToken));
    if (token.value !== undefined) tokens.set(name, token.value);
    else missing.push(token.reason ?? `no token behind ${runnerToken}`);
  }
  for (const [variable, reference] of Object.entries(runner.secrets)) {
    const secret = await valueOrReason(() => once(reference));
    if (secret.value !== undefined) variables.set(variable, secret.value);
    else missing.push(secret.reason ?? `no secret behind ${reference} for ${variable}`);
  }
  return { tokens, variables, missing: [...new Set(missing)] };
}

/** A reason only where more is to be said than that nothing is there. */
async function valueOrReason(read: () => Promise<string>): Promise<{ readonly value?: string; readonly reason?: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!isSecretError(error)) throw error;
    return error.code === "SECRET_MISSING" ? {} : { reason: error.message };
  }
}
