import type { VariableDeclaration } from "./declarations";
import type { Context } from "./evaluation-context";
import { validationFailed, wrongDeclaration } from "./evaluation-diagnostics";
import type { Place, Problem } from "./evaluation-diagnostics";
import { valueAtTop } from "./evaluate";
import { conditionValue } from "./operators";
import type { Scope } from "./scope";
import { primitiveText } from "./convert";
import { isUnknown, Sensitive } from "./value";
import type { Value } from "./value";

/** Holds the value against every `validation` of its variable; all that fail are told. */
export function checkValidations(declaration: VariableDeclaration, value: Value, place: Place, scope: Scope, problems: Problem[]): void {
  if (declaration.broken || isUnknown(value)) return;
  for (const { condition, message } of declaration.validations) {
    const context: Context = { references: scope, source: declaration.source, problems };
    if (conditionValue(condition, context).holds !== false) continue;
    const rule = { source: declaration.source, span: condition };
    const text = valueAtTop(message, context);
    if (isUnknown(text)) continue;
    const shown = primitiveText(text);
    if (shown === undefined) problems.push(wrongDeclaration({ source: declaration.source, span: message }, "error_message must be a string"));
    else problems.push(validationFailed(place, declaration.name, text instanceof Sensitive ? "Its error message holds a sensitive value, so it is not shown." : shown, rule));
  }
}
