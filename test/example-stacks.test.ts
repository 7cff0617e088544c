import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkStack, problemText, type SynthesizedStack } from "../constructs/bindings/schema-check";
import { readNest } from "../src/nest";
import { synthesize } from "../src/synth";
import { folderWith } from "./support/folder";
import { readable } from "./support/readable-stack";

/** Examples whose stacks need no block that this version can't synthesize. */
const EXAMPLES = ["nest-aws", "nest-two-clouds"];

async function stacksOf(example: string): Promise<Readonly<Record<string, string>>> {
  const root = folderWith({});
  cpSync(join(__dirname, "../examples", example), root, { recursive: true });
  const { nest, diagnostics } = await readNest(root);
  if (!nest) throw new Error(JSON.stringify(diagnostics));
  const { stacks } = await synthesize(nest);
  return Object.fromEntries(stacks.map(({ name, file }) => [name, readFileSync(file, "utf8")]));
}

describe.each(EXAMPLES)("the stacks of examples/%s", (example) => {
  let stacks: Readonly<Record<string, string>>;
  beforeAll(async () => {
    stacks = await stacksOf(example);
  });

  test("fit the provider's schema", () => {
    for (const [name, text] of Object.entries(stacks)) expect({ name, problems: checkStack(JSON.parse(text) as SynthesizedStack).map(problemText) }).toEqual({ name, problems: [] });
  });

  test("are what they were; npx jest test/example-stacks -u takes over what has changed", () => {
    for (const [name, text] of Object.entries(stacks)) expect(readable(JSON.parse(text))).toMatchSnapshot(name);
  });

  test("come out the same in another folder, and again", async () => {
    expect(await stacksOf(example)).toEqual(stacks);
  });
});
