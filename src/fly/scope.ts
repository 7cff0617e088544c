import { nearest } from "../vocabulary/nearest";
import type { BlockSpec } from "../vocabulary/schema";
import { blockValues, REFERABLE_BLOCKS } from "./block-values";
import { readDeclarations } from "./declarations";
import type { Diagnostic } from "./diagnostic";
import { boundNames } from "./evaluation-context";
import type { Context, References } from "./evaluation-context";
import { incompleteReference, toDiagnostic, unknownName, unknownReference } from "./evaluation-diagnostics";
import type { Problem } from "./evaluation-diagnostics";
import { lazyValues } from "./lazy-values";
import type { SourceText } from "./source";
import type { Body, Expression } from "./syntax";
import { checkValidations } from "./validation";
import { compareStrings, UNKNOWN } from "./value";
import type { Value } from "./value";
import { variableValues } from "./variable-values";

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
export interface Scope extends References {
  /** Problems that belong to no single expression (cycles), found since the last call. */
  takeProblems(): readonly Problem[];
  /** Whether anything has asked for a block's attribute so far. */
  blocksReferred(): boolean;
}

export interface ScopeResult {
  readonly scope: Scope;
  /** Everything wrong with variables, their values and locals. */
  readonly diagnostics: readonly Diagnostic[];
  /** Texts that diagnostics may point into beside the given sources: values from `--var` and the environment. */
  readonly sources: readonly SourceText[];
}

/**
 * Finds the values of all variables and locals. Attributes of blocks are evaluated when something refers to them.
 * The order of `sources` does not matter.
 */
export function makeScope(input: ModuleInput): ScopeResult {
  const modules = [...input.sources].sort((a, b) => compareStrings(a.source.file, b.source.file));
  const incomplete = modules.some(({ body }) => body.incomplete);
  const problems: Problem[] = [];
  const { variables, locals } = readDeclarations(modules, problems);
  const { values, places, sources } = variableValues(variables, input.inputs ?? {}, modules, problems);
  const found: Problem[] = [];
  const lazy = lazyValues();
  const blocks = blockValues(modules, input.blocks ?? {}, (path, expression, source, user, use) => lazy.force(path, expression, source, [], user, use));

  let blocksReferred = false;

  const references: References = {
    ...(input.files ? { files: input.files } : {}),
    resolve(root, steps, context) {
      if (REFERABLE_BLOCKS.includes(root.name)) {
        blocksReferred = true;
        return blocks.resolve(root, steps, context);
      }
      if (root.name !== "var" && root.name !== "local") {
        context.problems.push(unknownName({ source: context.source, span: root }, root.name, suggestRoot(root.name, context)));
        return { value: UNKNOWN, used: steps.length };
      }
      const [step] = steps;
      if (step?.kind !== "access") {
        context.problems.push(incompleteReference({ source: context.source, span: root }, root.name));
        return { value: UNKNOWN, used: steps.length };
      }
      const name = step.name.name;
      const value = root.name === "var" ? values.get(name) : localValue(name, context, step);
      if (value !== undefined) return { value, used: 1 };
      // What is missing may stand where a file could not be read.
      if (incomplete) return { value: UNKNOWN, used: steps.length };
      const known = [...(root.name === "var" ? variables : locals).keys()].sort(compareStrings);
      const kind = root.name === "var" ? "variable" : "local";
      context.problems.push(unknownReference({ source: context.source, span: step.name }, kind, name, nearest(name, known), known));
      return { value: UNKNOWN, used: steps.length };
    },
  };

  function localValue(name: string, context: Context, use: Expression): Value | undefined {
    const local = locals.get(name);
    return local && lazy.force(`local.${name}`, local.expression, local.source, found, context, use);
  }

  /** A bare name may be meant as a variable, a local or one of the roots. */
  function suggestRoot(name: string, context: Context): string | undefined {
    if (variables.has(name)) return `var.${name}`;
    if (locals.has(name)) return `local.${name}`;
    return nearest(name, [...boundNames(context.bindings), "var", "local", ...REFERABLE_BLOCKS]);
  }

  const scope: Scope = { ...references, takeProblems: lazy.takeProblems, blocksReferred: () => blocksReferred };
  for (const local of locals.values()) {
    lazy.force(`local.${local.name}`, local.expression, local.source, found, { references: scope, source: local.source, problems: found }, local.expression);
  }
  for (const declaration of variables.values()) {
    checkValidations(declaration, values.get(declaration.name) ?? UNKNOWN, places.get(declaration.name) ?? declaration.place, scope, problems);
  }
  problems.push(...found, ...lazy.takeProblems());
  return { scope, diagnostics: problems.map(toDiagnostic), sources };
}
