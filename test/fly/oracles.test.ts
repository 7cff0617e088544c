import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse as parseWithHcl2Json } from "@cdktn/hcl2json";
import * as fc from "fast-check";
import * as hcl2Parser from "hcl2-parser";
import { parse } from "../../src/fly/parser";
import { print } from "../../src/fly/print";
import { SourceText } from "../../src/fly/source";
import { bodies } from "../support/fly-arbitraries";
import { mulberry } from "../support/messy-hcl";
import { mutate } from "../support/mutate";
import { type PeerView, isConvertible, peerView } from "../support/peer-view";

/**
 * Two other readers of HCL, both of them HCL's own parser with the converter of tmccombs/hcl2json around it, hold
 * ours to account: whether a file is one at all, and what is in it. What they lose on the way is in `peerView`.
 */
const numRuns = Number(process.env["FC_RUNS"] ?? 100);
const SAMPLES = join(__dirname, "samples");

interface Peer {
  readonly name: string;
  readonly view: PeerView;
  /** The content of a file; undefined: it is none. */
  read(text: string): Promise<unknown>;
}

const PEERS: readonly Peer[] = [
  {
    name: "hcl2-parser",
    view: { escapesSequences: false },
    read: (text) => {
      const answer = (hcl2Parser as unknown as { parseToString(text: string): [string, unknown] }).parseToString(text);
      return Promise.resolve(answer[1] ? undefined : JSON.parse(answer[0]));
    },
  },
  {
    name: "@cdktn/hcl2json",
    view: { escapesSequences: true },
    read: (text) => parseWithHcl2Json("oracle.tf", text).catch(() => undefined),
  },
];

/** What the first one, of 2021, can't know yet. */
const NEWER = /::/;

/** Samples of which only we have something to say: HCL sets no limits. */
const OWN_LIMITS = new Set(["nesting-limit"]);

describe.each(PEERS)("$name", ({ name, view, read }) => {
  async function agree(text: string): Promise<void> {
    if (name === "hcl2-parser" && NEWER.test(text)) return;
    const source = new SourceText("oracle.fly", text);
    const { body, diagnostics } = parse(source);
    if (!isConvertible(body)) return;
    const theirs = await read(text);
    if (theirs === undefined || diagnostics.length > 0) {
      expect({ text, accepted: theirs !== undefined }).toEqual({ text, accepted: diagnostics.length === 0 });
    } else {
      expect(theirs).toEqual(JSON.parse(JSON.stringify(peerView(source, body, view))));
    }
  }

  test.each(readdirSync(SAMPLES).filter((sample) => !OWN_LIMITS.has(sample)))("agrees about the sample %s", async (sample) => {
    await agree(readFileSync(join(SAMPLES, sample, "main.fly"), "utf8"));
  });

  test("agrees about the content of any file", async () => {
    await fc.assert(
      fc.asyncProperty(bodies(2, 2), async (body) => {
        fc.pre(isConvertible(body));
        await agree(print(body));
      }),
      { numRuns },
    );
  });

  test("agrees about what is broken and what is not", async () => {
    await fc.assert(
      fc.asyncProperty(bodies(2, 2), bodies(1, 2), fc.nat(), async (body, other, seed) => {
        const text = mutate(print(body), print(other), mulberry(seed));
        const { diagnostics } = parse(new SourceText("oracle.fly", text));
        // They have no limits: one of them falls over.
        fc.pre(!diagnostics.some(({ code }) => code === "FLY046" || code === "FLY047"));
        // They get bytes, and halves of characters have none.
        fc.pre(diagnostics.length > 0 && text.length < 2000 && !/\p{Surrogate}/u.test(text) && !(name === "hcl2-parser" && NEWER.test(text)));
        expect({ text, content: await read(text) }).toEqual({ text, content: undefined });
      }),
      { numRuns },
    );
  });
});
