import { join } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { canEncrypt } from "./encryption";
import type { EngineDiagnostic } from "./events";
import type { Engine } from "./find";
import { type ResourceOutcome, resourceOutcomes } from "./outcome";
import type { CommandResult } from "./run";
import { parseLock, type StateLock } from "./state-lock";
import { stateProblem, type StateProblemCode } from "./state-problem";
import { PRODUCT } from "./version";

/** What went wrong, for programs; each has a message and a way out of its own. */
export type EngineFailureCode =
  | "ENGINE_FAILED"
  | "INTERRUPTED"
  | "ENGINE_KILLED"
  | "ENGINE_DISK_FULL"
  | "ENGINE_STATE_LOCKED"
  | "ENGINE_STATE_UNSAVED"
  | "ENGINE_STATE_DAMAGED"
  | "ENGINE_STATE_NEWER"
  | StateProblemCode
  | "ENGINE_PLAN_STALE"
  | "ENGINE_INIT_REQUIRED"
  | "ENGINE_VERSION_WRONG";

/** The engine could not do what it was told, in its own words and in ours. */
export class EngineFailure extends GoslingError {
  declare readonly code: EngineFailureCode;
  /** The engine's own errors and warnings. */
  readonly diagnostics: readonly EngineDiagnostic[];
  /** What became of each resource that was touched. */
  readonly resources: readonly ResourceOutcome[];
  /** Whether all that was changed is in the state; a kill leaves it open. */
  readonly stateSaved: boolean | "unknown";
  /** Who holds the state, for `ENGINE_STATE_LOCKED`. */
  readonly lock?: StateLock;

  constructor(code: EngineFailureCode, message: string, options: { hint?: string; exitCode?: number; diagnostics: readonly EngineDiagnostic[]; resources: readonly ResourceOutcome[]; stateSaved: boolean | "unknown"; lock?: StateLock }) {
    super(code, message, options);
    this.name = "EngineFailure";
    this.diagnostics = options.diagnostics;
    this.resources = options.resources;
    this.stateSaved = options.stateSaved;
    this.lock = options.lock;
  }
}

/** Where the failing command ran. */
export interface FailureContext {
  readonly engine: Engine;
  readonly folder: string;
  /** The engine's word for what was done: `plan`, `apply` … */
  readonly command: string;
  /** File of a state that the engine could only print; default: the engine's own `errored.tfstate`. */
  readonly keptState?: string;
  /** Where the state is, for people. */
  readonly place?: string;
  /** References and ARNs of the keys that the engine was given. */
  readonly keys?: readonly string[];
  /** The unit that the stack belongs to, for commands that a person may run. */
  readonly unit?: string;
}

/** Whether the engine wants an init before it does what it was told. */
export function wantsInit(diagnostics: readonly EngineDiagnostic[]): boolean {
  return diagnostics.some(
    ({ severity, summary, detail }) =>
      severity === "error" &&
      (/initialization required|Inconsistent dependency lock file|Required plugins are not installed|Module not installed|Missing required provider|Failed to load state: (decoding|invalid)/i.test(summary) ||
        /(tofu|terraform) init/.test(detail)),
  );
}

/** Errors and warnings of a command, from its events or, for commands that only speak to people, from what they printed. */
export function diagnosticsOf(result: CommandResult): readonly EngineDiagnostic[] {
  const told = result.events.flatMap((event) => (event.kind === "diagnostic" ? [event.diagnostic] : []));
  return told.length > 0 || result.exitCode === 0 ? told : parsePrintedErrors(result.stderr);
}

/** The failure that a command's result tells of. */
export function toFailure(result: CommandResult, context: FailureContext): EngineFailure {
  const diagnostics = diagnosticsOf(result);
  const resources = resourceOutcomes(result.events);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const said = [...errors.map(({ summary, detail }) => `${summary}\n${detail}`), result.stderr].join("\n");
  const stack = `the stack in ${context.folder}`;
  const product = PRODUCT[context.engine.name];
  const unsaved = /Failed to persist state|Failed to save state|Error saving state/i.test(said);
  const own = join(context.folder, "errored.tfstate");
  const kept = context.keptState === undefined || context.keptState === own ? `It is kept in ${own}, and the next run puts it in its place.` : `It is kept in ${context.keptState}; move that to ${own}, and the next run puts it in its place.`;
  const changed = resources.length > 0;
  const fail = (code: EngineFailureCode, message: string, options: { hint?: string; exitCode?: number; stateSaved?: boolean | "unknown"; lock?: StateLock } = {}) =>
    new EngineFailure(code, message, { diagnostics, resources, stateSaved: !unsaved, ...options });

  if (result.signal !== null || result.interrupts >= 2) {
    const stateSaved = changed ? ("unknown" as const) : true;
    const what = changed ? "What it did last may be missing from the state." : "It had changed nothing.";
    const how = result.signal === null ? "dropped what it had in hand" : `was ended by ${result.signal}`;
    const wanted = result.interrupts > 0;
    const memory = result.signal === "SIGKILL" && !wanted ? " If nobody did that, the machine was probably out of memory." : "";
    return fail(wanted ? "INTERRUPTED" : "ENGINE_KILLED", `${product} ${how} during ${context.command} of ${stack}. ${what}`, {
      hint: `Run the same command again: it looks at what is there first.${memory}`,
      exitCode: wanted ? 130 : 1,
      stateSaved,
    });
  }
  if (/no space left on device|disk quota exceeded|ENOSPC|file too large/i.test(said)) {
    const state = unsaved ? ` The state could not be saved. ${kept}` : "";
    return fail("ENGINE_DISK_FULL", `No space is left on the disk: ${context.command} of ${stack} could not write its files.${state}`, { hint: "Make room and run the same command again." });
  }
  if (unsaved) {
    return fail("ENGINE_STATE_UNSAVED", `The state of ${stack} could not be saved. ${firstLine(errors)} ${kept}`, { hint: "Mend the cause and run the same command again." });
  }
  if (result.interrupts > 0) {
    return fail("INTERRUPTED", `Stopped during ${context.command} of ${stack}. ${changed ? "The state is saved." : "Nothing was changed."}`, {
      hint: "Run the same command again to go on.",
      exitCode: 130,
    });
  }
  const lock = parseLock(said);
  if (lock !== undefined) {
    const hint = lock.endsWithProcess
      ? "Wait until it has ended. The lock goes with the process that holds it."
      : context.unit !== undefined
        ? `Wait until it has ended. If it is gone for good: gosling state unlock ${context.unit}`
        : `Wait until it has ended. If it is gone for good: cd ${quoted(context.folder)} && ${quoted(context.engine.path)} force-unlock ${lock.id}`;
    const by = lock.holder ? `by ${lock.holder.who} since ${lock.holder.created} (${lock.holder.operation})` : `by another run (lock ${lock.id})`;
    return fail("ENGINE_STATE_LOCKED", `The state of ${stack} is locked ${by}.`, { hint, lock });
  }
  if (/Saved plan is stale/i.test(said)) {
    return fail("ENGINE_PLAN_STALE", `Something else has changed the state of ${stack} since this plan was made.`, { hint: "Plan again and look at the new plan." });
  }
  const problem = stateProblem(said, `The state of ${stack}${context.place === undefined ? "" : ` (${context.place})`}`, context.keys ?? []);
  if (problem !== undefined) return fail(problem.code, problem.message, { hint: problem.hint });
  const flat = said.replace(/\s+/g, " ");
  const newer = /created by (?:OpenTofu|Terraform) v?(\d[\w.-]*\w), which is newer/i.exec(flat) ?? /which is not supported by .* created by (?:OpenTofu|Terraform) v?(\d[\w.-]*\w)/i.exec(flat);
  if (newer !== null) {
    return fail("ENGINE_STATE_NEWER", `The state of ${stack} was written by version ${newer[1]} of the engine; ${context.engine.path} is ${product} ${context.engine.version}, too old to read it.`, {
      hint: `Use ${newer[1]} or newer: \`gosling engine install ${newer[1]}\`.`,
    });
  }
  if (/Unsupported state file format|state file could not be parsed|Error loading state|Failed to read state|invalid data format for decryption/i.test(said)) {
    return fail("ENGINE_STATE_DAMAGED", `The state of ${stack} cannot be read. ${firstLine(errors)}`, {
      // An engine that can't encrypt says the same of a state that is encrypted.
      hint: `${canEncrypt(context.engine) ? "" : "If OpenTofu has encrypted it, use OpenTofu: `gosling engine install`. "}Put the last good one in its place: a local state has a copy from before the last change beside it, with .backup at the end of its name; GitLab and a bucket with versions keep earlier ones.`,
    });
  }
  if (wantsInit(diagnostics)) return fail("ENGINE_INIT_REQUIRED", `${product} could not set up ${stack}. ${firstLine(errors)}`);
  const exit = errors.length === 0 ? `exit code ${result.exitCode}${result.stderr.trim() ? `: ${lastLine(result.stderr)}` : ""}` : describe(errors);
  const taken = errors.find(isNameTaken);
  const hint = taken && context.unit !== undefined ? `Where a deployment that was killed has made it, take it up: gosling state import ${context.unit} ${quoted(taken.address ?? "")} ID` : undefined;
  return fail("ENGINE_FAILED", `${product} failed in ${context.command} of ${stack}: ${exit}`, hint === undefined ? {} : { hint });
}

/** What clouds say of a name that is taken. */
export const NAME_TAKEN = /already exists?\b|AlreadyExists/i;

/** Whether a resource could not be made because there is one of its name. */
export function isNameTaken({ severity, address, summary, detail }: EngineDiagnostic): boolean {
  return severity === "error" && address !== undefined && NAME_TAKEN.test(`${summary} ${detail}`);
}

/** For a shell, where that is needed. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function describe(errors: readonly EngineDiagnostic[]): string {
  return errors
    .map(({ summary, detail, address, file, line }) => {
      const place = [address, file === undefined ? undefined : `${file}${line === undefined ? "" : `:${line}`}`].filter(Boolean).join(", ");
      return `${summary}${place ? ` (${place})` : ""}${detail ? `: ${detail}` : ""}`;
    })
    .join("\n");
}

function firstLine(errors: readonly EngineDiagnostic[]): string {
  const [first] = errors;
  if (first === undefined) return "";
  const text = [first.summary, first.detail.split("\n\n")[0]].filter(Boolean).join(": ").replace(/\s+/g, " ");
  return /[.!]$/.test(text) ? text : `${text}.`;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

/** Commands without `-json` print errors in a box, or as bare lines. */
function parsePrintedErrors(stderr: string): readonly EngineDiagnostic[] {
  const lines = stderr.replace(/\u001b\[[0-9;]*m/g, "").split("\n").map((line) => line.replace(/^[│╷╵]\s?/, "").trimEnd());
  const diagnostics: EngineDiagnostic[] = [];
  for (const block of lines.join("\n").split(/^(?=Error: |Warning: )/m)) {
    const [head = "", ...rest] = block.trim().split("\n");
    const [, severity, summary] = /^(Error|Warning): (.*)$/.exec(head) ?? [];
    if (summary !== undefined) diagnostics.push({ severity: severity === "Error" ? "error" : "warning", summary, detail: rest.join("\n").trim() });
  }
  return diagnostics;
}
