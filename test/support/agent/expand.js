"use strict";

/**
 * How gitlab-runner expands the value of a variable: Go's os.Expand, with `$$` for one "$".
 * Written after the documentation of Go's package os and of gitlab-runner's `environment`.
 */
const SPECIAL = new Set([..."*#$@!?-0123456789"]);
const isNameCharacter = (character) => /^[A-Za-z0-9_]$/.test(character);

function expand(text, lookUp) {
  let result = "";
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "$" || at + 1 === text.length) {
      result += text[at];
      continue;
    }
    const { name, width } = nameAt(text.slice(at + 1));
    if (name !== "") result += lookUp(name);
    else if (width === 0) result += "$";
    at += width;
  }
  return result;
}

/** The name after a "$"; no name with a width is a mistake that is swallowed. */
function nameAt(text) {
  if (text[0] === "{") {
    if (text.length > 2 && SPECIAL.has(text[1]) && text[2] === "}") return { name: text[1], width: 3 };
    const end = text.indexOf("}");
    if (end === 1) return { name: "", width: 2 };
    return end === -1 ? { name: "", width: 1 } : { name: text.slice(1, end), width: end + 1 };
  }
  if (SPECIAL.has(text[0])) return { name: text[0], width: 1 };
  let width = 0;
  while (width < text.length && isNameCharacter(text[width])) width++;
  return { name: text.slice(0, width), width };
}

/** The environment that a job gets from the `environment` of a `[[runners]]` section. */
function jobEnvironment(entries) {
  const variables = entries.flatMap((entry) => {
    const at = entry.indexOf("=");
    return at === -1 ? [] : [[entry.slice(0, at), entry.slice(at + 1)]];
  });
  const lookUp = (name) => (name === "$" ? "$" : /^[*#@!?0-9]$/.test(name) ? "" : (variables.findLast(([key]) => key === name)?.[1] ?? ""));
  return Object.fromEntries(variables.map(([key, value]) => [key, expand(value, lookUp)]));
}

module.exports = { expand, jobEnvironment };
