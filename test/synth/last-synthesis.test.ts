import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readNest } from "../../src/nest";
import { lastSynthesis, type NestOrigin, rememberSynthesis, synthesize, type Synthesis } from "../../src/synth";
import { folderWith } from "../support/folder";
import { localEgg, NEST } from "./local-egg";

let root: string;
let origin: NestOrigin;
let first: Synthesis;

/** As the command does it. */
async function synth(from: NestOrigin): Promise<Synthesis> {
  const { nest, inputs, diagnostics } = await readNest(from.root, from);
  if (!nest || diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  const synthesis = await synthesize(nest);
  rememberSynthesis(from, inputs, synthesis);
  return synthesis;
}

beforeEach(async () => {
  root = folderWith(NEST);
  writeFileSync(join(root, "more.flyvars"), 'other = "1"\n');
  origin = { root, variables: [], variableFiles: [{ path: join(root, "more.flyvars"), name: "more.flyvars" }], environment: { PATH: "/bin" } };
  first = await synth(origin);
});

test("with nothing changed, the last synthesis is the answer", async () => {
  expect(await lastSynthesis(origin)).toEqual({ ...first, stacks: first.stacks.map((stack) => ({ ...stack, status: "unchanged" })) });
});

test("what the Nest does not depend on does not matter", async () => {
  writeFileSync(join(root, "README.md"), "# Ours\n");
  mkdirSync(join(root, "docs"));
  expect(await lastSynthesis({ ...origin, environment: { PATH: "/usr/bin", LANG: "ru_RU.UTF-8" } })).toBeDefined();
});

describe("anything else is noticed:", () => {
  const file = (path: string, text: string): (() => void) => () => writeFileSync(join(root, path), text);
  const changes: [string, () => void][] = [
    ["an Egg that changed", file("Eggs/b/config.fly", localEgg("b", 3))],
    ["an Egg that changed in blanks alone", file("Eggs/b/config.fly", `${NEST["Eggs/b/config.fly"]}\n`)],
    ["a new file of an Egg", file("Eggs/b/more.fly", "locals {}\n")],
    ["a new file at the root", file("rifts.fly", "locals {}\n")],
    ["an Egg that is gone", () => rmSync(join(root, "Eggs/b"), { recursive: true })],
    ["a file that an Egg reads", file("certs/company.pem", "another\n")],
    ["a file that was looked for and not there", file("banner.txt", "hello\n")],
    ["nest.flyvars", file("nest.flyvars", 'level = "2"\n')],
    ["a file of variables", file("more.flyvars", 'other = "2"\n')],
    ["a file of variables that is gone", () => rmSync(join(root, "more.flyvars"))],
    ["a stack that was edited", () => writeFileSync(first.stacks[0]?.file ?? "", "{}")],
    ["a stack that is gone", () => rmSync(first.stacks[0]?.file ?? "")],
    ["a stack that nobody asked for", () => mkdirSync(join(first.out, "stacks/stray"))],
    ["a manifest that was edited", () => writeFileSync(join(first.out, "manifest.json"), `${readFileSync(join(first.out, "manifest.json"), "utf8")} `)],
    ["an output that is gone", () => rmSync(first.out, { recursive: true })],
    ["a memory that is damaged", file(".gosling/cache/synth.json", '{"format": 1')],
    ["a memory of another format", file(".gosling/cache/synth.json", '{"format": 2}')],
    ["a file that can't be read as text", () => writeFileSync(join(root, "Eggs/b/binary.fly"), Buffer.from([0xff, 0xfe]))],
  ];
  test.each(changes)("%s", async (_, change) => {
    change();
    expect(await lastSynthesis(origin)).toBeUndefined();
  });

  const others: [string, () => NestOrigin][] = [
    ["a variable of the environment", () => ({ ...origin, environment: { FLY_VAR_level: "2" } })],
    ["a variable of the command line", () => ({ ...origin, variables: [{ name: "level", value: "2" }] })],
    ["no file of variables", () => ({ ...origin, variableFiles: [] })],
  ];
  test.each(others)("%s", async (_, other) => {
    expect(await lastSynthesis(other())).toBeUndefined();
  });

  test("another folder of the output", async () => {
    expect(await lastSynthesis(origin, join(root, "elsewhere"))).toBeUndefined();
  });

  test("a synthesis of some Eggs in between", async () => {
    writeFileSync(join(root, "Eggs/b/config.fly"), localEgg("b", 2, 'environment = { Z = "2" }'));
    const { nest } = await readNest(root, origin);
    await synthesize(nest as NonNullable<typeof nest>, { targets: ["b"] });
    writeFileSync(join(root, "Eggs/b/config.fly"), NEST["Eggs/b/config.fly"] ?? "");
    expect(await lastSynthesis(origin)).toBeUndefined();
  });
});

test("values of variables are kept from others: the memory is for its owner only, and holds none", () => {
  const path = join(root, ".gosling/cache/synth.json");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, "utf8")).not.toContain("BEGIN CERTIFICATE");
});

test("an Egg that was changed while the synthesis ran is seen by the next", async () => {
  const { nest, inputs } = await readNest(root, origin);
  const synthesis = await synthesize(nest as NonNullable<typeof nest>);
  writeFileSync(join(root, "Eggs/b/config.fly"), localEgg("b", 3));
  rememberSynthesis(origin, inputs, synthesis);
  expect(await lastSynthesis(origin)).toBeUndefined();
});

test("where there was no synthesis there is none to remember", async () => {
  expect(await lastSynthesis({ ...origin, root: folderWith(NEST) })).toBeUndefined();
  expect(existsSync(join(root, "gosling.out"))).toBe(true);
});
