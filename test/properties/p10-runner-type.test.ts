import fc from "fast-check";
import { checkEggProps, decideRunners } from "../../src/vocabulary";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

test("P10: jobs of up to 60 minutes that need no Docker get a serverless runner, others a machine", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 180 }), fc.constantFrom("shell" as const, "docker" as const), fc.constantFrom("local" as const, "aws" as const, "yandex" as const), (minutes, executor, provider) => {
      const { values } = checkEggProps({
        type: "auto",
        cloud: provider === "local" ? { provider } : { provider, region: "r", folderId: "f" },
        resources: { cpu: 2, memory: "4GiB", disk: 10 },
        runner: { tags: ["a"], concurrent: 2, timeout: `${minutes}m`, executor },
        gitlab: { server: "gitlab.com", projectId: 1 },
      });
      const decision = values && decideRunners("a", values, []);
      expect(decision?.runnerType.type).toBe(minutes <= 60 && executor === "shell" ? "serverless" : "vm");
      expect(decision?.runnerType.reasons.length).toBeGreaterThan(0);
    }),
    { numRuns },
  );
});
