import { randomBytes } from "node:crypto";
import { readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { GoslingError } from "../vocabulary/error";
import type { StateEncryption } from "./encryption";
import type { Environment } from "./environment";
import { type Action, type Change, type ChangeSummary, diagnosticEvents, type EngineDiagnostic, type EngineEvent, type OutputChange } from "./events";
import { diagnosticsOf, toFailure, wantsInit } from "./failure";
import type { Engine } from "./find";
import { readStamp, wantedStamp, writeStamp } from "./init-stamp";
import type { Interrupts } from "./interrupts";
import { type ResourceOutcome, resourceOutcomes } from "./outcome";
import { stackProviderEnvironment } from "./provider-cache";
import { keepDumpedState, recoverErroredState } from "./recover-state";
import { checkRequiredVersion } from "./required-version";
import { type CommandResult, jsonIn, runCommand } from "./run";
import { readState, type StateResource } from "./state";
import { placeOfState } from "./state-place";
import { trustEnvironment } from "./trust";

export interface StackOptions {
  readonly engine: Engine;
  /** The stack's folder: its configuration is there, and the engine works in it. */
  readonly folder: string;
  /** The surroundings' environment; what would disturb the engine is taken out of it. */
  readonly env: Environment;
  /** Variables for the engine and its provisioners on top of that, such as keys and `TF_VAR_…` with secrets. */
  readonly extra?: Environment;
  /** How state and plan files are encrypted. Default: as the surroundings say, which mostly is not at all. */
  readonly encryption?: StateEncryption;
  /** The unit that the stack belongs to: errors name the command that helps. */
  readonly unit?: string;
  readonly interrupts?: Interrupts;
  /** Called for each event of each command, in order, while the engine works. */
  readonly onEvent?: (event: EngineEvent) => void;
  /** Whether the state is locked while a command runs. `false` is for a look that changes nothing. Default: true. */
  readonly lock?: boolean;
  /** How long to wait for a state that somebody else holds. Default: not at all. */
  readonly lockTimeoutSeconds?: number;
  /** What an init does with the state where the backend has changed. Default: `reconfigure`, which leaves the old one where it is. */
  readonly onBackendChange?: "reconfigure" | "migrate";
}

/** Values of the stack's variables, by name. No secrets: those go by `extra`. */
export type StackVariables = Readonly<Record<string, unknown>>;

export interface PlanOptions {
  readonly variables?: StackVariables;
  /** Addresses of instances that are made anew. */
  readonly replace?: readonly string[];
  /** Addresses that the plan is limited to; default: everything. */
  readonly target?: readonly string[];
  /** Whether to look at what is really there. Default: true. */
  readonly refresh?: boolean;
  /** A plan that removes everything. */
  readonly destroy?: boolean;
  /** A plan that changes nothing but the state: it learns what was changed beside the engine. */
  readonly refreshOnly?: boolean;
  /** File for the plan, for `apply` later; relative to the stack's folder. It may hold secrets: mode 0600. */
  readonly out?: string;
}

export interface Plan {
  /** What an apply would do, without what stays. */
  readonly changes: readonly Change[];
  /** What somebody changed behind the engine's back. */
  readonly drift: readonly Change[];
  readonly summary: ChangeSummary;
  /** True where an apply would change nothing, outputs included. */
  readonly empty: boolean;
  readonly outputs: Readonly<Record<string, OutputChange>>;
  readonly warnings: readonly EngineDiagnostic[];
  /** The file that was asked for with `out`. */
  readonly file?: string;
}

export interface Applied {
  readonly resources: readonly ResourceOutcome[];
  readonly summary: ChangeSummary;
  /** Values of the outputs that are not sensitive. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly warnings: readonly EngineDiagnostic[];
}

export interface StackOutput {
  readonly value: unknown;
  readonly sensitive: boolean;
}

/** The operations on one stack. All of them reject with an `EngineFailure` where the engine fails. */
export interface Stack {
  readonly folder: string;
  /** Sets the folder up where that is needed; tells whether it was. Other operations do it themselves. */
  init(): Promise<boolean>;
  /** Checks the configuration alone, without state and variables; rejects where it has errors. Answers with the warnings. */
  validate(): Promise<readonly EngineDiagnostic[]>;
  plan(options?: PlanOptions): Promise<Plan>;
  /** Applies a saved plan (`Plan.file`), or plans and applies at once. A saved plan applies once. */
  apply(what: { readonly plan: string } | Omit<PlanOptions, "out">): Promise<Applied>;
  /** Removes everything that the state knows. The configuration that was applied last has to be in the folder: its provisioners run. */
  destroy(options?: Pick<PlanOptions, "variables" | "refresh" | "target">): Promise<Applied>;
  outputs(): Promise<Readonly<Record<string, StackOutput>>>;
  /** What the state knows, by address. Empty where nothing was applied yet. */
  resources(): Promise<readonly StateResource[]>;
  /** Addresses of everything that the state knows, data sources too. */
  list(): Promise<readonly string[]>;
  /** The whole state in clear, as the engine writes it; nothing where there is none. It holds secrets: for memory alone, never for a disk or a log. */
  pull(): Promise<string | undefined>;
  /**
   * Puts a state in the place of the one that is there, encrypted as the stack is.
   * The engine refuses one that is older, or that has another origin (lineage), unless it is forced.
   */
  push(state: string, options?: { readonly force?: boolean }): Promise<void>;
  /** Takes what exists into the state, under an address that the configuration has. Refused where the address is taken. */
  import(address: string, id: string, options?: Pick<PlanOptions, "variables">): Promise<void>;
  /** Breaks a lock that somebody left behind. */
  forceUnlock(lockId: string): Promise<void>;
}

const NO_CHANGES: ChangeSummary = { add: 0, change: 0, remove: 0, import: 0, forget: 0 };
/** A line of `state list`; warnings about the surroundings stand there too. */
const ADDRESS = /^(module\.|data\.|[a-z][\w-]*\.)\S/;
const IN_NO_PLAN: ReadonlySet<Action> = new Set<Action>(["noop", "read", "open", "renew", "close"]);

/** A stack to work with. Nothing is read or started before an operation asks for it. */
export function openStack(options: StackOptions): Stack {
  const { folder } = options;
  const lock = options.lock === false ? ["-lock=false"] : [`-lock-timeout=${options.lockTimeoutSeconds ?? 0}s`];
  /** Set by the first operation, so that one stack is set up and repaired once. */
  let ready = false;

  /** Where providers come from, and whom to trust; told once, for all commands. */
  let surroundings: Promise<Environment> | undefined;
  const lookAround = async (): Promise<Environment> => ({ ...(await stackProviderEnvironment(options)), ...(await trustEnvironment(options.env)) });

  const run = async (args: readonly string[], more: { readonly input?: string; readonly folder?: string } = {}) => {
    const extra = { ...(await (surroundings ??= lookAround())), ...options.extra, ...options.encryption?.extra };
    return runCommand({ path: options.engine.path, args, folder, env: options.env, extra, interrupts: options.interrupts, onEvent: options.onEvent, ...more });
  };
  const check = async (result: CommandResult, args: readonly string[], good: readonly number[] = [0]) => {
    if (result.signal === null && result.exitCode !== null && good.includes(result.exitCode)) return result;
    const dump = result.events.find((event) => event.kind === "state_dump");
    const keptState = dump && (await keepDumpedState(folder, dump.state));
    throw toFailure(result, {
      engine: options.engine,
      folder,
      command: args.slice(0, args[0] === "state" ? 2 : 1).join(" "),
      place: await placeOfState(folder),
      ...(keptState !== undefined && { keptState }),
      ...(options.encryption && { keys: options.encryption.keys }),
      ...(options.unit !== undefined && { unit: options.unit }),
    });
  };

  const init = async (force = false): Promise<boolean> => {
    const wanted = await stamped(folder, options.engine);
    const last = await readStamp(folder);
    if (!force && last?.inputs === wanted.inputs) return false;
    await checkRequiredVersion(folder, options.engine);
    const migrate = options.onBackendChange === "migrate" && last !== undefined && last.backend !== wanted.backend;
    // Terraform has no -json together with a migration.
    const args = ["init", "-input=false", "-no-color", ...(migrate ? ["-migrate-state", "-force-copy"] : ["-json", "-reconfigure"])];
    let result = await run(args);
    if (result.exitCode !== 0 && wantsInit(diagnosticsOf(result))) {
      // The engine's note about its backend is damaged, or is another engine's: it is made anew.
      await rm(join(folder, ".terraform", "terraform.tfstate"), { force: true });
      result = await run(args);
    }
    await check(result, args);
    // Once more: an init may have written the providers' lock file.
    await writeStamp(folder, await wantedStamp(folder, options.engine));
    return true;
  };

  const prepare = async () => {
    if (ready) return;
    await init();
    await recoverErroredState(folder, async (args, more) => check(await run(args, more), args), options.onEvent);
    ready = true;
  };

  /** Runs a command in a folder that is set up; where the engine wants an init all the same, that is done and the command runs once again. */
  const operate = async (args: readonly string[], good?: readonly number[], input?: string): Promise<CommandResult> => {
    await prepare();
    const result = await run(args, { input });
    const hasBegun = result.events.some((event) => event.kind === "apply_start");
    if (result.exitCode !== 1 || hasBegun || !wantsInit(diagnosticsOf(result))) return check(result, args, good);
    await init(true);
    return check(await run(args, { input }), args, good);
  };

  const withVariables = async <T>(variables: StackVariables | undefined, work: (args: readonly string[]) => Promise<T>): Promise<T> => {
    if (variables === undefined) return work([]);
    const file = await writeVariables(folder, variables);
    try {
      return await work([`-var-file=${file}`]);
    } finally {
      await rm(join(folder, file), { force: true });
    }
  };

  const change = (args: readonly string[], what: Omit<PlanOptions, "out">) =>
    withVariables(what.variables, async (variables) => toApplied(await operate([...args, ...lock, ...planArguments(what), ...variables])));

  return {
    folder,
    init: () => init(),
    validate: async () => {
      await prepare();
      const args = ["validate", "-json", "-no-color"];
      const result = await run(args);
      // Its answer is one object instead of events.
      const told = diagnosticEvents(jsonIn(result.stdout));
      return warningsOf((await check({ ...result, events: [...result.events, ...told] }, args)).events);
    },
    plan: (what = {}) =>
      withVariables(what.variables, async (variables) => {
        const out = what.out === undefined ? [] : [`-out=${what.out}`];
        const destroy = what.destroy ? ["-destroy"] : [];
        const args = ["plan", "-json", "-detailed-exitcode", "-input=false", "-no-color", ...lock, ...destroy, ...planArguments(what), ...variables, ...out];
        return toPlan(await operate(args, [0, 2]), what.out);
      }),
    apply: async (what) => {
      const args = ["apply", "-json", "-input=false", "-no-color", "-auto-approve"];
      if ("plan" in what) return toApplied(await operate([...args, ...lock, what.plan]));
      return change(what.destroy ? [...args, "-destroy"] : args, what);
    },
    destroy: (what = {}) => change(["apply", "-destroy", "-json", "-input=false", "-no-color", "-auto-approve"], what),
    outputs: async () => {
      const { stdout } = await operate(["output", "-json", "-no-color"]);
      const outputs = JSON.parse(jsonIn(stdout)) as Record<string, { value: unknown; sensitive?: boolean }>;
      return Object.fromEntries(Object.entries(outputs).map(([name, { value, sensitive }]) => [name, { value, sensitive: sensitive === true }]));
    },
    resources: async () => readState(jsonIn((await operate(["show", "-json", "-no-color"])).stdout)),
    list: async () => (await operate(["state", "list"])).stdout.split("\n").filter((line) => ADDRESS.test(line)),
    pull: async () => jsonIn((await operate(["state", "pull"])).stdout) || undefined,
    push: async (state, { force = false } = {}) => {
      await operate(["state", "push", ...lock, ...(force ? ["-force"] : []), "-"], [0], state);
    },
    import: (address, id, { variables } = {}) =>
      withVariables(variables, async (files) => {
        await operate(["import", "-input=false", "-no-color", ...lock, ...files, address, id]);
      }),
    forceUnlock: async (lockId) => {
      await operate(["force-unlock", "-force", lockId]);
    },
  };
}

async function stamped(folder: string, engine: Engine) {
  try {
    return await wantedStamp(folder, engine);
  } catch (error) {
    throw new GoslingError("STACK_MISSING", `The stack's configuration in ${folder} cannot be read.`, { hint: "Run `gosling synth`.", cause: error });
  }
}

function planArguments({ replace = [], target = [], refresh = true, refreshOnly = false }: PlanOptions): readonly string[] {
  return [...(refreshOnly ? ["-refresh-only"] : []), ...(refresh ? [] : ["-refresh=false"]), ...replace.map((address) => `-replace=${address}`), ...target.map((address) => `-target=${address}`)];
}

function toPlan({ events, exitCode }: CommandResult, file: string | undefined): Plan {
  const changes = events.flatMap((event) => (event.kind === "planned_change" && !IN_NO_PLAN.has(event.change.action) ? [event.change] : []));
  const drift = events.flatMap((event) => (event.kind === "resource_drift" ? [event.change] : []));
  // The engine tells them in no order.
  for (const list of [changes, drift]) list.sort((a, b) => compare(a.resource.address, b.resource.address));
  const outputs = events.reduce<Plan["outputs"]>((last, event) => (event.kind === "outputs" ? event.outputs : last), {});
  const plan = { changes, drift, summary: lastSummary(events), empty: exitCode === 0, outputs, warnings: warningsOf(events) };
  return file === undefined ? plan : { ...plan, file };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function toApplied({ events }: CommandResult): Applied {
  const last = events.reduce<Plan["outputs"]>((before, event) => (event.kind === "outputs" ? event.outputs : before), {});
  const outputs = Object.fromEntries(Object.entries(last).flatMap(([name, { sensitive, value }]) => (sensitive ? [] : [[name, value] as const])));
  return { resources: resourceOutcomes(events), summary: lastSummary(events), outputs, warnings: warningsOf(events) };
}

function lastSummary(events: readonly EngineEvent[]): ChangeSummary {
  return events.reduce((last, event) => (event.kind === "change_summary" ? event.summary : last), NO_CHANGES);
}

function warningsOf(events: readonly EngineEvent[]): readonly EngineDiagnostic[] {
  return events.flatMap((event) => (event.kind === "diagnostic" && event.diagnostic.severity === "warning" ? [event.diagnostic] : []));
}

const VARIABLES_FILE = /^\.gosling-(\d+)-[0-9a-f]+\.tfvars\.json$/;

/**
 * A file of its own for each command, for the owner alone, so that values stand in no process list
 * and two commands over one folder do not read each other's.
 *
 * @returns its name.
 */
async function writeVariables(folder: string, variables: StackVariables): Promise<string> {
  await removeOrphans(folder);
  const file = join(folder, `.gosling-${process.pid}-${randomBytes(6).toString("hex")}.tfvars.json`);
  try {
    await writeFile(file, JSON.stringify(variables), { mode: 0o600, flag: "wx" });
  } catch (error) {
    await rm(file, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    throw new GoslingError(code === "ENOSPC" ? "ENGINE_DISK_FULL" : "STACK_NOT_WRITABLE", `The stack's variables could not be written to ${folder} (${code}).`, {
      hint: code === "ENOSPC" ? "Make room and run the same command again." : "Check that the folder is there and belongs to you.",
      cause: error,
    });
  }
  return basename(file);
}

/** Files of processes that were killed before they could remove them. */
async function removeOrphans(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = VARIABLES_FILE.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
