import { nearest } from "../vocabulary/nearest";
import type { Context, References } from "./evaluation-context";
import { duplicateDeclaration, referenceNotAllowed, unknownInDeclaration, wrongDeclaration } from "./evaluation-diagnostics";
import type { Place, Problem } from "./evaluation-diagnostics";
import { valueAtTop } from "./evaluate";
import type { ModuleSource } from "./scope";
import type { SourceText } from "./source";
import type { Attribute, Block, Expression } from "./syntax";
import { typeConstraint } from "./type-constraint";
import { DYNAMIC } from "./type";
import type { Type } from "./type";
import { isUnknown, UNKNOWN } from "./value";

/** `variable "x" { … }` as written. */
export interface VariableDeclaration {
  readonly name: string;
  /** Its label: where the variable is declared. */
  readonly place: Place;
  readonly source: SourceText;
  readonly type: Type;
  /** Whether a value from the command line or the environment is a text as it stands: for simple types, and where no type is given. */
  readonly literal: boolean;
  readonly default?: Expression;
  readonly sensitive: boolean;
  readonly nullable: boolean;
  readonly validations: readonly Validation[];
  /** Its declaration has an error: nothing more is said about its value. */
  readonly broken: boolean;
}

export interface Validation {
  readonly condition: Expression;
  readonly message: Expression;
}

/** `x = …` in a `locals` block. */
export interface LocalDeclaration {
  readonly name: string;
  readonly expression: Expression;
  readonly source: SourceText;
  readonly place: Place;
}

export interface Declarations {
  readonly variables: ReadonlyMap<string, VariableDeclaration>;
  readonly locals: ReadonlyMap<string, LocalDeclaration>;
}

const ATTRIBUTES = ["type", "default", "description", "sensitive", "nullable"];
const IDENTIFIER = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u;

/** Collects the `variable` and `locals` blocks of all files. */
export function readDeclarations(sources: readonly ModuleSource[], problems: Problem[]): Declarations {
  const variables = new Map<string, VariableDeclaration>();
  const locals = new Map<string, LocalDeclaration>();
  for (const { source, body } of sources) {
    for (const item of body.items) {
      if (item.kind !== "block") continue;
      if (item.type.name === "variable") {
        const declared = readVariable(item, source, problems);
        if (declared) declare(variables, declared, "variable", problems);
      } else if (item.type.name === "locals") {
        for (const local of readLocals(item, source, problems)) declare(locals, local, "local", problems);
      }
    }
  }
  return { variables, locals };
}

function declare<T extends { readonly name: string; readonly place: Place }>(known: Map<string, T>, declared: T, kind: string, problems: Problem[]): void {
  const first = known.get(declared.name);
  if (first) problems.push(duplicateDeclaration(declared.place, kind, declared.name, first.place));
  else known.set(declared.name, declared);
}

function readLocals(block: Block, source: SourceText, problems: Problem[]): LocalDeclaration[] {
  const [label] = block.labels;
  if (label) problems.push(wrongDeclaration({ source, span: label }, "locals takes no label"));
  const locals: LocalDeclaration[] = [];
  for (const item of block.body.items) {
    if (item.kind === "block") problems.push(wrongDeclaration({ source, span: item.type }, "a block can't stand in locals", `Write ${item.type.name} = { … } for a local value.`));
    else locals.push({ name: item.name.name, expression: item.value, source, place: { source, span: item.name } });
  }
  return locals;
}

function readVariable(block: Block, source: SourceText, problems: Problem[]): VariableDeclaration | undefined {
  const [label, extra] = block.labels;
  if (!label || extra) {
    problems.push(wrongDeclaration({ source, span: extra ?? block.type }, "a variable has exactly one label, its name", 'Write variable "NAME" { … }.'));
    return undefined;
  }
  if (!IDENTIFIER.test(label.value)) {
    problems.push(wrongDeclaration({ source, span: label }, "the name of a variable must be an identifier", "It starts with a letter or _ and goes on with letters, digits, _ and -."));
    return undefined;
  }
  const before = problems.length;
  const owner = `variable "${label.value}"`;
  const attributes = new Map<string, Attribute>();
  const validations: Validation[] = [];
  for (const item of block.body.items) {
    const name = item.kind === "attribute" ? item.name : item.type;
    if (item.kind === "block") {
      if (name.name === "validation") readValidation(item, source, problems, validations);
      else problems.push(unknownInDeclaration({ source, span: name }, "block", name.name, owner, nearest(name.name, ["validation"]), ["validation"]));
    } else if (!ATTRIBUTES.includes(name.name)) {
      problems.push(unknownInDeclaration({ source, span: name }, "attribute", name.name, owner, nearest(name.name, ATTRIBUTES), ATTRIBUTES));
    } else attributes.set(name.name, item);
  }
  const context = constants("The declaration of a variable", source, problems);
  const typeExpression = attributes.get("type")?.value;
  const type = typeExpression ? typeConstraint(typeExpression, context) : DYNAMIC;
  const description = attributes.get("description");
  if (description && typeof constantOf(description.value, context) !== "string") {
    problems.push(wrongDeclaration({ source, span: description.value }, "the description of a variable must be a string"));
  }
  const defaultValue = attributes.get("default")?.value;
  return {
    name: label.value,
    place: { source, span: label },
    source,
    type: type ?? DYNAMIC,
    literal: !typeExpression || type?.kind === "string" || type?.kind === "number" || type?.kind === "bool",
    ...(defaultValue ? { default: defaultValue } : {}),
    // What can't be read is taken as sensitive, so that no other message shows it.
    sensitive: flag(attributes.get("sensitive"), false, true, context),
    nullable: flag(attributes.get("nullable"), true, true, context),
    validations,
    broken: problems.length > before,
  };
}

function readValidation(block: Block, source: SourceText, problems: Problem[], validations: Validation[]): void {
  const attributes = new Map<string, Attribute>();
  const known = ["condition", "error_message"];
  for (const item of block.body.items) {
    const name = item.kind === "attribute" ? item.name : item.type;
    if (item.kind === "attribute" && known.includes(name.name)) attributes.set(name.name, item);
    else problems.push(unknownInDeclaration({ source, span: name }, item.kind, name.name, "validation", nearest(name.name, known), known));
  }
  const condition = attributes.get("condition")?.value;
  const message = attributes.get("error_message")?.value;
  if (condition && message) validations.push({ condition, message });
  else problems.push(wrongDeclaration({ source, span: block.type }, `validation needs ${condition ? "error_message" : message ? "condition" : "condition and error_message"}`));
}

function flag(attribute: Attribute | undefined, absent: boolean, unreadable: boolean, context: Context): boolean {
  if (!attribute) return absent;
  const value = constantOf(attribute.value, context);
  if (typeof value === "boolean") return value;
  if (value !== undefined) context.problems.push(wrongDeclaration({ source: context.source, span: attribute.value }, `${attribute.name.name} must be true or false`));
  return unreadable;
}

/** The value of a constant; undefined where its error has been told. */
function constantOf(expression: Expression, context: Context): unknown {
  const value = valueAtTop(expression, context);
  return isUnknown(value) ? undefined : value;
}

/** A context where nothing can be referred to. `what` names what stands there, for the message. */
export function constants(what: string, source: SourceText, problems: Problem[]): Context {
  return { references: { constantsOnly: what, resolve: refuse } satisfies References, source, problems };
}

const refuse: References["resolve"] = (root, steps, context) => {
  const span = steps.at(-1) ?? root;
  context.problems.push(referenceNotAllowed({ source: context.source, span }, context.references.constantsOnly ?? ""));
  return { value: UNKNOWN, used: steps.length };
};
