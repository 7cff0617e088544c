import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "../src/fly/format";
import { parse } from "../src/fly/parser";
import { SourceText } from "../src/fly/source";
import type { Body } from "../src/fly/syntax";
import { readNest } from "../src/nest";
import { blocks } from "../src/vocabulary/blocks";
import type { BlockSpec } from "../src/vocabulary/schema";

const EXAMPLES = join(__dirname, "../examples");

function flyFiles(nest: string): readonly { readonly path: string; readonly text: string }[] {
  return readdirSync(join(EXAMPLES, nest), { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(fly|flyvars)$/.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(EXAMPLES, nest, path), "utf8") }));
}

describe.each(["nest-local", "nest-full", "nest-aws", "nest-yandex", "nest-two-clouds"])("examples/%s", (nest) => {
  test("is valid, without a warning", async () => {
    const { nest: read, diagnostics } = await readNest(join(EXAMPLES, nest));
    expect(diagnostics).toEqual([]);
    expect(read).toBeDefined();
  });

  test.each(flyFiles(nest))("$path stands in canonical form", ({ path, text }) => {
    expect(format(new SourceText(path, text))).toMatchObject({ kind: "formatted", text });
  });
});

describe("examples/nest-local", () => {
  test("needs no account: everything runs on this machine", async () => {
    const { nest } = await readNest(join(EXAMPLES, "nest-local"));
    const providers = [...(nest?.eggs ?? []), ...(nest?.jobs ?? [])].map(({ values }) => values.cloud?.provider);
    expect(new Set(providers)).toEqual(new Set(["local"]));
    expect(nest?.eggs.find(({ name }) => name === "web-app")?.pool.apex.minCount).toBe(2);
    expect(nest?.eggs.map(({ kind, runnerType }) => `${kind} ${runnerType.type}`)).toEqual(["egg serverless", "eggsbucket vm", "egg vm"]);
    expect(nest?.jobs).toHaveLength(2);
    expect(nest?.uglyfox?.values.policies.rule.length).toBeGreaterThan(0);
  });
});

describe("examples/nest-full", () => {
  test("is spread over at least twelve files and all three clouds", async () => {
    expect(flyFiles("nest-full").length).toBeGreaterThanOrEqual(12);
    const { nest } = await readNest(join(EXAMPLES, "nest-full"));
    expect(new Set(nest?.eggs.map(({ values }) => values.cloud.provider))).toEqual(new Set(["aws", "yandex", "local"]));
  });

  test("shows every block and attribute of the vocabulary", () => {
    const shown = new Set<string>();
    for (const { path, text } of flyFiles("nest-full")) collect(parse(new SourceText(path, text)).body, [], shown);
    const missing = Object.entries(blocks).flatMap(([name, spec]) => pathsOf(spec, [name]).filter((path) => !shown.has(path)));
    // What Eggs and buckets, and what their clouds, share is shown once.
    const elsewhere = (path: string): boolean => SHARED.some(([part, shows]) => path.startsWith(`${part}.`) && shown.has(`${shows}${path.slice(part.length)}`));
    expect(missing.filter((path) => !elsewhere(path))).toEqual([]);
  });
});

const SHARED: readonly (readonly [string, string])[] = [
  ["eggsbucket.repositories.repo.gitlab", "egg.gitlab"],
  ["eggsbucket", "egg"],
  ["job.cloud", "egg.cloud"],
  ["job.resources", "egg.resources"],
  ["rift.cloud", "egg.cloud"],
  ["rift.resources", "egg.resources"],
  ["mothergoose.cloud", "egg.cloud"],
  ["uglyfox.runners_condition.nadir", "egg.pool.nadir"],
];

function collect(body: Body, path: readonly string[], shown: Set<string>): void {
  for (const item of body.items) {
    const here = [...path, item.kind === "attribute" ? item.name.name : item.type.name];
    shown.add(here.join("."));
    if (item.kind === "block") collect(item.body, here, shown);
  }
}

function pathsOf(spec: BlockSpec, path: readonly string[]): readonly string[] {
  return [
    path.join("."),
    ...Object.keys(spec.attributes).map((name) => [...path, name].join(".")),
    ...Object.entries(spec.blocks).flatMap(([name, block]) => pathsOf(block, [...path, name])),
  ];
}
