import fc from "fast-check";
import { format } from "../../src/fly/format";
import { sameMeaning } from "../../src/fly/format-meaning";
import { parse } from "../../src/fly/parser";
import { scan } from "../../src/fly/scanner";
import { SourceText } from "../../src/fly/source";
import type { Body, Span } from "../../src/fly/syntax";
import { messyHcl } from "../support/messy-hcl";

const RUNS = { numRuns: Number(process.env["FC_RUNS"] ?? 200) };

/** Well-formed texts by their seeds; the few that are not are left out. */
const messyTexts = fc
  .integer({ min: 1, max: 2 ** 31 })
  .map((seed) => ({ seed, text: messyHcl(seed) }))
  .filter(({ text }) => parse(new SourceText("x", text)).diagnostics.length === 0);

function formatted(text: string): string {
  const result = format(new SourceText("x", text));
  if (result.kind === "refused") throw new Error(JSON.stringify(result.diagnostics));
  return result.text;
}

function bodyOf(text: string): Body {
  return parse(new SourceText("x", text)).body;
}

test("formatting twice is formatting once", () => {
  fc.assert(
    fc.property(messyTexts, ({ text }) => {
      const once = formatted(text);
      expect(formatted(once)).toBe(once);
    }),
    RUNS,
  );
});

test("the meaning stays", () => {
  fc.assert(
    fc.property(messyTexts, ({ text }) => {
      expect(sameMeaning(bodyOf(text), bodyOf(formatted(text)))).toBe(true);
    }),
    RUNS,
  );
});

test("comments stay, in their order, but for those between a block's type and its last label", () => {
  fc.assert(
    fc.property(messyTexts, ({ text }) => {
      const headers = [...labelSpans(bodyOf(text))];
      const kept = comments(text).filter((comment) => !headers.some(({ start, end }) => comment.start >= start && comment.end <= end));
      expect(comments(formatted(text)).map((comment) => comment.text)).toEqual(kept.map((comment) => comment.text));
    }),
    RUNS,
  );
});

test("white space between tokens never matters", () => {
  fc.assert(
    fc.property(messyTexts, fc.infiniteStream(fc.constantFrom("", " ", "  ", "\t")), ({ text }, gaps) => {
      const next = (): string => gaps.next().value as string;
      let respaced = "";
      let last = 0;
      for (const token of scan(text)) {
        const gap = text.slice(last, token.start);
        // None where there was none: two tokens could become one. The end of the file keeps its own.
        respaced += gap === "" || gap.includes("\ufeff") || token.kind === "end" ? gap : ` ${next()}`;
        respaced += text.slice(token.start, token.end);
        last = token.end;
      }
      expect(formatted(respaced)).toBe(formatted(text));
    }),
    RUNS,
  );
});

function comments(text: string): readonly (Span & { readonly text: string })[] {
  return scan(text)
    .filter((token) => token.kind === "comment")
    .map(({ start, end }) => ({ start, end, text: text.slice(start, end) }));
}

/** From a block's type to its last label. */
function* labelSpans(body: Body): Generator<Span> {
  for (const item of body.items) {
    if (item.kind !== "block") continue;
    const last = item.labels.at(-1);
    if (last) yield { start: item.type.end, end: last.end };
    yield* labelSpans(item.body);
  }
}
