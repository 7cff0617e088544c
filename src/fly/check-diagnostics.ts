import type { Problem } from "../vocabulary/schema";
import type { Diagnostic, Fix, RelatedRange } from "./diagnostic";
import type { Located } from "./locate";
import type { SourceText } from "./source";
import type { Span } from "./syntax";
import type { SensitiveWay } from "./value";

/** Where a problem's path leads: a file and a span in it. */
export interface LocatedIn extends Located {
  readonly source: SourceText;
}

/** What the vocabulary has against a value, at its place in the file. `find` locates paths, the related ones too. */
export function problemDiagnostic(problem: Problem, find: (problem: Pick<Problem, "code" | "path" | "span">) => LocatedIn): Diagnostic {
  const place = find(problem);
  const related = problem.related?.map(({ path, message }): RelatedRange => {
    const other = find({ code: problem.code, path });
    return { message, file: other.source.file, range: other.source.range(other.span) };
  });
  const range = place.source.range(place.span);
  return {
    severity: problem.severity,
    code: problem.code,
    summary: problem.summary,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    file: place.source.file,
    range,
    ...(related ? { related } : {}),
    ...(problem.suggestion === undefined ? {} : fix(problem.suggestion, place, range)),
  };
}

/** A known name in the place of an unknown one, in quotes where it stands for a whole string. */
function fix(suggestion: string, place: LocatedIn, range: Fix["range"]): { readonly fix?: Fix } {
  if (place.part === "expression") return {};
  const text = place.part === "string" ? JSON.stringify(suggestion) : suggestion;
  return { fix: { description: `write ${text}`, range, text } };
}

/**
 * A `sensitive` variable's value in an attribute. `target` is the place that it would reach,
 * `egg.my-app.environment.TOKEN`. The value itself is never shown.
 */
export function sensitiveValue(source: SourceText, span: Span, ways: readonly SensitiveWay[], target: string): Diagnostic {
  const shown = ways.map((way) => [...way, target].join(" → "));
  return {
    severity: "error",
    code: "FLY300",
    summary: "a sensitive value would reach the configuration",
    detail: `${shown.length > 1 ? "Its ways" : "Its way"}: ${shown.join("; ")}. Whatever stands here is written into configuration and state. Keep the value in a secret store and name it by a reference, such as secrets = { NAME = "vault://PATH/KEY" }.`,
    file: source.file,
    range: source.range(span),
  };
}
