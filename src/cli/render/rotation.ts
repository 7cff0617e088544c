import type { RotatedSecret } from "../../deploy/rotate";
import { GoslingError, messageOf } from "../../vocabulary/error";
import type { Palette } from "./color";
import { renderTable } from "./table";

/** What would be done, or was done, secret by secret; what is worth knowing; who failed and why; then the sum. */
export function renderRotation(all: readonly RotatedSecret[], paint: Palette): string {
  const marks: Readonly<Record<RotatedSecret["outcome"], string>> = { planned: paint.yellow("~"), rotated: paint.green("✓"), finished: paint.green("✓"), waiting: paint.yellow("!"), unchanged: paint.dim("="), failed: paint.red("✗") };
  const rows = all.map(({ units, what, reference, outcome, steps }) => [marks[outcome], units.join(", "), what, reference, outcome, steps.join("; ")]);
  const table = rows.length === 0 ? "" : `${renderTable([{ title: "" }, { title: "UNIT" }, { title: "WHAT" }, { title: "SECRET" }, { title: "OUTCOME" }, { title: "STEPS" }], rows)}\n`;
  const notes = all.flatMap((secret) => secret.notes.map((note) => `${paint.yellow("!")} ${secret.units.join(", ")}: ${note}\n`));
  const failures = all.flatMap(({ reference, error }) => (error === undefined ? [] : [`${paint.red("✗")} ${reference}: ${messageOf(error)}\n`, ...(error instanceof GoslingError && error.hint !== undefined ? [`  ${paint.dim(error.hint)}\n`] : [])]));
  return `${table}${[...notes, ...failures].join("")}${sumOf(all)}\n`;
}

function sumOf(all: readonly RotatedSecret[]): string {
  if (all.length === 0) return "There is nothing to rotate.";
  const counts = (["planned", "rotated", "finished", "waiting", "unchanged", "failed"] as const).flatMap((outcome) => {
    const count = all.filter((secret) => secret.outcome === outcome).length;
    return count === 0 ? [] : [`${count} ${outcome}`];
  });
  const next = all.some(({ outcome, what }) => outcome === "rotated" && what === "runner token") ? " Former registrations go with the next gosling rotate --finish, or connect, once no machine uses them." : "";
  return `${counts.join(", ")}.${next}`;
}
