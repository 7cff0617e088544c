import type { Owner } from "../../gitlab";

/** Something of ours on a GitLab server that differs from the Nest, and what is done about it. */
export interface ConnectStep {
  readonly action: "create" | "change" | "remove";
  readonly what: "runner" | "webhook" | "schedule";
  readonly owner: Owner;
  /** What it is called there: a description, an address. */
  readonly name: string;
  /** What is set or changes, a few words each; never a secret. */
  readonly details: readonly string[];
}

/** A value that changes, as people read it. */
export function changeText(attribute: string, from: unknown, to: unknown): string {
  return `${attribute}: ${valueText(from)} → ${valueText(to)}`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.join(", ");
  if (typeof value === "boolean") return value ? "on" : "off";
  return value === undefined || value === "" ? "none" : String(value);
}
