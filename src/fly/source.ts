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

/** One file's text with its name as shown to people (relative to the Nest where there is one). */
export class SourceText {
  private lines?: readonly number[];

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

  position(index: number): Position {
    const starts = this.lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= index) low = middle;
      else high = middle - 1;
    }
    const start = starts[low] as number;
    let column = 1;
    for (const _ of this.text.slice(start, index)) column++;
    return { line: low + 1, column, byte: Buffer.byteLength(this.text.slice(0, index)) };
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
}
