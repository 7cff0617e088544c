import { SourceText } from "../../src/fly/source";
import { format } from "../../src/fly/format";
import { type AttributeSpec, type BlockSpec, type NestedBlockSpec, type Problem, blocks, camelCase, checkBlock, checkValue } from "../../src/vocabulary";
import { exampleOf } from "../../tools/reference-example";

function visit(block: BlockSpec, path: string, see: (block: BlockSpec, path: string) => void): void {
  see(block, path);
  for (const [name, nested] of Object.entries(block.blocks)) visit(nested, `${path}.${name}`, see);
}

const everyBlock: (readonly [string, BlockSpec])[] = [];
for (const [name, block] of Object.entries(blocks)) visit(block, name, (spec, path) => everyBlock.push([path, spec]));
const everyAttribute: readonly (readonly [string, AttributeSpec])[] = everyBlock.flatMap(([path, block]) => Object.entries(block.attributes).map(([name, spec]) => [`${path}.${name}`, spec] as const));

describe("the vocabulary", () => {
  test.each(everyAttribute)("%s says what it means, and its default passes its own check", (path, spec) => {
    expect(spec.description).toMatch(/\.$/);
    expect(spec.required && spec.default !== undefined).toBeFalsy();
    if (spec.default === undefined) return;
    const found: Problem[] = [];
    expect(checkValue(spec.type, spec.default, [path], found, spec.pattern)).toEqual(spec.default);
    expect(found).toEqual([]);
  });

  test("one TypeScript name means one form", () => {
    const forms = new Map<string, string>();
    for (const [, block] of everyBlock) {
      const form = JSON.stringify([Object.entries(block.attributes).map(([name, { type, required, default: standard }]) => [name, type, required, standard]), Object.entries(block.blocks).map(([name, { typeName, required }]) => [name, typeName, required])]);
      expect(forms.get(block.typeName) ?? form).toBe(form);
      forms.set(block.typeName, form);
    }
  });

  test("no two names of a block are one property", () => {
    for (const [, block] of everyBlock) {
      const properties = [...Object.keys(block.attributes), ...Object.keys(block.blocks)].map(camelCase);
      expect(new Set(properties).size).toBe(properties.length);
    }
  });

  test("a block that is there by itself needs nothing", () => {
    for (const [path, block] of everyBlock) if ((block as NestedBlockSpec).assumed) expect(checkBlock(path, block, { attributes: {}, blocks: {} }).problems).toEqual([]);
  });

  test("alternatives are neither required nor have defaults", () => {
    for (const [, block] of everyBlock) for (const name of (block.exactlyOne ?? []).flat()) expect([block.attributes[name]?.required, block.attributes[name]?.default]).toEqual([undefined, undefined]);
  });

  test.each(Object.entries(blocks))("the example of %s is in canonical form", (name, block) => {
    const text = `${exampleOf(name, block, new Set())}\n`;
    const formatted = format(new SourceText("example.fly", text));
    expect(formatted).toMatchObject({ text });
  });
});
