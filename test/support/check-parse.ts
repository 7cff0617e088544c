import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { equalSyntax } from "../../src/fly/equal";
import { parse, parseInPieces } from "../../src/fly/parser";
import { print } from "../../src/fly/print";
import { renderDiagnostics } from "../../src/fly/render";
import { scan } from "../../src/fly/scanner";
import { SourceText } from "../../src/fly/source";
import { documentToJson } from "../../src/fly/to-json";
import { messyHcl, mulberry } from "./messy-hcl";
import { mutate } from "./mutate";

/** Longest time that any text of some kilobytes may take, as processor time: neighbours on the machine don't count. */
const LIMIT_MS = 1000;

/** Feeds `count` broken texts to the parser; each comes from the seed alone. Throws at the first that it can't bear. */
export function fuzz(seed: number, count: number, progress?: (done: number) => void): { readonly valid: number; readonly slowestMs: number } {
  const random = mulberry(seed);
  const seeds = sampleTexts();
  let valid = 0;
  let slowestMs = 0;
  for (let done = 0; done < count; done++) {
    const pick = () => (random() < 0.7 ? (seeds[Math.floor(random() * seeds.length)] as string) : messyHcl(Math.floor(random() * 2 ** 31)));
    const text = mutate(pick(), pick(), random);
    const start = process.cpuUsage();
    let problem: string | undefined;
    try {
      const result = checkParse(text);
      problem = result.problem;
      if (result.valid) valid++;
    } catch (error) {
      problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    let tookMs = cpuSince(start);
    // The collector of a process that has done much before may have struck just now: what is slow is slow again.
    for (let again = 0; again < 2 && problem === undefined && tookMs > LIMIT_MS; again++) tookMs = Math.min(tookMs, cpuOf(() => void checkParse(text)));
    slowestMs = Math.max(slowestMs, tookMs);
    if (tookMs > LIMIT_MS) problem ??= `took ${(tookMs / 1000).toFixed(1)} s`;
    if (problem !== undefined) throw new Error(`seed ${seed}, input ${done}: ${problem}\n${JSON.stringify(text).slice(0, 2000)}`);
    progress?.(done + 1);
  }
  return { valid, slowestMs };
}

function sampleTexts(): string[] {
  const samples = join(__dirname, "../fly/samples");
  return readdirSync(samples).filter((name) => name !== "nesting-limit").sort().map((name) => readFileSync(join(samples, name, "main.fly"), "utf8"));
}

/** What must hold for every text there is. */
export function checkParse(text: string): { readonly valid: boolean; readonly problem?: string } {
  const source = new SourceText("fuzz.fly", text);
  const { body, diagnostics } = parse(source);
  const valid = diagnostics.length === 0;
  const problem = checkTokens(text) ?? checkSpans(body, text) ?? checkDiagnostics() ?? checkPieces();
  if (problem !== undefined) return { valid, problem };
  renderDiagnostics(diagnostics, new Map([[source.file, source]]));
  if (valid) {
    JSON.parse(documentToJson(source, body));
    const again = parse(new SourceText("fuzz.fly", print(body)));
    if (again.diagnostics.length > 0 || !equalSyntax(again.body, body)) return { valid, problem: "printed and parsed again, it is another tree" };
  }
  return { valid };

  /** Cut wherever it may be, it is the same file, or none. */
  function checkPieces(): string | undefined {
    const pieces = parseInPieces(source, 1);
    return pieces && !isDeepStrictEqual(pieces, { body, diagnostics }) ? "read in pieces, it is another tree" : undefined;
  }

  function checkDiagnostics(): string | undefined {
    const bytes = Buffer.byteLength(text);
    for (const { range, related = [], fix, summary } of diagnostics) {
      for (const { start, end } of [range, ...related.map((place) => place.range), ...(fix ? [fix.range] : [])]) {
        if (start.byte > end.byte || end.byte > bytes || start.line < 1 || start.column < 1) return `the place of "${summary}" is none of the text`;
      }
    }
    const broken = JSON.stringify(body, (key, value: unknown) => (key === "name" ? undefined : value)).match(/"kind":"invalid"|"incomplete":true/);
    return valid && broken ? "it is broken, and nothing is said about it" : undefined;
  }
}

/** Tokens stand one behind the other, with nothing but white space between them, and end with the text. */
function checkTokens(text: string): string | undefined {
  let end = 0;
  for (const token of scan(text)) {
    if (token.start < end || token.end < token.start) return `the token at ${token.start} goes back`;
    if (!/^\ufeff?[ \t]*$/.test(text.slice(end, token.start))) return `the text before ${token.start} belongs to no token`;
    end = token.end;
  }
  return end === text.length ? undefined : "the tokens end before the text";
}

/** Each node lies in the text, and in the node around it. */
function checkSpans(node: unknown, text: string, start = 0, end = text.length): string | undefined {
  if (Array.isArray(node)) {
    for (const item of node) {
      const problem = checkSpans(item, text, start, end);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  if (typeof node !== "object" || node === null) return undefined;
  const span = { start, end, ...(node as { start?: number; end?: number }) };
  if (span.start < start || span.end > end || span.start > span.end) return `a ${(node as { kind?: string }).kind} from ${span.start} to ${span.end} is not inside of ${start} to ${end}`;
  return checkSpans(Object.values(node), text, span.start, span.end);
}

/** Milliseconds of CPU, of all threads of this process. */
function cpuSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function cpuOf(work: () => void): number {
  const start = process.cpuUsage();
  work();
  return cpuSince(start);
}
