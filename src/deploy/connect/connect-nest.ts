import { randomBytes } from "node:crypto";
import { mapConcurrent } from "../../engine/concurrency";
import type { Gitlab } from "../../gitlab";
import type { Nest } from "../../nest/model";
import { selectUnits } from "../../synth/plan-stacks";
import { nameOf, type Unit } from "../../synth/unit-specification";
import { GoslingError } from "../../vocabulary/error";
import type { HookStep } from "./diff-hooks";
import type { RunnerStep } from "./diff-runner";
import type { ScheduleStep } from "./diff-schedules";
import { applyHooks, planHooks } from "./hooks";
import { applyRunner, planRunner } from "./runner";
import { applySchedule, planSchedule } from "./schedules";
import { type GitlabSession, gitlabSession, type SessionOptions } from "./session";
import type { SecretWriter } from "./secret-writer";
import type { ConnectStep } from "./step";
import { connectableUnits, knownRegistrations, ownProjects, placeOf, type WantedConnection, wantedConnections } from "./wanted";

export interface ConnectOptions extends SessionOptions {
  /** Where tokens of runners and secrets of webhooks are kept. */
  readonly secrets: SecretWriter;
  /** Names of Eggs, buckets and Jobs; default: all of the Nest. */
  readonly targets?: readonly string[];
  /** Only look. */
  readonly dryRun?: boolean;
  /** What becomes of a unit whose API token is not there, or of a Job of a Nest that names no project. Default: it fails. */
  readonly missingToken?: "fail" | "skip";
  readonly randomBytes?: (size: number) => Buffer;
  /** Told of each unit as soon as it is looked at, and again when it is done. */
  readonly onUnit?: (unit: ConnectedUnit) => void;
}

export interface ConnectResult {
  /** By name, those without a difference too. */
  readonly units: readonly ConnectedUnit[];
  /** Whether anything differs, or differed. */
  readonly changes: boolean;
}

/** One unit, and what became of it. */
export interface ConnectedUnit {
  readonly unit: string;
  readonly kind: Unit["kind"];
  /** `planned`: it differs, and was only looked at; `skipped`: its API token isn't there, and may be missing. */
  readonly outcome: "unchanged" | "planned" | "changed" | "skipped" | "failed";
  readonly steps: readonly (ConnectStep & { readonly server: string; readonly error?: unknown })[];
  /** What is worth knowing, one sentence each. */
  readonly notes: readonly string[];
  /** Everything that went wrong, in the look and in the steps. */
  readonly errors: readonly unknown[];
}

/** A look at GitLab: what differs, and the way to make it so. */
export interface Connection {
  readonly planned: ConnectResult;
  /** Does what was planned, and nothing else. What fails stops nothing else. */
  apply(): Promise<ConnectResult>;
  /** Lets connections go. */
  close(): Promise<void>;
}

/** Units that are worked on at once. */
const AT_ONCE = 8;

/**
 * Makes runner registrations, webhooks and schedules on GitLab what the Nest says; `dryRun` only looks. A second time there is
 * nothing to do. One unit that fails stops no other: its errors are in the result.
 * @throws GoslingError `UNKNOWN_TARGET`
 */
export async function connectNest(nest: Nest, options: ConnectOptions): Promise<ConnectResult> {
  const connection = await lookAtGitlab(nest, options);
  try {
    return options.dryRun ? connection.planned : await connection.apply();
  } finally {
    await connection.close();
  }
}

/** Looks at everything and changes nothing. @throws GoslingError `UNKNOWN_TARGET` */
export async function lookAtGitlab(nest: Nest, options: ConnectOptions): Promise<Connection> {
  const all = connectableUnits(nest);
  const units = options.targets ? selectUnits(all, options.targets) : all;
  const session = gitlabSession(options);
  const look = { nest, options, session, known: knownRegistrations(nest), whole: options.targets === undefined };
  const settled = await mapConcurrent(units, (unit) => lookAtUnit(unit, look), AT_ONCE);
  const looks = settled.map((outcome): UnitLook => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
  return {
    planned: resultOf(looks.map(({ planned }) => planned)),
    async apply() {
      const done = await mapConcurrent(looks, (one) => applyUnit(one, options), AT_ONCE);
      return resultOf(done.map((outcome, index) => (outcome.status === "fulfilled" ? outcome.value : failed((looks[index] as UnitLook).planned, outcome.reason))));
    },
    close: () => session.close(),
  };
}

interface Look {
  readonly nest: Nest;
  readonly options: ConnectOptions;
  readonly session: GitlabSession;
  readonly known: ReadonlySet<string>;
  /** Whether all of the Nest is looked at, so that what is no longer in it is removed. */
  readonly whole: boolean;
}

interface UnitLook {
  readonly unit: Unit;
  readonly planned: ConnectedUnit;
  readonly work: readonly Work[];
}

/** The steps on one server, with one token. */
interface Work {
  readonly gitlab: Gitlab;
  readonly steps: readonly (RunnerStep | HookStep | ScheduleStep)[];
}

/** What a newcomer's Nest lacks. */
const NOT_YET: readonly string[] = ["GITLAB_TOKEN_MISSING", "NEST_PROJECT"];

async function lookAtUnit(unit: Unit, look: Look): Promise<UnitLook> {
  const { options } = look;
  const wanted = wantedConnections(unit, look.nest, options.env);
  const work: Work[] = [];
  const notes = new Set<string>();
  const problems: unknown[] = [];
  if (wanted.length === 0) problems.push(new GoslingError("NEST_PROJECT", "The Nest doesn't say which GitLab project it is, and a Job's schedule stands there", { hint: "Write project_id in the block repository of nest.fly." }));
  for (const one of wanted) {
    try {
      const { gitlab, warnings } = await look.session.open(one.server, one.apiToken, one.uses, placeOf(unit));
      for (const warning of warnings) notes.add(warning);
      for (const plan of plansOf(one, unit, gitlab, look)) {
        try {
          const found = await plan();
          work.push({ gitlab, steps: found.steps });
          for (const note of found.notes) notes.add(note);
        } catch (error) {
          problems.push(error);
        }
      }
    } catch (error) {
      problems.push(error);
    }
  }
  const skipped = options.missingToken === "skip" && problems.length > 0 && problems.every((problem) => problem instanceof GoslingError && NOT_YET.includes(problem.code));
  const steps = work.flatMap((part) => part.steps.map((step) => shown(step, part.gitlab)));
  const outcome = skipped ? "skipped" : problems.length > 0 ? "failed" : steps.length > 0 ? "planned" : "unchanged";
  const planned: ConnectedUnit = { unit: nameOf(unit), kind: unit.kind, outcome, steps, notes: [...notes], errors: problems };
  options.onUnit?.(planned);
  return { unit, planned, work };
}

type Plan = () => Promise<{ readonly steps: readonly (RunnerStep | HookStep | ScheduleStep)[]; readonly notes: readonly string[] }>;

/** What is looked at; the one that can't be leaves the others. */
function plansOf({ runner, hook, schedule }: WantedConnection, unit: Unit, gitlab: Gitlab, { nest, options, known, whole }: Look): readonly Plan[] {
  const world = { gitlab, resolve: (reference: string) => options.resolve(reference, placeOf(unit)) };
  const plans: Plan[] = [];
  if (runner) plans.push(() => planRunner(runner, known, { ...world, now: options.now() }));
  if (hook) plans.push(() => planHooks(hook, ownProjects(nest, gitlab.server), world));
  if (schedule) {
    // One Job of them all looks after the schedules that no Job has any more.
    const jobs = whole && nest.jobs[0]?.name === unit.name ? new Set(nest.jobs.map(({ name }) => name)) : undefined;
    plans.push(async () => ({ steps: await planSchedule(schedule, jobs, gitlab), notes: [] }));
  }
  return plans;
}

async function applyUnit({ unit, planned, work }: UnitLook, options: ConnectOptions): Promise<ConnectedUnit> {
  const place = placeOf(unit);
  const errors = new Map<ConnectStep, unknown>();
  const note = (step: ConnectStep, error: unknown): void => void errors.set(step, error);
  for (const { gitlab, steps } of work) {
    const world = {
      gitlab,
      resolve: (reference: string) => options.resolve(reference, place),
      secrets: { write: (reference: string, value: string) => options.secrets.write(reference, value, place) },
      randomBytes: options.randomBytes ?? randomBytes,
    };
    for (const step of steps) {
      if (step.what === "runner") await applyRunner(step, world).catch((error: unknown) => note(step, error));
      if (step.what === "schedule") await applySchedule(step, gitlab).catch((error: unknown) => note(step, error));
    }
    const hooks = steps.filter((step) => step.what === "webhook");
    if (hooks.length > 0) await applyHooks(hooks, world, note);
  }
  const steps = work.flatMap((part) => part.steps.map((step) => ({ ...shown(step, part.gitlab), ...(errors.has(step) && { error: errors.get(step) }) })));
  const all = [...planned.errors, ...errors.values()];
  const outcome = planned.outcome === "skipped" ? "skipped" : all.length > 0 ? "failed" : steps.length > 0 ? "changed" : "unchanged";
  const done: ConnectedUnit = { ...planned, outcome, steps, errors: all };
  options.onUnit?.(done);
  return done;
}

/** Without what only the shell needs. */
function shown({ action, what, owner, name, details }: ConnectStep, { server }: Gitlab): ConnectedUnit["steps"][number] {
  return { action, what, server, owner, name, details };
}

function failed(unit: ConnectedUnit, error: unknown): ConnectedUnit {
  return { ...unit, outcome: "failed", errors: [...unit.errors, error] };
}

function resultOf(units: readonly ConnectedUnit[]): ConnectResult {
  return { units, changes: units.some(({ steps }) => steps.length > 0) };
}
