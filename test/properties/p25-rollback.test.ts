import fc from "fast-check";
import { earlierOf } from "../../src/deploy/earlier";
import type { DeploymentEntry, DeploymentKind } from "../../src/store/deployment";
import { deploymentRecord } from "../support/deployed";

const RUNS = Number(process.env["FC_RUNS"] ?? 200);

/** Deployments of one unit, oldest first, each with one of a few configurations, and how it ended. */
const history = fc.array(
  fc.record({ kind: fc.constantFrom<DeploymentKind>("deploy", "deploy", "deploy", "rollback", "destroy"), configuration: fc.nat({ max: 3 }), result: fc.constantFrom("succeeded", "succeeded", "failed", "interrupted", "killed") }),
  { minLength: 1, maxLength: 12 },
);

test("P25: after a failed or a successful deployment, a rollback chooses the configuration that was there before it", () => {
  fc.assert(
    fc.property(history, (deployments) => {
      const entries = deployments.map(({ kind, configuration, result }, index): DeploymentEntry => {
        const record = deploymentRecord({ revision: `r${configuration}`, stacks: [{ name: "app", configurationHash: `hash-${configuration}` }] });
        const at = new Date(index * 1000).toISOString();
        return { id: String(index).padStart(4, "0"), unit: "app", kind, record, by: "ada", ...(result !== "killed" && { end: { result: result as "succeeded" | "failed" | "interrupted", at } }) };
      });
      const good = (entry: DeploymentEntry | undefined) => entry !== undefined && entry.kind !== "destroy" && entry.end?.result === "succeeded";
      // Step by step, as somebody would who looks at a list.
      const newest = entries.at(-1);
      const before = entries.slice(0, -1).reverse().filter(good);
      const expected = good(newest) ? before.find(({ record }) => record.revision !== newest?.record.revision) : before[0];
      const find = () => earlierOf("app", [...entries].reverse());
      if (expected === undefined) expect(find).toThrow(expect.objectContaining({ code: "NOTHING_EARLIER" }));
      else expect(find().id).toBe(expected.id);
    }),
    { numRuns: RUNS },
  );
});
