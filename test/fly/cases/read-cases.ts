import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One line of a table: an expression and what it gives, as compact JSON, or that it is an error. */
export interface Case {
  readonly expression: string;
  readonly expected: { readonly json: string } | "error";
  /** OpenTofu knows it; Terraform does not, or answers otherwise. */
  readonly onlyTofu: boolean;
  /** Fly answers otherwise than the engines, on purpose: this is the engine's answer. */
  readonly engine?: { readonly json: string } | "error";
}

/** Folder of files that expressions read. */
export const FILES = "files";

export const CASES = ["numeric", "operators", "templates", "strings", "collections", "encoding"] as const;

/**
 * Reads `NAME.txt`: an expression over one or more lines, then `=> JSON` or `=> error`; `=> [tofu] …` where only
 * OpenTofu is the oracle, `=> [fly] …` where Fly differs on purpose, followed by `=> [engine] …` or `=> [tofu] …`.
 */
export function readCases(name: (typeof CASES)[number]): readonly Case[] {
  const cases: Case[] = [];
  let expression: string[] = [];
  for (const line of readFileSync(join(__dirname, `${name}.txt`), "utf8").split("\n")) {
    const match = /^=> (?:\[(tofu|fly|engine)\] )?(.*)$/.exec(line);
    if (!match) {
      if (!line.startsWith("#") && (line !== "" || expression.length > 0)) expression.push(line);
      continue;
    }
    const answer = match[2] === "error" ? "error" : { json: match[2] as string };
    const last = cases.at(-1);
    if (last && expression.length === 0) cases[cases.length - 1] = { ...last, engine: answer, onlyTofu: match[1] === "tofu" };
    else {
      cases.push({ expression: expression.join("\n"), expected: answer, onlyTofu: match[1] === "tofu" });
      expression = [];
    }
  }
  return cases;
}
