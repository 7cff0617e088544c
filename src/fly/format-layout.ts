import { columns } from "./format-columns";
import { spaceBetween } from "./format-spacing";
import { bracketChange, endsLine, type FormatToken } from "./format-token";

const INDENT = 2;

/**
 * A line in three cells, as indices into the tokens: what leads, the `=` of an assignment with its value, and a
 * closing comment. The last two are empty where the line has none. They line up with those of the lines around.
 */
interface Line {
  readonly start: number;
  readonly assign: number;
  readonly comment: number;
  readonly end: number;
}

/** Tokens with the white space of the canonical style between them. Takes time linear in their number. */
export function layOut(tokens: readonly FormatToken[]): string {
  const lines = cutIntoLines(tokens);
  const spaces = new Int32Array(tokens.length);
  space(tokens, lines, spaces);
  indent(tokens, lines, spaces);
  align(tokens, lines, spaces);
  let text = "";
  for (let index = 0; index < tokens.length; index++) {
    const gap = spaces[index] as number;
    if (gap === 1) text += " ";
    else if (gap > 0) text += " ".repeat(gap);
    text += (tokens[index] as FormatToken).text;
  }
  return text;
}

function cutIntoLines(tokens: readonly FormatToken[]): Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < tokens.length; ) {
    let end = start;
    while (end < tokens.length && !endsLine(tokens[end] as FormatToken)) end++;
    end = Math.min(end + 1, tokens.length);
    // A comment counts as closing the line only where it is its last token, so not before a newline of its own.
    const comment = end - start > 1 && (tokens[end - 1] as FormatToken).kind === "comment" ? end - 1 : end;
    lines.push({ start, assign: assignment(tokens, start, comment), comment, end });
    start = end;
  }
  return lines;
}

/** Where the line's first `=` stands, if the value after it closes as many brackets as it opens; else `end`. */
function assignment(tokens: readonly FormatToken[], start: number, end: number): number {
  let equals = start + 1;
  while (equals < end && (tokens[equals] as FormatToken).kind !== "=") equals++;
  return equals < end && balance(tokens, equals, end) === 0 ? equals : end;
}

function balance(tokens: readonly FormatToken[], start: number, end: number): number {
  let change = 0;
  for (let index = start; index < end; index++) change += bracketChange((tokens[index] as FormatToken).kind);
  return change;
}

/** One space or none inside of each cell. */
function space(tokens: readonly FormatToken[], lines: readonly Line[], spaces: Int32Array): void {
  for (const line of lines) {
    spaceCell(line.start, line.assign);
    spaceCell(line.assign, line.comment);
  }

  function spaceCell(start: number, end: number): void {
    for (let index = start + 1; index < end; index++) {
      const before = index - 2 >= start ? tokens[index - 2] : undefined;
      const after = index + 1 < end ? tokens[index + 1] : undefined;
      spaces[index] = spaceBetween(before, tokens[index - 1] as FormatToken, tokens[index] as FormatToken, after) ? 1 : 0;
    }
  }
}

/**
 * One step per line that opens more brackets than it closes, however many these are; a line that closes more than
 * it opens stands as deep as the one that opened the outermost of them.
 */
function indent(tokens: readonly FormatToken[], lines: readonly Line[], spaces: Int32Array): void {
  /** For each step, how many of its brackets are open. */
  const steps: number[] = [];
  for (const line of lines) {
    if ((tokens[line.start] as FormatToken).kind === "newline") continue;
    let change = leadBalance(tokens, line) + balance(tokens, line.assign, line.comment);
    if (change > 0) {
      spaces[line.start] = INDENT * steps.length;
      steps.push(change);
      continue;
    }
    while (change < 0 && steps.length > 0) {
      const open = steps.pop() as number;
      if (open + change > 0) steps.push(open + change);
      change = Math.min(0, open + change);
    }
    spaces[line.start] = INDENT * steps.length;
  }
}

/** What a heredoc holds does not count for the line that begins it. */
function leadBalance(tokens: readonly FormatToken[], line: Line): number {
  let end = line.start;
  while (end < line.assign && (tokens[end] as FormatToken).kind !== "heredoc-begin") end++;
  return balance(tokens, line.start, end);
}

/** Lines up the assignments of lines that follow each other, then their comments. */
function align(tokens: readonly FormatToken[], lines: readonly Line[], spaces: Int32Array): void {
  alignCells(
    (line) => (line.assign < line.comment ? line.assign : undefined),
    (line) => width(line.start, line.assign),
  );
  alignCells(
    (line) => (line.comment < line.end ? line.comment : undefined),
    (line) => width(line.start, line.comment),
  );

  function alignCells(cell: (line: Line) => number | undefined, widthBefore: (line: Line) => number): void {
    let run: { readonly index: number; readonly width: number }[] = [];
    for (const line of lines) {
      const index = cell(line);
      if (index !== undefined) {
        run.push({ index, width: widthBefore(line) });
        continue;
      }
      close();
    }
    close();

    function close(): void {
      if (run.length === 0) return;
      const widest = run.reduce((most, one) => Math.max(most, one.width), 0);
      for (const { index, width } of run) spaces[index] = widest - width + 1;
      run = [];
    }
  }

  function width(start: number, end: number): number {
    let sum = 0;
    for (let index = start; index < end; index++) sum += (spaces[index] as number) + columns((tokens[index] as FormatToken).text);
    return sum;
  }
}
