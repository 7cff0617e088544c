import type { Engine } from "../../engine";
import type { Diagnostic } from "../../fly/diagnostic";
import { renderDiagnostics } from "../../fly/render";
import type { SourceText } from "../../fly/source";
import { placeInFly, type RehearsalFailure, type RehearsalResult, type RehearsalStep, type RehearsedObject } from "../../rehearsal";
import type { Service, SynthesizedStack, Unit } from "../../synth";
import type { Palette } from "./color";
import { renderTable } from "./table";

/** One stack, its unit, and how it went. */
interface Rehearsed {
  readonly stack: SynthesizedStack;
  readonly unit: Unit | Service;
  readonly result: RehearsalResult;
}

/** A stack's steps with their times, and what would be in the cloud. */
export function renderRehearsal({ stack, result }: Rehearsed, paint: Palette): string {
  const title = `${paint.bold(stack.name)}  ${stack.runnerType} on ${stack.cloud}`;
  if (result.outcome === "skipped") return `${title}: ${paint.dim(`not rehearsed, ${result.reason}`)}\n\n`;
  const steps = renderTable([{ title: "STEP" }, { title: "" }, { title: "SECONDS", align: "right" }, { title: "CHANGES" }], result.steps.map((step) => stepRow(step, paint)), { indent: 2 });
  const what = result.outcome === "failed" ? "In the cloud when it failed" : "In the cloud at its largest";
  const objects = result.objects.length === 0 ? `  ${what}: nothing\n` : `  ${what}: ${countOf(result.objects.length, "object")}\n${objectTable(result.objects)}`;
  return `${title}\n${steps}\n${objects}\n`;
}

function stepRow({ name, outcome, durationMs, changes }: RehearsalStep, paint: Palette): readonly string[] {
  const counts = changes ? ([[changes.add, "added"], [changes.change, "changed"], [changes.remove, "removed"]] as const).filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`).join(", ") || "none" : "";
  return [name, outcome === "passed" ? paint.green("ok") : paint.red("failed"), (durationMs / 1000).toFixed(2), name === "plan" ? counts.replace("added", "to add") : counts];
}

/** One row for each type. */
function objectTable(objects: readonly RehearsedObject[]): string {
  const types = [...new Set(objects.map(({ type }) => type))];
  const rows = types.map((type) => {
    const each = objects.filter((object) => object.type === type);
    return [type, String(each.length), namesOf(each)];
  });
  return renderTable([{ title: "TYPE" }, { title: "COUNT", align: "right" }, { title: "NAMES" }], rows, { indent: 2 });
}

/** More names than this in a row tell nobody anything. */
const NAMES = 3;

function namesOf(objects: readonly RehearsedObject[]): string {
  const names = objects.slice(0, NAMES).map(({ name }) => name).join(", ");
  return objects.length > NAMES ? `${names} …` : names;
}

/** The engine's words at the Fly line that they come from; at the Egg where that is not known. */
export function renderFailure({ unit, stack, result }: Rehearsed, sources: ReadonlyMap<string, SourceText>, color: boolean): string {
  const failure = result.outcome === "skipped" ? undefined : result.failure;
  return failure ? renderDiagnostics(failureDiagnostics(failure, unit, stack.name, sources), sources, { color }) : "";
}

function failureDiagnostics({ step, message, diagnostics }: RehearsalFailure, unit: Unit | Service, stack: string, sources: ReadonlyMap<string, SourceText>): readonly Diagnostic[] {
  const { file, range } = unit.place;
  const source = sources.get(file);
  const told = diagnostics.length > 0 ? diagnostics : [{ summary: message, detail: "" }];
  return told.map((each) => ({
    severity: "error",
    code: "FLY320",
    summary: each.summary.replace(/\.$/, ""),
    detail: [each.detail, `Stack ${stack}, step "${step}"${"address" in each && each.address !== undefined ? `, ${each.address}` : ""}.`].filter(Boolean).join("\n"),
    file,
    range: (source && placeInFly(each, unit, source)) ?? range,
  }));
}

/** How many stacks passed, and what that doesn't say. */
export function renderSummary(rehearsed: readonly Rehearsed[], engine: Engine, durationMs: number, quiet: boolean): string {
  const count = (outcome: RehearsalResult["outcome"]) => rehearsed.filter(({ result }) => result.outcome === outcome).length;
  const parts = [`${count("passed")} passed`, ...(count("failed") > 0 ? [`${count("failed")} failed`] : []), ...(count("skipped") > 0 ? [`${count("skipped")} not rehearsed`] : [])];
  const summary = `${countOf(rehearsed.length, "stack")} with ${engine.name} ${engine.version} in ${(durationMs / 1000).toFixed(1)} s: ${parts.join(", ")}\n`;
  const unknowable = new Set(rehearsed.flatMap(({ result }) => (result.outcome === "skipped" ? [] : result.unknowable)));
  if (quiet || unknowable.size === 0) return summary;
  return `${summary}\nA rehearsal can't tell:\n${[...unknowable].map((each) => `  - ${each}\n`).join("")}`;
}

function countOf(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
