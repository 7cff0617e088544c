import { readFileSync } from "node:fs";
import { join } from "node:path";
import { generateReference } from "../../tools/generate-reference";
import { generateTypes } from "../../tools/generate-types";

const root = join(__dirname, "../..");

test("types.ts is what `npx projen generate:types` writes", () => expect(readFileSync(join(root, "src/vocabulary/types.ts"), "utf8")).toBe(generateTypes()));

test("docs/fly.md is what `npx projen generate:reference` writes", () => expect(readFileSync(join(root, "docs/fly.md"), "utf8")).toBe(generateReference()));

test("every link of the reference page leads to one of its headings", () => {
  const page = generateReference();
  const anchors = new Set([...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")));
  const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor);
  expect(links.length).toBeGreaterThan(30);
  expect(links.filter((anchor) => !anchors.has(anchor ?? ""))).toEqual([]);
});
