/**
 * Whether a version is in a range of the forms that our package uses: `>= 20.19.0`, `>=0.21 <0.25`, `~10.7.0`, `0.21.0`.
 * A pre-release counts as the release that it leads to.
 */
export function isInRange(version: string, range: string): boolean {
  const found = numbersOf(version);
  const comparators = range.replace(/([<>=~^]+)\s+/g, "$1").split(/\s+/).filter(Boolean);
  return comparators.every((comparator) => {
    const [, operator = "", text = ""] = /^([<>=~^]*)(.*)$/.exec(comparator) ?? [];
    const wanted = numbersOf(text);
    const order = compare(found, wanted);
    switch (operator) {
      case ">=":
        return order >= 0;
      case "<":
        return order < 0;
      case "~":
        return order >= 0 && found[0] === wanted[0] && found[1] === wanted[1];
      case "":
      case "=":
        return order === 0;
      default:
        throw new Error(`the operator ${operator} of ${range} is not known here`);
    }
  });
}

function numbersOf(version: string): readonly number[] {
  const parts = version.replace(/^v/, "").split(/[-+]/)[0]?.split(".") ?? [];
  return [0, 1, 2].map((index) => Number(parts[index] ?? 0));
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const index of [0, 1, 2]) if (a[index] !== b[index]) return (a[index] ?? 0) - (b[index] ?? 0);
  return 0;
}
