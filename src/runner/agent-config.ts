import { join } from "node:path";
import type { RunnerFolder } from "./folder";
import { environmentEntry, jobEnvironment } from "./job-environment";
import type { RunnerFile } from "./runner-file";

/** What a `config.toml` is made of, beside the runner's file: secrets by value, and this machine's choices. */
export interface AgentConfigInput {
  readonly runner: RunnerFile;
  readonly folder: RunnerFolder;
  /** Name of the repository → its runner authentication token. */
  readonly tokens: ReadonlyMap<string, string>;
  /** Environment variable → secret. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Where the agent answers for its metrics, on 127.0.0.1. */
  readonly metricsPort: number;
}

interface TomlTable {
  [key: string]: TomlValue;
}
type TomlValue = string | number | bigint | boolean | TomlValue[] | TomlTable;

/** Seconds between two questions for a job, gitlab-runner's own default. */
const CHECK_INTERVAL_SECONDS = 3;

/** Seconds that the agent has to clean up after it was told to abort its job. */
export const SHUTDOWN_TIMEOUT_SECONDS = 30;

/** Image of jobs that name none, where the Egg names none either. */
const DEFAULT_IMAGE = "debian:stable-slim";

/**
 * The text of gitlab-runner's `config.toml`: one job at a time, one `[[runners]]` per repository.
 * It holds secrets.
 * @throws GoslingError `RUNNER_ENVIRONMENT`
 */
export async function agentConfig(input: AgentConfigInput): Promise<string> {
  const { stringify } = await import("smol-toml");
  return `${stringify({
    concurrent: 1,
    check_interval: CHECK_INTERVAL_SECONDS,
    shutdown_timeout: SHUTDOWN_TIMEOUT_SECONDS,
    listen_address: `127.0.0.1:${input.metricsPort}`,
    log_format: "json",
    runners: input.runner.repositories.map((repository) => runnerSection(input, repository)),
  })}\n`;
}

function runnerSection(input: AgentConfigInput, repository: RunnerFile["repositories"][number]): TomlTable {
  const { runner, folder, tokens, secrets } = input;
  const name = [runner.nest, runner.egg, runner.id, ...(runner.repositories.length > 1 ? [repository.name] : [])].join("-");
  const defaults: TomlTable =
    runner.executor === "docker"
      ? { docker: { image: runner.image ?? DEFAULT_IMAGE } }
      : // In the runner's own folder, so that two runners of this machine never share a checkout.
        { builds_dir: join(folder.work, "builds"), cache_dir: join(folder.work, "cache") };
  const own: TomlTable = {
    name,
    url: repository.url,
    token: tokens.get(repository.name) ?? "",
    executor: runner.executor,
    limit: 1,
    environment: [...jobEnvironment(runner, secrets)].map(([variable, value]) => environmentEntry(variable, value)),
    ...(runner.caCertificate === undefined ? {} : { "tls-ca-file": folder.caCertificate }),
    ...(runner.executor === "docker" && runner.image !== undefined ? { docker: { image: runner.image } } : {}),
  };
  return merged(merged(defaults, tomlTable(runner.agentConfig)), own);
}

/** Merges tables deeply; anything else in `over` replaces what is in `under`. */
function merged(under: TomlTable, over: TomlTable): TomlTable {
  const result: TomlTable = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const old = Object.hasOwn(result, key) ? result[key] : undefined;
    result[key] = isTable(old) && isTable(value) ? merged(old, value) : value;
  }
  return result;
}

function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value);
}

/** `agent_config` as TOML can say it: TOML knows no null, so a key without a value is left out. */
function tomlTable(value: Readonly<Record<string, unknown>>): TomlTable {
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (item === null || item === undefined ? [] : [[key, tomlValue(item)]])));
}

function tomlValue(value: unknown): TomlValue {
  if (Array.isArray(value)) return value.filter((item) => item !== null && item !== undefined).map(tomlValue);
  if (typeof value === "object" && value !== null) return tomlTable(value as Record<string, unknown>);
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number" || typeof value === "bigint") return value;
  throw new TypeError(`agent_config holds a ${typeof value}`);
}
