/**
 * How the vocabulary is written down: every block and attribute once, as plain data. Validation, defaults,
 * the types of the Nest model and of the constructs' props (types.ts) and docs/fly.md come from it.
 */

/** Type of an attribute's value. `unit` says what a bare integer means. */
export type ValueType =
  | { readonly kind: "string" }
  | { readonly kind: "bool" }
  | { readonly kind: "integer"; readonly min?: number; readonly max?: number; readonly unit?: string }
  | { readonly kind: "number"; readonly min?: number; readonly max?: number; readonly unit?: string }
  | { readonly kind: "percent" }
  | { readonly kind: "duration"; readonly minSeconds?: number; readonly maxSeconds?: number }
  | { readonly kind: "size"; readonly unit: "MB" | "GB" }
  | { readonly kind: "cron" }
  | { readonly kind: "timezone" }
  | { readonly kind: "secret" }
  | { readonly kind: "host" }
  | { readonly kind: "condition" }
  | { readonly kind: "name" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly of: ValueType; readonly minItems?: number; readonly unique?: boolean }
  | { readonly kind: "map"; readonly of: ValueType; readonly keys?: "environment" | "tag" }
  /** Any value, as `agent_config`: kept as written. */
  | { readonly kind: "any" };

export interface AttributeSpec {
  readonly type: ValueType;
  /** A sentence or two: meaning, unit, limits. */
  readonly description: string;
  readonly required?: boolean;
  /** Value where the file says nothing; absent: nothing is assumed (then `defaultNote` tells what happens). */
  readonly default?: unknown;
  readonly defaultNote?: string;
  /** Extra check on the string itself; the message completes "NAME must …". */
  readonly pattern?: { readonly regex: RegExp; readonly message: string };
  /** A Fly literal for the reference page. */
  readonly example: string;
  /** Names a block of this kind in the Nest (`rift`). */
  readonly refersTo?: "rift" | "egg";
}

export interface BlockSpec {
  readonly description: string;
  /** Names of the labels (`name`), in order; most blocks have none. */
  readonly labels?: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
  readonly blocks: Readonly<Record<string, NestedBlockSpec>>;
  /** Groups of attributes of which exactly one must be given. */
  readonly exactlyOne?: readonly (readonly string[])[];
}

export interface NestedBlockSpec extends BlockSpec {
  readonly required?: boolean;
  /** May stand more than once (told apart by its label). */
  readonly many?: boolean;
}

/** Something a rule has against a value. `path` uses Fly names, labels and list indices: `["pool", "apex", "min_count"]`. */
export interface Problem {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly summary: string;
  readonly detail?: string;
  /** Other places that belong to it. */
  readonly related?: readonly { readonly path: readonly (string | number)[]; readonly message: string }[];
  /** Nearest known name, where a name was not known. */
  readonly suggestion?: string;
}
