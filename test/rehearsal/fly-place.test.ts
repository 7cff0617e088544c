import { SourceText } from "../../src/fly/source";
import { placeInFly } from "../../src/rehearsal";

const text = `egg "other" {
}

egg "api" {
  cloud {
    provider = "aws"
    region   = "eu-central-1"
    tags = {
      team = "a"
    }
  }
  resources {
    cpu    = 2
    memory = 4096
  }
  pool {
    apex {
      max_count = 2
    }
  }
}
`;
const source = new SourceText("Eggs/api/config.fly", text);

describe("the Fly line that an engine's error comes from", () => {
  test.each<[string, string, number | undefined]>([
    ["an attribute that a rule of ours names", "api has at most 2 runners on (pool.apex.max_count).", 18],
    ["an attribute named from its block on", "Write another region: cloud.region.", 7],
    ["what the memory is made from", 'Inappropriate value for attribute "memory": a number is required.', 14],
    ["what an instance type is chosen by, where none is named", 'An argument named "instance_type" is wrong.', 13],
    ["tags", 'The argument "tags" is invalid.', 8],
    ["an attribute that the Egg doesn't write: its block", "There is no subnet: network.subnet_ids.", 5],
    ["nothing that we know", "Something else is wrong.", undefined],
    ["words that only look like a path", "See example.com or terraform.io for more.", undefined],
  ])("%s", (_, detail, line) => {
    expect(placeInFly({ summary: "It failed", detail }, { kind: "egg", name: "api" }, source)?.start.line).toBe(line);
  });

  test("none, where the file has no such Egg", () => {
    expect(placeInFly({ summary: "", detail: "cloud.region" }, { kind: "egg", name: "nobody" }, source)).toBeUndefined();
  });
});
