import type { Range } from "./source";

/** Something that Fly has to say about a file: plain data, rendered elsewhere (`render.ts`). */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** `FLY001` …; one meaning for each, never used again for another. */
  readonly code: string;
  /** One line without a full stop: what is wrong. */
  readonly summary: string;
  /** What was found, what was expected, "did you mean", the way out. */
  readonly detail?: string;
  /** As shown to people: relative to the Nest, `/` between folders. */
  readonly file: string;
  readonly range: Range;
  readonly related?: readonly RelatedRange[];
  readonly fix?: Fix;
}

/** Another place that belongs to the matter, such as the first of two duplicates. */
export interface RelatedRange {
  readonly message: string;
  readonly file: string;
  readonly range: Range;
}

/** One edit that mends it. */
export interface Fix {
  readonly description: string;
  readonly range: Range;
  readonly text: string;
}
