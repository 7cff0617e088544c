import type { ConnectedUnit, ConnectResult, ConnectStep } from "../../deploy/connect";
import { GoslingError, messageOf } from "../../vocabulary/error";
import type { Palette } from "./color";
import { renderTable } from "./table";

/** What differs between the Nest and GitLab: a table, what is worth knowing, who could not be looked at (`withFailures`), then the sum. */
export function renderDifference(result: ConnectResult, paint: Palette, withFailures = true): string {
  const rows = result.units.flatMap(({ unit, steps }) => steps.map((step) => [sign(step, paint), unit, step.what, `${step.owner.kind} ${step.owner.id} on ${step.server}`, step.name, step.details.join("; ")]));
  const table = rows.length === 0 ? "" : `${renderTable([{ title: "" }, { title: "UNIT" }, { title: "WHAT" }, { title: "WHERE" }, { title: "NAME" }, { title: "DETAILS" }], rows)}\n`;
  const count = (action: ConnectStep["action"]): number => result.units.reduce((sum, { steps }) => sum + steps.filter((step) => step.action === action).length, 0);
  const same = result.units.filter(({ outcome }) => outcome === "unchanged").length;
  const sum = result.changes ? `Plan: ${count("create")} to create, ${count("change")} to change, ${count("remove")} to remove; ${unitCount(same)} as the Nest says.\n` : sameText(result);
  return `${table}${notes(result, paint)}${withFailures ? failures(result.units, paint) : ""}${sum}`;
}

/** What became of it: who failed and why, then the sum. */
export function renderConnected(result: ConnectResult, paint: Palette): string {
  const totals = (["changed", "unchanged", "failed"] as const).flatMap((outcome) => {
    const units = result.units.filter((unit) => unit.outcome === outcome).length;
    return units === 0 ? [] : [`${units} ${outcome === "unchanged" ? "as the Nest says" : outcome === "changed" ? "connected" : "failed"}`];
  });
  return `${failures(result.units, paint)}${totals.join(", ")}.\n`;
}

function sign({ action }: ConnectStep, paint: Palette): string {
  return { create: paint.green("+"), change: paint.yellow("~"), remove: paint.red("-") }[action];
}

function notes({ units }: ConnectResult, paint: Palette): string {
  return units.flatMap((unit) => unit.notes.map((note) => `${paint.yellow("!")} ${unit.unit}: ${note}\n`)).join("");
}

function failures(units: readonly ConnectedUnit[], paint: Palette): string {
  const rows = units.flatMap(({ unit, outcome, steps, errors }) => {
    if (outcome !== "failed") return [];
    return errors.flatMap((error) => {
      const step = steps.find((one) => one.error === error);
      return [[paint.red("✗"), unit, step ? `${step.action} ${step.what}` : "", messageOf(error)], ...hintOf(error).map((hint) => ["", "", "", paint.dim(hint)])];
    });
  });
  return rows.length === 0 ? "" : `${renderTable([{ title: "" }, { title: "FAILED" }, { title: "AT" }, { title: "REASON" }], rows)}\n`;
}

function hintOf(error: unknown): readonly string[] {
  return error instanceof GoslingError && error.hint !== undefined ? [error.hint] : [];
}

function sameText({ units }: ConnectResult): string {
  const same = units.filter(({ outcome }) => outcome === "unchanged").length;
  if (same === units.length) return `Nothing to do: ${unitCount(same)} as the Nest says.\n`;
  return same === 0 ? "" : `Nothing to do for the others: ${unitCount(same)} as the Nest says.\n`;
}

function unitCount(count: number): string {
  return count === 1 ? "1 unit" : `${count} units`;
}
