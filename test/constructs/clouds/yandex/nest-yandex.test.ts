import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkStack, type SynthesizedStack } from "../../../../constructs/bindings/schema-check";
import { readNest } from "../../../../src/nest";
import { rehearse } from "../../../../src/rehearsal";
import { synthesize, type Synthesis } from "../../../../src/synth";
import { describeWithEngines, enginesHere } from "../../../support/engines";
import { folderWith } from "../../../support/folder";

const EXAMPLE = join(__dirname, "../../../../examples/nest-yandex");
const STACKS = ["fleet", "fleet.2", "fleet.3", "job.rotate-secrets", "lint", "platform", "web-app"];

let synthesis: Synthesis;
const fileOf = (name: string): string => synthesis.stacks.find((stack) => stack.name === name)?.file ?? "";

beforeAll(async () => {
  const root = folderWith({});
  cpSync(EXAMPLE, root, { recursive: true });
  const { nest } = await readNest(root);
  if (!nest) throw new Error("The example is not valid.");
  synthesis = await synthesize(nest);
});

test("its stacks are these", () => {
  expect(synthesis.stacks.map(({ name }) => name)).toEqual(STACKS);
});

test.each(STACKS)("the stack %s fits the provider's schema, and is as it was", (name) => {
  const text = readFileSync(fileOf(name), "utf8");
  expect(checkStack(JSON.parse(text) as SynthesizedStack)).toEqual([]);
  expect(text).toMatchSnapshot();
});

describeWithEngines("rehearsed", (engine) => {
  const home = folderWith({});
  const shared = { service_account_id: "aje1", security_group_id: "enp1", log_group_id: "e231", disk_key_id: "abj1" };

  // What an engine may see otherwise is in a first stack, a further one and a serverless one; P43 adds Eggs of every kind.
  const played = engine === enginesHere()[0] ? STACKS : ["fleet", "fleet.2", "lint"];
  test.each(played)("the stack %s lives its whole life", async (name) => {
    const result = await rehearse(join(fileOf(name), ".."), {
      engine: { ...engine, origin: "path" },
      env: { PATH: process.env["PATH"], HOME: home },
      runners: 3,
      shard: Number(name.split(".")[1] ?? 1) || 1,
      variables: { shared },
    });
    expect(result).toMatchObject({ outcome: "passed" });
  });
});
