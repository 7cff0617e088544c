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
  /** A size in `unit` (MB and GB are 2^20 and 2^30 bytes); limits in that unit. */
  | { readonly kind: "size"; readonly unit: "MB" | "GB"; readonly min?: number; readonly max?: number }
  | { readonly kind: "cron" }
  | { readonly kind: "timezone" }
  | { readonly kind: "secret" }
  | { readonly kind: "host" }
  | { readonly kind: "condition" }
  | { readonly kind: "name" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly of: ValueType; readonly minItems?: number; readonly unique?: boolean }
  | { readonly kind: "map"; readonly of: ValueType; readonly keys?: "environment" | "tag" }
  /** Any value, as inside `agent_config`: kept as written. */
  | { readonly kind: "any" };

export interface AttributeSpec {
  readonly type: ValueType;
  /** A sentence or two: meaning, unit, limits. */
  readonly description: string;
  readonly required?: boolean;
  /** Value where the file says nothing; absent: nothing is assumed (then `defaultNote` tells what happens). */
  readonly default?: unknown;
  readonly defaultNote?: string;
  /** Extra check on the string itself, or on each string of a list; the message completes "NAME must …". */
  readonly pattern?: { readonly regex: RegExp; readonly message: string };
  /** A Fly literal for the reference page. */
  readonly example: string;
  /** Names a block of this kind in the Nest (`rift`). */
  readonly refersTo?: "rift" | "egg";
}

export interface BlockSpec {
  /** Base of its TypeScript names: `Egg` gives `EggProps` and `EggValues`. Unique. */
  readonly typeName: string;
  readonly description: string;
  /** Names of the labels (`name`), in order; most blocks have none. */
  readonly labels?: readonly string[];
  /** A label for the reference page. */
  readonly exampleLabel?: string;
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
  readonly blocks: Readonly<Record<string, NestedBlockSpec>>;
  /** Groups of attributes of which exactly one must be given. */
  readonly exactlyOne?: readonly (readonly string[])[];
}

export interface NestedBlockSpec extends BlockSpec {
  readonly required?: boolean;
  /** May stand more than once, told apart by its one label. In data it is a list whose items hold the label as `name`. */
  readonly many?: boolean;
  /** Where the file has no such block, it is as if an empty one stood there: its defaults hold. */
  readonly assumed?: boolean;
}

/**
 * Something a rule has against a value. `path` uses Fly names, labels and list indices, relative to the block that was
 * checked: `["pool", "apex", "min_count"]`, `["repositories", "repo", "api", "gitlab"]`, `["runner", "tags", 0]`.
 * A missing attribute or block is reported at the block that lacks it. Rules across blocks put the block's type and
 * label first: `["egg", "my-app", "rift"]`.
 */
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
  /** The part of the string at `path` that is meant, as UTF-16 indices (a word of a condition). */
  readonly span?: { readonly start: number; readonly end: number };
}
