import { existsSync } from "node:fs";
import { join } from "node:path";
import { gosling } from "../support/command-line";
import { describeWithEngines, testOnce } from "../support/engines";
import { contentOf, folderWith } from "../support/folder";

const NEST = 'nest {\n  name = "acme"\n}\n';

const egg = (name: string, { cloud = 'provider = "aws"\n    region   = "eu-central-1"', more = "", apex = 2 } = {}) => `egg "${name}" {
  type = "vm"
  cloud {
    ${cloud}
  }
  resources {
    cpu    = 2
    memory = 4096
    disk   = 20
  }
  runner {
    tags       = ["docker"]
    concurrent = 2
  }
  gitlab {
    server     = "gitlab.com"
    project_id = ${name.length}
  }
  pool {
    apex {
      max_count = ${apex}
    }
  }
${more}}
`;

describeWithEngines("gosling rehearse", (engine) => {
  const env = { PATH: process.env["PATH"] ?? "", GOSLING_ENGINE: engine.path };
  const home = folderWith({});
  const nestWith = (files: Readonly<Record<string, string>>) => folderWith({ "nest.fly": NEST, ...files });
  const rehearse = (nest: string, ...args: string[]) => gosling(nest, ["rehearse", ...args], { ...env, HOME: home });

  test("plays each stack through and shows what would be in the cloud; the Nest stays as it is", async () => {
    const nest = nestWith({ "Eggs/api/config.fly": egg("api"), "Eggs/here/config.fly": egg("here", { cloud: 'provider = "local"' }) });
    const before = contentOf(nest);
    const { code, stdout, stderr } = await rehearse(nest);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("api  vm on aws\n  STEP");
    for (const step of ["validate", "plan", "apply", "plan again", "scale up", "pass the limits", "stop", "start", "scale down", "destroy"]) expect(stdout).toMatch(new RegExp(`^  ${step} +ok +\\d+\\.\\d\\d`, "m"));
    expect(stdout).toMatch(/^ {2}aws_instance +2 {2}gosling-acme-api-rehearsal-1, gosling-acme-api-rehearsal-2$/m);
    expect(stdout).toContain("here  vm on local: not rehearsed, its runners are processes of this machine");
    expect(stdout).toMatch(/^2 stacks with \w+ [\d.]+ in \d+\.\d s: 1 passed, 1 not rehearsed$/m);
    expect(stdout).toContain("A rehearsal can't tell:\n  - ");
    expect(contentOf(nest)).toEqual(before);
  });

  testOnce(engine, "prints the whole world as JSON", async () => {
    const nest = nestWith({ "Eggs/api/config.fly": egg("api"), "Eggs/web/config.fly": egg("other") });
    const { code, stdout } = await rehearse(nest, "api", "--json", "--runners", "1");
    const { stacks } = JSON.parse(stdout) as { stacks: { name: string; outcome: string; objects: { type: string; attributes: Record<string, unknown> }[]; unknowable: string[] }[] };
    expect({ code, names: stacks.map(({ name, outcome }) => `${name} ${outcome}`) }).toEqual({ code: 0, names: ["api passed"] });
    const instances = stacks[0]?.objects.filter(({ type }) => type === "aws_instance") ?? [];
    expect(instances).toHaveLength(1);
    expect(instances[0]?.attributes).toMatchObject({ region: "eu-central-1", instance_state: "running", tags: { "gosling:egg": "api" } });
    expect(stacks[0]?.unknowable.length).toBeGreaterThan(0);
  });

  test("stops at the first stack that fails, with what is wrong at its Egg", async () => {
    const nest = nestWith({ "Eggs/api/config.fly": egg("api", { more: '  tofu {\n    version = "1.9.0"\n  }\n' }), "Eggs/other/config.fly": egg("other") });
    const { code, stdout, stderr } = await rehearse(nest);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error FLY320: The stack is for version 1\.9\.0 of the engine, and \S.*\n {2}Eggs\/api\/config\.fly:1:1\n {3}1 \| egg "api" \{\n/);
    expect(stderr).toContain('Stack api, step "validate".');
    expect(stdout).toMatch(/^1 stack with .*: 0 passed, 1 failed$/m);
    expect(stdout).not.toContain("other");
  });

  testOnce(engine, "says what it can't do before it does anything", async () => {
    const nest = nestWith({ "Eggs/api/config.fly": egg("api") });
    expect(await rehearse(nest, "apy")).toMatchObject({ code: 64, stderr: expect.stringContaining('Did you mean "api"?') as string });
    expect(await rehearse(nest, "--runners", "none")).toMatchObject({ code: 64 });
    expect(existsSync(join(nest, "gosling.out"))).toBe(false);
  });
});
