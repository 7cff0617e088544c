import { RE2JS, RE2JSException } from "re2js";
import type { Matcher } from "re2js";
import { STRING } from "../type";
import type { Type } from "../type";
import { ListValue, TypedNull } from "../value";
import type { Value } from "../value";
import { ArgumentError, CallError, parameter } from "./function";
import type { FunctionTable } from "./function";

const compiled = new Map<string, RE2JS>();

/** The pattern in RE2 syntax, as the engines have it: no look-around, no back-references, time linear in the text. */
function compile(pattern: string, index: number): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  try {
    const regex = RE2JS.compile(pattern);
    if (compiled.size > 500) compiled.clear();
    compiled.set(pattern, regex);
    return regex;
  } catch (error) {
    if (error instanceof RE2JSException) throw new ArgumentError(index, `it is no regular expression in RE2 syntax: ${error.message}`);
    throw error;
  }
}

/** All matches from left to right; an empty one right behind another does not count. */
function* matches(regex: RE2JS, text: string): Generator<Matcher> {
  const matcher = regex.matcher(text);
  let end = -1;
  while (matcher.find()) {
    if (matcher.end() === matcher.start() && matcher.start() === end) continue;
    end = matcher.end();
    yield matcher;
  }
}

/** Without groups the matching text, with groups a tuple of them, with named groups an object. */
function resultOf(regex: RE2JS, matcher: Matcher): Value {
  const names = Object.entries(regex.namedGroups());
  const count = matcher.groupCount();
  const group = (index: number): Value => matcher.group(index) ?? new TypedNull(STRING);
  if (count === 0) return group(0);
  if (names.length === 0) return Array.from({ length: count }, (_, index) => group(index + 1));
  return new Map(names.map(([name, index]) => [name, group(index)]));
}

function resultType(regex: RE2JS): Type {
  const names = Object.keys(regex.namedGroups());
  const count = regex.groupCount();
  if (names.length > 0 && names.length < count) throw new ArgumentError(0, "either all of its groups have names, or none has");
  if (count === 0) return STRING;
  if (names.length === 0) return { kind: "tuple", elements: Array.from({ length: count }, () => STRING) };
  return { kind: "object", attributes: new Map(names.map((name) => [name, STRING])) };
}

/** Replaces every match; `$1`, `${1}`, `$name` and `${name}` in the replacement stand for groups, `$$` for `$`. */
export function replaceMatches(text: string, pattern: string, replacement: string): string {
  const regex = compile(pattern, 1);
  const names = regex.namedGroups();
  let result = "";
  let position = 0;
  for (const matcher of matches(regex, text)) {
    result += text.slice(position, matcher.start());
    result += replacement.replace(/\$(?:\$|\{(\w+)\}|(\w+))/gu, (_, braced: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare;
      if (name === undefined) return "$";
      const index = /^\d+$/.test(name) ? Number(name) : names[name];
      return index !== undefined && index <= matcher.groupCount() ? (matcher.group(index) ?? "") : "";
    });
    position = matcher.end();
  }
  return result + text.slice(position);
}

const parameters = [parameter("pattern", STRING), parameter("string", STRING)];

export const regex: FunctionTable = {
  regex: {
    parameters,
    call: ([pattern, text]) => {
      const expression = compile(pattern as string, 0);
      resultType(expression);
      for (const matcher of matches(expression, text as string)) return resultOf(expression, matcher);
      throw new CallError("the pattern does not match any part of the string");
    },
  },
  regexall: {
    parameters,
    call: ([pattern, text]) => {
      const expression = compile(pattern as string, 0);
      const type = resultType(expression);
      return new ListValue(type, Array.from(matches(expression, text as string), (matcher) => resultOf(expression, matcher)));
    },
  },
};
