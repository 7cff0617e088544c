import type { BlockSpec } from "../vocabulary/schema";
import type { Diagnostic } from "./diagnostic";
import type { SourceText } from "./source";
import type { Body } from "./syntax";

/** All that the evaluation of a Nest is made from. Nothing else is read: no process environment, no disk. */
export interface ModuleInput {
  /** Every file of the Nest, in any order. */
  readonly sources: readonly ModuleSource[];
  readonly inputs?: VariableInputs;
  /** For `file`, `fileexists` and `templatefile`; without it those functions find nothing. */
  readonly files?: NestFiles;
  /** Vocabulary of the blocks that can be referred to (`egg` …): an attribute that is not written has its default there. */
  readonly blocks?: Readonly<Record<string, BlockSpec>>;
}

export interface ModuleSource {
  readonly source: SourceText;
  readonly body: Body;
}

/** Where values of variables come from, highest first. */
export interface VariableInputs {
  /** `--var NAME=TEXT`, in the order given; the last of a name wins. */
  readonly arguments?: readonly { readonly name: string; readonly value: string }[];
  /** `--var-file`, parsed, in the order given; the last wins. */
  readonly files?: readonly ModuleSource[];
  /** The environment; only names that start with `FLY_VAR_` count. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `nest.flyvars`, parsed. */
  readonly defaults?: ModuleSource;
}

/** Files of the Nest by their path relative to its root, `/` between folders, normalised. */
export interface NestFiles {
  /** Follows symbolic links and refuses (`outside`) what leaves the Nest. */
  read(path: string): NestFile;
}

export type NestFile =
  | { readonly kind: "file"; readonly content: Uint8Array }
  | { readonly kind: "missing" | "folder" | "outside" }
  | { readonly kind: "unreadable"; readonly reason: string };

/** What names mean: variables, locals, and the blocks that can be referred to. Made by `makeScope`, used by `evaluate`. */
export interface Scope {
  readonly kind: "scope";
}

export interface ScopeResult {
  readonly scope: Scope;
  /** Everything wrong with variables, their values and locals. */
  readonly diagnostics: readonly Diagnostic[];
  /** Texts that diagnostics may point into beside the given sources: values from `--var` and the environment. */
  readonly sources: readonly SourceText[];
}
