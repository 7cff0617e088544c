/** A place in a file. `line` and `column` count from 1, columns in Unicode code points; `byte` is the UTF-8 offset from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly byte: number;
}

/** From `start` to before `end`. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** How many UTF-16 units lie between two remembered counts. */
const STRIDE = 128;
const BYTE_ORDER_MARK = 0xfeff;

/** One file's text with its name as shown to people (relative to the Nest where there is one). */
export class SourceText {
  private lines?: readonly number[];
  /** Code points and bytes before each multiple of `STRIDE`: a place costs the same wherever it lies. */
  private counts?: { readonly points: Float64Array; readonly bytes: Float64Array };

  constructor(
    readonly file: string,
    readonly text: string,
  ) {}

  /** Indices at which lines start. */
  lineStarts(): readonly number[] {
    if (!this.lines) {
      const starts = [0];
      for (let i = this.text.indexOf("\n"); i >= 0; i = this.text.indexOf("\n", i + 1)) starts.push(i + 1);
      this.lines = starts;
    }
    return this.lines;
  }

  /** The place of a UTF-16 index. A byte-order mark has bytes but no column. */
  position(index: number): Position {
    const line = this.lineIndex(index);
    const lineStart = line === 0 && this.text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : (this.lineStarts()[line] as number);
    const here = this.count(index);
    return { line: line + 1, column: Math.max(0, here.points - this.count(lineStart).points) + 1, byte: here.bytes };
  }

  /** The index at which the line of an index begins. */
  lineStart(index: number): number {
    return this.lineStarts()[this.lineIndex(index)] as number;
  }

  range(span: { readonly start: number; readonly end: number }): Range {
    return { start: this.position(span.start), end: this.position(span.end) };
  }

  /** The text of a line (from 1) without its line break. */
  line(number: number): string {
    const starts = this.lineStarts();
    const start = starts[number - 1];
    if (start === undefined) return "";
    return this.text.slice(start, starts[number] ?? this.text.length).replace(/\r?\n$/, "");
  }

  private lineIndex(index: number): number {
    const starts = this.lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private count(index: number): { points: number; bytes: number } {
    this.counts ??= this.countAll();
    const stride = Math.floor(index / STRIDE);
    const rest = countUnits(this.text, stride * STRIDE, index);
    return { points: (this.counts.points[stride] as number) + rest.points, bytes: (this.counts.bytes[stride] as number) + rest.bytes };
  }

  private countAll(): { points: Float64Array; bytes: Float64Array } {
    const size = Math.floor(this.text.length / STRIDE) + 1;
    const points = new Float64Array(size);
    const bytes = new Float64Array(size);
    for (let stride = 1; stride < size; stride++) {
      const one = countUnits(this.text, (stride - 1) * STRIDE, stride * STRIDE);
      points[stride] = (points[stride - 1] as number) + one.points;
      bytes[stride] = (bytes[stride - 1] as number) + one.bytes;
    }
    return { points, bytes };
  }
}

/** Code points and UTF-8 bytes from one index to another. A pair counts where its first half stands; a lone surrogate as U+FFFD. */
function countUnits(text: string, from: number, to: number): { points: number; bytes: number } {
  let points = 0;
  let bytes = 0;
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i);
    if (isLow(unit) && i > 0 && isHigh(text.charCodeAt(i - 1))) continue;
    points++;
    if (unit < 0x80) bytes++;
    else if (unit < 0x800) bytes += 2;
    else if (isHigh(unit) && isLow(text.charCodeAt(i + 1))) bytes += 4;
    else bytes += 3;
  }
  return { points, bytes };
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
