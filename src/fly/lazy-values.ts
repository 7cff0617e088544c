import type { Context } from "./evaluation-context";
import { cycle } from "./evaluation-diagnostics";
import type { Place, Problem } from "./evaluation-diagnostics";
import { valueAtTop } from "./evaluate";
import type { SourceText } from "./source";
import type { Expression } from "./syntax";
import { compareStrings, mapMarks, UNKNOWN } from "./value";
import type { Value } from "./value";

export interface LazyValues {
  /**
   * The value of the expression that `path` names (`local.a`, `egg.b.runner.tags`), evaluated at the first use.
   * Its problems go to `problems`. `use` is where `user` refers to it.
   */
  force(path: string, expression: Expression, source: SourceText, problems: Problem[], user: Context, use: Expression): Value;
  /** Cycles found since the last call. */
  takeProblems(): readonly Problem[];
}

interface Running {
  readonly path: string;
  readonly expression: Expression;
  /** Where the one before refers to it. */
  readonly use: Place;
}

const NO_PROBLEMS: readonly Problem[] = [];

/** Evaluates named expressions once each, and finds those that depend on themselves. */
export function lazyValues(): LazyValues {
  const done = new Map<Expression, Value>();
  const running: Running[] = [];
  const cyclic = new Set<Expression>();
  const told = new Set<string>();
  const problems: Problem[] = [];

  function force(path: string, expression: Expression, source: SourceText, own: Problem[], user: Context, use: Expression): Value {
    const known = done.get(expression);
    if (known !== undefined) return known;
    const place = { source: user.source, span: use };
    const start = running.findIndex((each) => each.expression === expression);
    if (start >= 0) {
      reportCycle(running.slice(start), place);
      return UNKNOWN;
    }
    running.push({ path, expression, use: place });
    let value: Value;
    try {
      value = valueAtTop(expression, { references: user.references, source, problems: own });
    } finally {
      running.pop();
    }
    if (cyclic.has(expression)) value = UNKNOWN;
    value = mapMarks(value, (ways) => ways.map((way) => [...way, path]));
    done.set(expression, value);
    return value;
  }

  /** One problem for each cycle, wherever it was entered: at the first of its names in alphabetical order. */
  function reportCycle(members: readonly Running[], closing: Place): void {
    for (const member of members) cyclic.add(member.expression);
    const first = members.reduce((least, member, index) => (compareStrings(member.path, (members[least] as Running).path) < 0 ? index : least), 0);
    const turned = [...members.slice(first), ...members.slice(0, first)];
    const paths = turned.map((member) => member.path);
    const key = paths.join("\n");
    if (told.has(key)) return;
    told.add(key);
    // The use of a member stands in the one before it; that of the first in the last.
    const usesNext = turned.map((_, index) => {
      const next = (first + index + 1) % members.length;
      return next === 0 ? closing : (members[next] as Running).use;
    });
    const related = usesNext.slice(1).map((place, index) => ({ message: `${paths[index + 1]} refers to ${paths[(index + 2) % paths.length]}`, place }));
    problems.push(cycle(usesNext[0] as Place, [...paths, paths[0] as string], related));
  }

  return { force, takeProblems: () => (problems.length === 0 ? NO_PROBLEMS : problems.splice(0)) };
}
