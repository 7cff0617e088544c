/** Number of edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`; gives up beyond `limit`. */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  const left = [...a];
  const right = [...b];
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const current = [i];
    let smallest = i;
    for (let j = 1; j <= right.length; j++) {
      const replaced = at(previous, j - 1) + (left[i - 1] === right[j - 1] ? 0 : 1);
      let best = Math.min(replaced, at(previous, j) + 1, at(current, j - 1) + 1);
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) best = Math.min(best, at(beforePrevious, j - 2) + 1);
      current.push(best);
      smallest = Math.min(smallest, best);
    }
    if (smallest > limit) return limit + 1;
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

/**
 * The candidate that someone who wrote `name` most likely meant, for "did you mean". Case, `-` and `_` count
 * for little; a third of the letters may be wrong. Absent where nothing is near enough. Of equals the first in
 * alphabetical order wins, so that the order of candidates never matters.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor([...name].length / 3));
  const folded = fold(name);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    if (candidate === name) continue;
    const foldedCandidate = fold(candidate);
    const distance = foldedCandidate === folded ? 0 : editDistance(folded, foldedCandidate, limit);
    if (distance > limit || distance >= [...candidate].length) continue;
    if (!best || distance < best.distance || (distance === best.distance && candidate < best.candidate)) best = { candidate, distance };
  }
  return best?.candidate;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, "_");
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}
