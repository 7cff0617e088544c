import { elsewhere } from "../../src/deploy/capacity";
import { type EngineDiagnostic, EngineFailure } from "../../src/engine";

const entry = (place: string) => ({ power: "on", revision: "r", shard: 1, place }) as const;
const runners = { a: entry("0"), b: entry("0"), c: entry("1") };
const refused = (address: string, detail: string): EngineDiagnostic => ({ severity: "error", summary: "creating EC2 Instance", detail, address });
const failure = (...diagnostics: readonly EngineDiagnostic[]) => new EngineFailure("ENGINE_FAILED", "apply failed", { diagnostics, resources: [], stateSaved: true });
const NO_ROOM = "api error InsufficientInstanceCapacity: We currently do not have sufficient m7i.large capacity in the Availability Zone you requested (eu-central-1a).";

describe("a machine for which there is no capacity", () => {
  test("is tried at the next place, and others stay where they are", () => {
    const moved = elsewhere(failure(refused('aws_instance.runner["a"]', NO_ROOM)), runners, 3);
    expect(moved?.runners).toEqual({ ...runners, a: entry("1") });
    expect(moved?.notes).toEqual(["runner a: no capacity at place 0; tried at place 1"]);
  });

  test.each([
    ["a type that a zone doesn't have", "api error Unsupported: Your requested instance type (m7g.large) is not supported in your requested Availability Zone (eu-central-1c)."],
    ["no spot capacity", "api error InsufficientInstanceCapacity: There is no Spot capacity available that matches your request."],
    ["Yandex Cloud's answer", "rpc error: code = ResourceExhausted desc = Not enough resources in zone ru-central1-a"],
  ])("for %s too", (_, detail) => expect(elsewhere(failure(refused('aws_instance.runner["b"]', detail)), runners, 2)?.runners.b).toEqual(entry("1")));

  test("has no other place after the last one", () => expect(elsewhere(failure(refused('aws_instance.runner["c"]', NO_ROOM)), runners, 2)).toBeUndefined());
});

test.each([
  ["a quota, which is the same everywhere", failure(refused('aws_instance.runner["a"]', "api error VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit"))],
  ["another failure beside it", failure(refused('aws_instance.runner["a"]', NO_ROOM), refused("aws_iam_role.role", "AccessDenied"))],
  ["a failure of something else", failure(refused("aws_iam_role.role", NO_ROOM))],
  ["no failure of the engine", new Error("InsufficientInstanceCapacity")],
])("%s is tried nowhere else", (_, error) => expect(elsewhere(error, runners, 9)).toBeUndefined());
