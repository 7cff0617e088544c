import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { Masker } from "../secrets";
import { systemId } from "../vocabulary/system-id";
import { agentMissing, agentVersion, findAgent, freePort } from "./agent";
import { agentConfig, SHUTDOWN_TIMEOUT_SECONDS } from "./agent-config";
import { jobsOfAgent } from "./agent-metrics";
import { findOrphan, type RunningAgent, startAgent } from "./agent-process";
import { writeFileAtomically } from "./atomic-file";
import { backoffMs } from "./backoff";
import type { RunnerFolder } from "./folder";
import { jobEnvironment, proxyEnvironment } from "./job-environment";
import type { RunnerLog } from "./log";
import { programEnvironment } from "./process-environment";
import type { Processes } from "./processes";
import type { RunnerFile } from "./runner-file";
import { readRunnerSecrets, type RunnerSecrets } from "./runner-secrets";
import type { SecretSource } from "./secret-source";
import { hasStartedUp, runStartupScript } from "./startup-script";
import type { Status, StatusKeeper } from "./status-keeper";
import { createWaker } from "./waker";

/** The world of a supervisor; tests hold what they want to. */
export interface SupervisorInput {
  readonly runner: RunnerFile;
  readonly folder: RunnerFolder;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of the agent; absent: `gitlab-runner` on the PATH. */
  readonly agentPath?: string;
  readonly secrets: Pick<SecretSource, "read" | "forget">;
  readonly masker: Masker;
  readonly log: RunnerLog;
  readonly status: StatusKeeper;
  readonly processes: Processes;
  /** Time between two heartbeats, in milliseconds. */
  readonly heartbeatMs: number;
  /** Time between two readings of the secrets while the agent runs, in milliseconds. */
  readonly refreshMs: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly random: () => number;
}

export interface Supervisor {
  /** Finishes the job that runs, takes no other, and ends. */
  drain(): void;
  /** Aborts the job that runs, and ends. A second time: does not wait for the agent's cleaning up. */
  stopNow(): void;
  /** Reads the secrets anew and gives them to the agent; also takes back a wish to drain whose marker is gone. */
  reload(): void;
  /** Settles when the runner has ended as it was asked to. */
  readonly done: Promise<void>;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** An agent that ran this long was well: its end starts a new row of tries. */
const WELL_AFTER_MS = 60_000;
/** While the agent starts it is asked this often whether it is up. */
const STARTING_MS = 200;
/** How long an agent that has no job may take to end after SIGQUIT. */
const IDLE_END_MS = 30_000;
/** How long an agent may take to abort its job, its own limit and some. */
const ABORT_MS = (SHUTDOWN_TIMEOUT_SECONDS + 5) * 1000;

/**
 * Looks after one runner: gets its secrets, runs its startup script once, writes the agent's
 * configuration, runs the agent and starts it again when it ends unasked. It ends only when asked to;
 * whatever is missing or fails it tries again, with growing pauses.
 */
export function superviseRunner(input: SupervisorInput): Supervisor {
  const { folder, runner, log, status, processes } = input;
  let wish: "run" | "drain" | "stop" = "run";
  /** Whether the wish to drain is written down: then who removes the marker takes it back. */
  let drainMarked = false;
  let impatient = false;
  let reloadWanted = false;
  const waker = createWaker();
  const programEnv = { ...programEnvironment(input.env), ...proxyEnvironment(runner.proxy) };
  /** What the agent was given, and when the secrets were last read. */
  let given: RunnerSecrets | undefined;
  let readAt = 0;
  let last: Omit<Partial<Status>, "draining"> & Pick<Status, "state"> = { state: "starting" };
  const pauseMs = (attempt: number): number => backoffMs(attempt, { firstMs: FIRST_PAUSE_MS, maxMs: LONGEST_PAUSE_MS, random: input.random });

  const report = (now: Omit<Partial<Status>, "draining"> & Pick<Status, "state">): Promise<void> => {
    const draining = wish !== "run";
    last = now;
    return status.report({ ...now, state: draining && now.state !== "stopped" ? "draining" : now.state, draining });
  };

  /** Secrets of now, whatever is kept of an earlier reading; those of before stay masked too. */
  async function readSecrets(): Promise<RunnerSecrets> {
    readAt = input.now();
    input.secrets.forget();
    const secrets = await readRunnerSecrets(runner, (reference) => input.secrets.read(reference));
    input.masker.add([...secrets.tokens.values(), ...secrets.variables.values()]);
    return secrets;
  }

  async function writeAgentConfig(secrets: RunnerSecrets, metricsPort: number): Promise<void> {
    const text = await agentConfig({ runner, folder, tokens: secrets.tokens, secrets: secrets.variables, metricsPort });
    if (runner.caCertificate !== undefined) await writeFileAtomically(folder.caCertificate, runner.caCertificate);
    await writeFileAtomically(folder.systemId, systemId(runner.nest, runner.egg, runner.id));
    await writeFileAtomically(folder.agentConfig, text);
    given = secrets;
  }

  /**
   * Waits for what servers may be slow to answer; beats meanwhile.
   * @returns undefined where the runner is asked to end first.
   */
  async function patiently<T>(work: Promise<T>): Promise<T | undefined> {
    let settled = false;
    const end = work.finally(() => {
      settled = true;
      waker.wake();
    });
    end.catch(() => undefined);
    while (!settled && wish === "run") {
      await waker.pause(input.heartbeatMs);
      if (!settled) await report(last);
    }
    return settled ? end : undefined;
  }

  /** @returns why it can't go on, or undefined. */
  async function startUp(secrets: RunnerSecrets): Promise<string | undefined> {
    if (runner.startupScript === undefined || (await hasStartedUp(folder))) return undefined;
    log.line("running the startup script");
    const run = await runStartupScript(runner.startupScript, folder, { ...programEnv, ...Object.fromEntries(jobEnvironment(runner, secrets.variables)) }, log);
    let ended = false;
    const end = run.ended.finally(() => {
      ended = true;
      waker.wake();
    });
    while (!ended) {
      // No job depends on it, so drain and stop mean the same to it.
      if (wish !== "run") run.abort();
      await report({ state: "starting" });
      if (!ended) await waker.pause(input.heartbeatMs);
    }
    return end;
  }

  /** One try to get everything ready and to run the agent until it ends. */
  async function attempt(): Promise<"again" | { readonly failed: string } | { readonly missing: readonly string[] }> {
    const secrets = await patiently(readSecrets());
    if (secrets === undefined) return "again";
    let path = await findAgent(input.agentPath, input.env);
    if (secrets.missing.length === 0) {
      // It may install the agent, so the agent is looked for again after it.
      const failed = await startUp(secrets);
      if (wish !== "run") return "again";
      if (failed !== undefined) return { failed };
      path ??= await findAgent(input.agentPath, input.env);
    }
    if (path === undefined || secrets.missing.length > 0) return { missing: [...secrets.missing, ...(path === undefined ? [agentMissing(input.agentPath)] : [])] };
    const version = await agentVersion(path, programEnv);
    const port = await freePort();
    await writeAgentConfig(secrets, port);
    if (wish !== "run") return "again";
    const agent = await startAgent(path, port, folder, programEnv, log, processes);
    log.line(`started the agent ${path}${version === undefined ? "" : ` ${version}`} (process ${agent.pid})`);
    if (version !== undefined && runner.agentVersion !== undefined && version !== runner.agentVersion) log.line(`the Egg asks for agent ${runner.agentVersion}; on this machine the one that is installed runs`);
    return look(agent, { path, ...(version === undefined ? {} : { version }), pid: agent.pid });
  }

  /** Looks after a living agent: passes wishes on, tells how it is. */
  async function look(agent: RunningAgent, about: NonNullable<Status["agent"]>, orphan = false): Promise<"again" | { readonly failed: string }> {
    let ended: string | undefined;
    const end = agent.ended.then((how) => {
      ended = how;
      waker.wake();
    });
    const lookedFrom = input.now();
    let jobs: number | undefined;
    // An agent takes jobs only after it has begun to answer for its metrics; one that was found may have one.
    let hasAnswered = orphan;
    let quitAt: number | undefined;
    let abortedAt: number | undefined;
    let killed = false;
    let reading = false;
    /** What is to be done with the secrets that were read meanwhile. */
    let arrived: (() => Promise<void>) | undefined;
    const readAnew = (): void => {
      const asked = reloadWanted;
      reloadWanted = false;
      reading = true;
      void readSecrets()
        .then(
          (secrets) => (arrived = () => reloadAgent(agent, secrets, asked)),
          (error: unknown) => (arrived = () => Promise.reject(error)),
        )
        .finally(() => {
          reading = false;
          waker.wake();
        });
    };
    const abort = (): void => {
      agent.signal("SIGTERM");
      abortedAt = input.now();
    };
    try {
      while (ended === undefined) {
        if ((wish !== "run" || orphan) && quitAt === undefined) {
          agent.signal("SIGQUIT");
          quitAt = input.now();
        }
        if (wish === "stop" && abortedAt === undefined) abort();
        if (abortedAt !== undefined && !killed && (impatient || input.now() - abortedAt >= ABORT_MS)) {
          log.line("the agent does not end; it is killed");
          agent.signal("SIGKILL");
          killed = true;
        }
        if (hasAnswered && quitAt === undefined) {
          const give = arrived;
          arrived = undefined;
          await give?.();
          // A store may be slow: wishes and heartbeats don't wait for it.
          if (!reading && (reloadWanted || input.now() - readAt >= input.refreshMs)) readAnew();
        }
        const answer = await jobsOfAgent(agent.port);
        if (answer !== undefined && !hasAnswered) hasAnswered = true;
        jobs = answer;
        if (ended !== undefined) break;
        if (quitAt !== undefined && jobs === 0 && abortedAt === undefined && input.now() - quitAt >= IDLE_END_MS) abort();
        // Unknown counts as busy: a wrong "idle" would cost somebody's job.
        const busy = jobs === undefined ? hasAnswered || input.now() - lookedFrom >= IDLE_END_MS : jobs > 0;
        // One that was told to end takes no job: the runner is ready again with the next one.
        const ready = hasAnswered && quitAt === undefined;
        await report({ state: busy ? "busy" : ready ? "idle" : "starting", busy, ...(jobs === undefined ? {} : { jobs }), agent: about });
        await waker.pause(hasAnswered ? input.heartbeatMs : Math.min(STARTING_MS, input.heartbeatMs));
      }
    } catch (error) {
      // It must not outlive us, and its job must not be lost.
      if (quitAt === undefined) agent.signal("SIGQUIT");
      await end;
      throw error;
    }
    const how = `the agent ${ended ?? "ended"}`;
    log.line(how);
    return quitAt === undefined ? { failed: how } : "again";
  }

  /** Unasked, the agent is told only of what has changed: of a token that was rotated. */
  async function reloadAgent(agent: RunningAgent, secrets: RunnerSecrets, asked: boolean): Promise<void> {
    if (!asked && given !== undefined && isDeepStrictEqual(secrets, given)) return;
    if (secrets.missing.length > 0) {
      log.line(`not reloaded, the agent keeps what it has: ${secrets.missing.join("; ")}`);
      return;
    }
    await writeAgentConfig(secrets, agent.port);
    agent.signal("SIGHUP");
    log.line(asked ? "reloaded secrets and configuration" : "a secret has changed: reloaded");
  }

  async function supervise(): Promise<void> {
    await report({ state: "starting" });
    await mkdir(folder.work, { recursive: true, mode: 0o700 });
    const orphan = await findOrphan(folder, processes);
    if (orphan !== undefined) {
      log.line(`an agent of an earlier process is alive (process ${orphan.pid}); it may finish its job first`);
      await look(orphan, { path: "", pid: orphan.pid }, true);
    }
    let waitingFor = "";
    for (let tries = 0; wish === "run"; ) {
      reloadWanted = false;
      const startedAt = input.now();
      const outcome = await attempt().catch((error: Error) => ({ failed: error.message }));
      if (outcome === "again") continue;
      if (input.now() - startedAt >= WELL_AFTER_MS) tries = 0;
      if ("missing" in outcome) {
        const line = `waiting: ${outcome.missing.join("; ")}`;
        if (line !== waitingFor) log.line(line);
        waitingFor = line;
        await report(waiting(outcome.missing));
      } else {
        log.line(`failed: ${outcome.failed}`);
        await report({ state: "failed", reason: input.masker.mask(outcome.failed) });
      }
      await rest(pauseMs(tries), outcome);
      tries = reloadWanted ? 0 : tries + 1;
    }
    // The token is of no use to a runner that is off.
    await rm(folder.agentConfig, { force: true });
    await report({ state: "stopped" });
  }

  /** A store's own words are among the reasons. */
  const waiting = (missing: readonly string[]): Parameters<typeof report>[0] => ({ state: "waiting", missing: missing.map((line) => input.masker.mask(line)) });

  /** A pause that goes on beating, and ends when something is wished. */
  async function rest(ms: number, outcome: { readonly failed: string } | { readonly missing: readonly string[] }): Promise<void> {
    const until = input.now() + ms;
    while (wish === "run" && !reloadWanted && input.now() < until) {
      await waker.pause(Math.min(input.heartbeatMs, until - input.now()));
      await report("missing" in outcome ? waiting(outcome.missing) : { state: "failed", reason: input.masker.mask(outcome.failed) });
    }
  }

  return {
    drain() {
      if (wish === "run") {
        wish = "drain";
        drainMarked = existsSync(folder.drainMarker);
        log.line("draining: no new job, ends after the current one");
      }
      waker.wake();
    },
    stopNow() {
      if (wish === "stop") impatient = true;
      else log.line("stopping now: the current job is aborted");
      wish = "stop";
      waker.wake();
    },
    reload() {
      reloadWanted = true;
      if (wish === "drain" && drainMarked && !existsSync(folder.drainMarker)) {
        wish = "run";
        log.line("the wish to drain is taken back");
      }
      waker.wake();
    },
    done: supervise(),
  };
}
