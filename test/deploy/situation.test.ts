import { readSituation } from "../../src/deploy/situation";
import { deploymentRecord, localSite } from "../support/deployed";
import { folderWith } from "../support/folder";

test("runners of a unit that can't be looked at are nobody's orphans", async () => {
  const root = folderWith({ ".gosling/state/app.tfstate": "{}", ".gosling/runners/app/r2-1/runner.json": "{}" });
  const site = localSite(root);
  const runners = { "r2-1": { power: "on", revision: "r2", shard: 1, place: "local" } } as const;
  // It did not end, so the engine's state is asked; there is no engine to ask.
  await site.store.begin({ id: "20260101T000000000Z-00000000", unit: "app", kind: "deploy", by: "ada", record: deploymentRecord({ runners }) }, new Map());
  const engine = { name: "tofu", version: "1.12.6", path: "/nowhere/tofu", origin: "path" } as const;
  const { units, orphans } = await readSituation({ site, context: { engine, env: {}, program: "gosling", nestRoot: root }, wanted: [], leaving: () => true });
  await site.store.close();
  expect(units).toMatchObject([{ unit: "app", error: expect.any(Error) as Error }]);
  expect(orphans).toEqual([]);
});
