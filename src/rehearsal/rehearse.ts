import { type ChangeSummary, type Engine, type EngineDiagnostic, type EngineEvent, EngineFailure, type Environment, type Interrupts, openStack, type Stack, type StackVariables } from "../engine";
import { describeWorld, type RehearsedObject } from "./describe-world";
import { type RehearsalProvider, startProvider } from "./provider";
import { largest, overLimits, type RunnerLimits, type RunnerMark, type Runners, runners } from "./runners-variable";
import { copyForRehearsal, readStackSource } from "./stack-source";

export interface RehearseOptions {
  readonly engine: Engine;
  /** The surroundings' environment. Credentials in it are neither needed nor used. */
  readonly env: Environment;
  /** Limits of the Egg, for a stack with the variable `runners`. Default: one runner, and its limits are not tried. */
  readonly limits?: RunnerLimits;
  /** Which of its Egg's stacks it is, from 1. Default: 1. */
  readonly shard?: number;
  /** Revision of new runners. Default: `rehearsal`. */
  readonly revision?: string;
  /** How many runners the stack is scaled up to, within its limits. Default: 10. */
  readonly runners?: number;
  /** Values of further variables; those that the stack doesn't declare are left out. */
  readonly variables?: StackVariables;
  /** A provider with a world that is prepared. Default: a new one, which is stopped afterwards. */
  readonly provider?: RehearsalProvider;
  readonly interrupts?: Interrupts;
  readonly onEvent?: (event: RehearsalEvent) => void;
  /** Clock, in milliseconds. */
  readonly now?: () => number;
}

export type RehearsalEvent =
  | { readonly kind: "begin"; readonly step: StepName }
  | { readonly kind: "end"; readonly step: RehearsalStep }
  | { readonly kind: "engine"; readonly event: EngineEvent };

/**
 * `plan again` holds that an apply leaves nothing to do, `pass the limits` that the stack refuses more
 * runners than its Egg may have, `destroy` that nothing is left over.
 */
export type StepName = "validate" | "plan" | "apply" | "plan again" | "scale up" | "pass the limits" | "stop" | "start" | "scale down" | "destroy";

export interface RehearsalStep {
  readonly name: StepName;
  readonly outcome: "passed" | "failed";
  readonly durationMs: number;
  /** What it changed. */
  readonly changes?: Pick<ChangeSummary, "add" | "change" | "remove">;
}

export type RehearsalResult =
  /** It can't be rehearsed. */
  { readonly outcome: "skipped"; readonly reason: string } | PlayedStack;

export interface PlayedStack {
  readonly outcome: "passed" | "failed";
  readonly steps: readonly RehearsalStep[];
  /** What is in the cloud when the stack is at its largest; where it failed, what was there then. */
  readonly objects: readonly RehearsedObject[];
  /** The outputs that are not sensitive, of the first apply. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** What a rehearsal can't tell. */
  readonly unknowable: readonly string[];
  readonly failure?: RehearsalFailure;
}

export interface RehearsalFailure {
  readonly step: StepName;
  /** In one line. */
  readonly message: string;
  /** The engine's errors, in its own words. */
  readonly diagnostics: readonly EngineDiagnostic[];
}

/** What is true of every rehearsal, whatever its outcome. */
export const UNKNOWABLE: readonly string[] = [
  "what the providers' own code checks: formats of names and ARNs, allowed values",
  "quotas, capacity, prices",
  "permissions: your credentials', and those that the stack gives",
  "what is in your account already: networks, images, secrets, names that are taken",
  "what the machines do once they run",
];

/** What is true of machines on Yandex Cloud, too: their provider has no power state. */
const UNKNOWABLE_POWER = "start and stop of machines on Yandex Cloud: a deployment does it through the compute API";

const DEFAULT_RUNNERS = 10;

/**
 * Takes a stack through its whole life with the real engine, over providers in our own process: validate,
 * plan, apply, and for machines scaling up, passing the limits, stopping, starting, scaling down; then
 * destroy. Nothing outside of a temporary folder is read or changed: the stack's own back end isn't used.
 *
 * @param folder with the stack's `cdk.tf.json`.
 * @throws GoslingError `STACK_MISSING`; `INTERRUPTED` where `interrupts` asked for that.
 */
export async function rehearse(folder: string, options: RehearseOptions): Promise<RehearsalResult> {
  const source = await readStackSource(folder);
  if (source.obstacle !== undefined) return { outcome: "skipped", reason: source.obstacle };
  const copy = await copyForRehearsal(folder);
  const provider = options.provider ?? (await startProvider({ clouds: source.clouds }));
  try {
    const unknowable = source.clouds.includes("yandex") && source.variables.has("runners") ? [...UNKNOWABLE, UNKNOWABLE_POWER] : UNKNOWABLE;
    return { ...(await play(openCopy(copy.folder, provider, options), source.variables, provider, options)), unknowable };
  } finally {
    if (options.provider === undefined) await provider.stop();
    await copy.done();
  }
}

function openCopy(folder: string, provider: RehearsalProvider, { engine, env, interrupts, onEvent }: RehearseOptions): Stack {
  return openStack({ engine, folder, env, extra: provider.environment, ...(interrupts && { interrupts }), ...(onEvent && { onEvent: (event) => onEvent({ kind: "engine", event }) }) });
}

async function play(stack: Stack, declared: ReadonlySet<string>, { world }: RehearsalProvider, options: RehearseOptions): Promise<Omit<PlayedStack, "unknowable">> {
  const { limits, onEvent, now = () => performance.now() } = options;
  const steps: RehearsalStep[] = [];
  let objects: readonly RehearsedObject[] = [];
  let outputs: Readonly<Record<string, unknown>> = {};

  const given = Object.fromEntries(Object.entries(options.variables ?? {}).filter(([name]) => declared.has(name)));
  const mark: RunnerMark = { revision: options.revision ?? "rehearsal", shard: options.shard ?? 1, place: "0" };
  const withRunners = (map: Runners): StackVariables => (declared.has("runners") ? { ...given, runners: map } : given);
  const full = largest(limits ?? { apex: 1, total: 1 }, options.runners ?? DEFAULT_RUNNERS);
  const first = withRunners(runners(Math.min(1, full.on), full.on === 0 ? Math.min(1, full.off) : 0, mark));

  const step = async (name: StepName, work: () => Promise<RehearsalStep["changes"] | void>): Promise<void> => {
    onEvent?.({ kind: "begin", step: name });
    const start = now();
    const end = (outcome: RehearsalStep["outcome"], changes?: RehearsalStep["changes"]) => {
      const ended: RehearsalStep = { name, outcome, durationMs: Math.round(now() - start), ...(changes && { changes }) };
      steps.push(ended);
      onEvent?.({ kind: "end", step: ended });
    };
    try {
      const changes = await work();
      end("passed", changes ?? undefined);
    } catch (error) {
      end("failed");
      throw error;
    }
  };
  const apply = async (variables: StackVariables) => {
    const applied = await stack.apply({ variables });
    if (Object.keys(outputs).length === 0) outputs = applied.outputs;
    return counts(applied.summary);
  };
  const nothingLeft = async (variables: StackVariables) => {
    const plan = await stack.plan({ variables });
    if (!plan.empty) throw new Disagreement(`After the apply there is still something to do: ${plan.changes.map(({ action, resource }) => `${action} ${resource.address}`).join(", ") || "outputs change"}.`);
  };

  const scenes = async () => {
    await step("validate", async () => void (await stack.validate()));
    await step("plan", async () => counts((await stack.plan({ variables: first })).summary));
    await step("apply", () => apply(first));
    await step("plan again", () => nothingLeft(first));
    if (declared.has("runners")) {
      const largestMap = withRunners(runners(full.on, full.off, mark));
      await step("scale up", () => apply(largestMap));
      objects = describeWorld(world);
      if (limits) await step("pass the limits", () => refused(stack, overLimits(limits, mark).map(({ what, runners: map }) => ({ what, variables: withRunners(map) }))));
      await step("stop", () => apply(withRunners(runners(0, full.on + full.off, mark))));
      await step("start", () => apply(largestMap));
      await step("scale down", () => apply(withRunners({})));
    } else {
      objects = describeWorld(world);
    }
    await step("destroy", async () => {
      const { summary } = await stack.destroy({ variables: withRunners({}) });
      const left = world.objects();
      if (left.length > 0) throw new Disagreement(`The destroy left ${left.map(({ type, id }) => `${type} ${id}`).join(", ")}.`);
      return counts(summary);
    });
  };

  try {
    await scenes();
    return { outcome: "passed", steps, objects, outputs };
  } catch (error) {
    if (objects.length === 0) objects = describeWorld(world);
    return { outcome: "failed", steps, objects, outputs, failure: toFailure(error, (steps.at(-1) as RehearsalStep).name) };
  }
}

/** The engine was content, and the result is wrong all the same. */
class Disagreement extends Error {}

async function refused(stack: Stack, attempts: readonly { readonly what: string; readonly variables: StackVariables }[]): Promise<void> {
  for (const { what, variables } of attempts) {
    let accepted = true;
    try {
      // The variable's own rule speaks before anything is looked at.
      await stack.plan({ variables, refresh: false });
    } catch (error) {
      if (!(error instanceof EngineFailure) || !error.diagnostics.some(({ summary }) => REFUSAL.test(summary))) throw error;
      accepted = false;
    }
    if (accepted) throw new Disagreement(`The stack accepts ${what}.`);
  }
}

const REFUSAL = /Invalid value for (input )?variable|precondition failed/i;

function toFailure(error: unknown, step: StepName): RehearsalFailure {
  if (error instanceof Disagreement) return { step, message: error.message, diagnostics: [] };
  if (!(error instanceof EngineFailure) || error.code === "INTERRUPTED") throw error;
  const diagnostics = error.diagnostics.filter(({ severity }) => severity === "error");
  const [first] = diagnostics;
  return { step, message: first ? `${first.summary}${diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : ""}` : error.message, diagnostics };
}

function counts({ add, change, remove }: ChangeSummary): NonNullable<RehearsalStep["changes"]> {
  return { add, change, remove };
}
