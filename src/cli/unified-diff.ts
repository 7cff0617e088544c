/** Lines of context around a change. */
const CONTEXT = 3;
/** Above this many changed lines the search for the shortest script would take too long; the rest becomes one change. */
const MAX_CHANGES = 2000;

/** What changed between two texts, as `diff -u` writes it; empty where nothing did. */
export function unifiedDiff(oldName: string, newName: string, before: string, after: string): string {
  if (before === after) return "";
  const [left, right] = [splitLines(before), splitLines(after)];
  const changes = compareLines(left, right);
  const hunks = groupChanges(changes);
  return [`--- ${oldName}\n`, `+++ ${newName}\n`, ...hunks.map((hunk) => renderHunk(hunk, left, right))].join("");
}

/** Lines with their newlines; the last one may have none. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Lines `oldStart` to before `oldEnd` are replaced by `newStart` to before `newEnd`. */
interface Change {
  readonly oldStart: number;
  readonly oldEnd: number;
  readonly newStart: number;
  readonly newEnd: number;
}

/** The changes in order: equal lines at both ends are set aside, then a shortest edit script after Myers. */
function compareLines(left: readonly string[], right: readonly string[]): readonly Change[] {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  let [oldEnd, newEnd] = [left.length, right.length];
  while (oldEnd > start && newEnd > start && left[oldEnd - 1] === right[newEnd - 1]) {
    oldEnd--;
    newEnd--;
  }
  const [rows, columns] = [oldEnd - start, newEnd - start];
  const trace = shortestScript(rows, columns, (row, column) => left[start + row] === right[start + column]);
  if (!trace) return [{ oldStart: start, oldEnd, newStart: start, newEnd }];
  return joinSteps(trace, rows, columns).map((change) => ({
    oldStart: change.oldStart + start,
    oldEnd: change.oldEnd + start,
    newStart: change.newStart + start,
    newEnd: change.newEnd + start,
  }));
}

/**
 * For each number of edits, how far each diagonal got (`row - column`, shifted by the number of edits). Undefined
 * where it takes more than `MAX_CHANGES`.
 */
function shortestScript(rows: number, columns: number, equal: (row: number, column: number) => boolean): Int32Array[] | undefined {
  const trace: Int32Array[] = [];
  for (let edits = 0; edits <= Math.min(rows + columns, MAX_CHANGES); edits++) {
    const reach = new Int32Array(2 * edits + 1);
    const last = trace[edits - 1];
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let row = last ? rowAfterEdit(last, edits - 1, diagonal) : 0;
      while (row < rows && row - diagonal < columns && row - diagonal >= 0 && equal(row, row - diagonal)) row++;
      reach[diagonal + edits] = row;
      if (row >= rows && row - diagonal >= columns) {
        trace.push(reach);
        return trace;
      }
    }
    trace.push(reach);
  }
  return undefined;
}

/** The furthest row on `diagonal` one edit after `last`, which holds `edits` edits. */
function rowAfterEdit(last: Int32Array, edits: number, diagonal: number): number {
  const removed = diagonal - 1 >= -edits ? (last[diagonal - 1 + edits] as number) + 1 : -1;
  const added = diagonal + 1 <= edits ? (last[diagonal + 1 + edits] as number) : -1;
  return Math.max(removed, added);
}

/** Walks the trace back from the end and joins neighbouring edits. */
function joinSteps(trace: readonly Int32Array[], rows: number, columns: number): Change[] {
  const changes: Change[] = [];
  let [row, column] = [rows, columns];
  for (let edits = trace.length - 1; edits > 0; edits--) {
    const last = trace[edits - 1] as Int32Array;
    const diagonal = row - column;
    const reached = rowAfterEdit(last, edits - 1, diagonal);
    const removed = diagonal - 1 >= -(edits - 1) && (last[diagonal - 1 + edits - 1] as number) + 1 === reached;
    const [oldEnd, newEnd] = [reached, reached - diagonal];
    const [oldStart, newStart] = removed ? [oldEnd - 1, newEnd] : [oldEnd, newEnd - 1];
    const next = changes[0];
    if (next && next.oldStart === oldEnd && next.newStart === newEnd) changes[0] = { ...next, oldStart, newStart };
    else changes.unshift({ oldStart, oldEnd, newStart, newEnd });
    [row, column] = [oldStart, newStart];
  }
  return changes;
}

/** Changes whose context would meet stand in one hunk. */
function groupChanges(changes: readonly Change[]): readonly (readonly Change[])[] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const hunk = hunks.at(-1);
    const before = hunk?.at(-1);
    if (hunk && before && change.oldStart - before.oldEnd <= 2 * CONTEXT) hunk.push(change);
    else hunks.push([change]);
  }
  return hunks;
}

function renderHunk(changes: readonly Change[], left: readonly string[], right: readonly string[]): string {
  const [first, last] = [changes[0] as Change, changes[changes.length - 1] as Change];
  const leading = Math.min(CONTEXT, first.oldStart);
  const trailing = Math.min(CONTEXT, left.length - last.oldEnd);
  const [oldStart, newStart] = [first.oldStart - leading, first.newStart - leading];
  const lines: string[] = [];
  let at = oldStart;
  for (const change of changes) {
    for (; at < change.oldStart; at++) lines.push(renderLine(" ", left[at] as string));
    for (; at < change.oldEnd; at++) lines.push(renderLine("-", left[at] as string));
    for (let added = change.newStart; added < change.newEnd; added++) lines.push(renderLine("+", right[added] as string));
  }
  for (const end = at + trailing; at < end; at++) lines.push(renderLine(" ", left[at] as string));
  const newLength = last.newEnd + trailing - newStart;
  return `@@ -${place(oldStart, at - oldStart)} +${place(newStart, newLength)} @@\n${lines.join("")}`;
}

/** A hunk's place: the first line counted from 1 and, unless it is 1, how many; for none, the line before. */
function place(start: number, length: number): string {
  if (length === 0) return `${start},0`;
  return length === 1 ? `${start + 1}` : `${start + 1},${length}`;
}

function renderLine(sign: string, line: string): string {
  return line.endsWith("\n") ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`;
}
