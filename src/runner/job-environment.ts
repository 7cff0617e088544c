import { GoslingError } from "../vocabulary/error";
import type { RunnerConfiguration } from "../vocabulary/runner-configuration";

/**
 * The environment that a runner gives its jobs. Proxy first, then the Egg's `environment`, then its
 * secrets: the later one wins where a name stands twice.
 */
export function jobEnvironment(configuration: Pick<RunnerConfiguration, "proxy" | "environment">, secrets: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...Object.entries(proxyEnvironment(configuration.proxy)), ...Object.entries(configuration.environment), ...secrets]);
}

/** Programs disagree about the case of these names, so both are set. */
export function proxyEnvironment(proxy: RunnerConfiguration["proxy"]): Readonly<Record<string, string>> {
  const values = { http_proxy: proxy?.http, https_proxy: proxy?.https, no_proxy: proxy?.noProxy?.join(",") };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [[name.toUpperCase(), value], [name, value]],
    ),
  );
}

/**
 * One entry of `environment` in config.toml. The agent cuts it at the first "=" and expands `$NAME` and
 * `${NAME}` in what follows; `$$` is its way to write one "$". All other characters, line breaks too,
 * go through as they are.
 * @throws GoslingError `RUNNER_ENVIRONMENT` for what no process environment can hold: a NUL, a name that is
 *   empty or holds "=". The value isn't in the message: it may be a secret.
 */
export function environmentEntry(name: string, value: string): string {
  if (name === "" || name.includes("=") || name.includes("\0") || value.includes("\0")) {
    throw new GoslingError("RUNNER_ENVIRONMENT", `the environment variable ${JSON.stringify(name)} can't be given to jobs: a name may not be empty or hold "=", and neither it nor its value may hold a NUL character`, {
      hint: "Encode binary values, in base64 for instance.",
    });
  }
  if (/\p{Surrogate}/u.test(name + value)) {
    throw new GoslingError("RUNNER_ENVIRONMENT", `the environment variable ${JSON.stringify(name)} can't be given to jobs: it holds half a character (a lone surrogate)`);
  }
  return `${name}=${value.replaceAll("$", "$$$$")}`;
}
