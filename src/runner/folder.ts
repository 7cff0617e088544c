import { join } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { SYSTEM_ID_FILE } from "../vocabulary/system-id";

/**
 * A runner's folder, `NEST/.gosling/runners/EGG/ID/` (0700), and what lies in it. Everything but the
 * agent's working folders is 0600.
 */
export interface RunnerFolder {
  readonly egg: string;
  readonly id: string;
  /** Absolute path. */
  readonly path: string;
  /** What the runner is told: a `RunnerFile`. */
  readonly runnerFile: string;
  readonly heartbeat: string;
  /** It is there once draining has been asked for; it outlives the process. */
  readonly drainMarker: string;
  /** Who the agent is, so that one that outlived its runner is found. */
  readonly agentFile: string;
  /** The agent's configuration: the one file that holds secrets. */
  readonly agentConfig: string;
  /** By what GitLab knows this runner among those of its registration. The agent reads it beside its configuration. */
  readonly systemId: string;
  readonly caCertificate: string;
  /** It is there once the startup script has succeeded. */
  readonly startupMarker: string;
  readonly log: string;
  /** Working folder of the agent; builds and caches are in it unless `agent_config` says otherwise. */
  readonly work: string;
}

/** Folder that holds all local runners of a Nest. */
export function runnersRoot(nestRoot: string): string {
  return join(nestRoot, ".gosling", "runners");
}

/** @throws GoslingError `RUNNER_NAME` where a name could lead out of the runners' folder. */
export function runnerFolder(nestRoot: string, egg: string, id: string): RunnerFolder {
  for (const name of [egg, id]) {
    if (!isRunnerName(name)) {
      throw new GoslingError("RUNNER_NAME", `"${name}" can't name an Egg or a runner`, { hint: 'Use letters, digits, "-", "_" and "." (not at the start), at most 128.', exitCode: 64 });
    }
  }
  const path = join(runnersRoot(nestRoot), egg, id);
  return {
    egg,
    id,
    path,
    runnerFile: join(path, "runner.json"),
    heartbeat: join(path, "heartbeat.json"),
    drainMarker: join(path, "drain"),
    agentFile: join(path, "agent.json"),
    agentConfig: join(path, "config.toml"),
    systemId: join(path, SYSTEM_ID_FILE),
    caCertificate: join(path, "ca.pem"),
    startupMarker: join(path, "startup-done"),
    log: join(path, "log"),
    work: join(path, "work"),
  };
}

export function isRunnerName(name: string): boolean {
  return /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(name);
}
