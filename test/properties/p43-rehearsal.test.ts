import fc from "fast-check";
import { EggStack } from "../../constructs";
import { renderStack } from "../../src/synth/render-stack";
import { rehearse } from "../../src/rehearsal";
import { newApp } from "../constructs/egg-props";
import { type CloudName, eggOn, type PortableEgg, portableEgg } from "../support/cloud-egg";
import { enginesHere, type TestEngine } from "../support/engines";
import { folderWith } from "../support/folder";

/** A Nest's Eggs, each on one of the clouds. A rehearsal takes seconds: 20 Nests, more where `FC_RUNS` asks for them. */
const NESTS = Number(process.env["FC_RUNS"] ?? 20);
const nest = fc.array(fc.record({ egg: portableEgg, cloud: fc.constantFrom<CloudName>("aws", "yandex"), nadir: fc.nat({ max: 2 }) }), { minLength: 1, maxLength: 5, size: "xsmall" });

const engines = enginesHere();
const given = engines.length > 0 ? test : test.skip;

given("P43: the Eggs of a valid Nest on AWS and Yandex Cloud rehearse, and nothing is left", async () => {
  const home = folderWith({});
  const seen = new Set<string>();
  let count = 0;
  const play = async ({ egg, cloud, nadir: wanted }: { readonly egg: PortableEgg; readonly cloud: CloudName; readonly nadir: number }, engine: TestEngine) => {
    const apex = egg.runner.concurrent ?? 1;
    // No pool is larger than what may run at once.
    const nadir = Math.min(wanted, apex);
    const limits = { apex, total: apex + (egg.type === "vm" ? nadir : 0) };
    const pool = { apex: { maxCount: limits.apex }, ...(egg.type === "vm" && nadir > 0 && { nadir: { maxCount: nadir } }) };
    const stack = new EggStack(newApp(), "stack", { egg: { ...eggOn(egg, cloud), pool } });
    const folder = folderWith({ "cdk.tf.json": renderStack(stack) });
    const result = await rehearse(folder, { engine: { ...engine, origin: "path" }, env: { PATH: process.env["PATH"], HOME: home }, limits, runners: 2 });
    expect(result).toMatchObject({ outcome: "passed" });
    seen.add(`${cloud} ${egg.type} ${engine.name}`);
  };
  await fc.assert(
    fc.asyncProperty(nest, async (eggs) => {
      // The engines take turns, Nest by Nest.
      const engine = engines[count++ % engines.length] as TestEngine;
      await Promise.all(eggs.map((egg) => play(egg, engine)));
    }),
    // A smaller counterexample would take minutes to find.
    { numRuns: NESTS, endOnFailure: true },
  );
  for (const cloud of ["aws", "yandex"]) for (const { name } of engines) expect([...seen].some((each) => each.startsWith(cloud) && each.endsWith(name))).toBe(true);
}, 25 * 60_000);
