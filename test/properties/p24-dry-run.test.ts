import fc from "fast-check";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planDeployment, planDestruction } from "../../src/deploy/deploy";
import { findEngine } from "../../src/engine";
import { readNest } from "../../src/nest";
import { describeWithEngines, enginesHere } from "../support/engines";
import { localSite } from "../support/deployed";
import { contentOf, writeFiles } from "../support/folder";
import { eggFile, localNest, type LocalNest } from "../support/local-nest";

/** Shared between the engines: each run starts several. */
const numRuns = Math.ceil(Number(process.env["FC_RUNS"] ?? 100) / Math.max(1, enginesHere().length));

/** What may become of an Egg between two deployments. Its runners sleep, so that nothing but the dry run could write. */
interface EggChange {
  readonly present: boolean;
  readonly serverless: boolean;
  readonly environment: string;
  readonly apex: number;
  readonly nadir: number;
  readonly name: string;
}

const change: fc.Arbitrary<EggChange> = fc.record({
  present: fc.boolean(),
  serverless: fc.boolean(),
  environment: fc.constantFrom("a", "b"),
  apex: fc.nat(2),
  nadir: fc.nat(2),
  name: fc.constantFrom("same", "renamed"),
});

function file(original: string, { serverless, environment, apex, nadir, name }: EggChange): string {
  const renamed = name === "renamed";
  const text = eggFile(original, {
    apex: [apex, apex],
    nadir: [nadir, nadir],
    more: `environment = { VALUE = "${environment}" }${renamed ? `\n  renamed_from = "${original}"` : ""}`,
  });
  const typed = serverless ? text.replace('type = "vm"', 'type = "serverless"').replace(/pool \{[\s\S]*?\n {2}\}\n/, "") : text.replace(/concurrent = \d+/, "concurrent = 2");
  return renamed ? typed.replace(`egg "${original}"`, `egg "${original}-new"`) : typed;
}

describeWithEngines("P24: a dry run creates, changes and writes nothing", (engine) => {
  let nest: LocalNest;
  const initial: EggChange = { present: true, serverless: false, environment: "a", apex: 0, nadir: 2, name: "same" };
  beforeAll(async () => {
    nest = await localNest(engine, {
      "Eggs/one/config.fly": file("one", initial),
      "Eggs/two/config.fly": file("two", { ...initial, serverless: true }),
    });
    await nest.deploy();
  });
  afterAll(() => nest.dispose());
  const contextOf = async (nestRoot: string) => {
    const env = { PATH: process.env["PATH"], HOME: join(nest.root, ".."), GOSLING_ENGINE: engine.path, GOSLING_CACHE: join(nest.root, "..", "cache") };
    return { engine: await findEngine({ env, cwd: nestRoot }), env, program: "gosling", nestRoot };
  };

  test("P24: whatever has changed since the last deployment", async () => {
    await fc.assert(
      fc.asyncProperty(change, change, async (one, two) => {
        const root = mkdtempSync(join(tmpdir(), "gosling-p24-"));
        try {
          cpSync(nest.root, root, { recursive: true });
          rmSync(join(root, "Eggs"), { recursive: true });
          const eggs = Object.entries({ one, two }).filter(([, egg]) => egg.present);
          writeFiles(root, Object.fromEntries(eggs.map(([name, egg]) => [`Eggs/${egg.name === "same" ? name : `${name}-new`}/config.fly`, file(name, egg)])));
          const read = await readNest(root, { environment: {} });
          if (!read.nest) throw new Error(JSON.stringify(read.diagnostics));
          const before = contentOf(root);
          const plan = await planDeployment(read.nest, { site: localSite(root, { readOnly: true }), context: await contextOf(root) });
          expect(plan.units.flatMap((unit) => unit.error ?? [])).toEqual([]);
          expect(contentOf(root)).toEqual(before);
        } finally {
          rmSync(root, { recursive: true, force: true });
        }
      }),
      { numRuns },
    );
  });

  // What is deployed decides alone what a destruction would do, whatever the Nest says now.
  test("P24: a plan to destroy all that is deployed", async () => {
    const before = contentOf(nest.root);
    const site = localSite(nest.root, { readOnly: true });
    const plan = await planDestruction([...(await site.store.current()).keys()], { site, context: await contextOf(nest.root) });
    expect(plan.units.map(({ unit, error }) => ({ unit, error }))).toEqual([{ unit: "one" }, { unit: "two" }]);
    expect(contentOf(nest.root)).toEqual(before);
  });
});
