import { cpSync } from "node:fs";
import { join } from "node:path";
import { gosling } from "../support/command-line";
import { describeWithEngines, describeWithOneEngine } from "../support/engines";
import { contentOf, folderWith } from "../support/folder";

interface Told {
  readonly stacks: readonly { readonly name: string; readonly outcome: string; readonly steps: readonly { readonly name: string; readonly durationMs: number }[]; readonly objects: readonly { readonly type: string }[] }[];
}

describeWithEngines("the AWS example, as a newcomer tries it", (engine) => {
  test("rehearses from the command line without an account, and stays as it is", async () => {
    const nest = folderWith({});
    cpSync(join(__dirname, "../../examples/nest-aws"), nest, { recursive: true });
    const before = contentOf(nest);
    const { code, stdout, stderr } = await gosling(nest, ["rehearse", "--json", "--runners", "3"], { PATH: process.env["PATH"] ?? "", HOME: folderWith({}), GOSLING_ENGINE: engine.path });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { stacks } = JSON.parse(stdout) as Told;
    expect(stacks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(["docs", "fleet", "fleet.2", "fleet.3", "job.rotate-secrets", "lint", "platform", "web-app"].map((name) => `${name} passed`));
    const machines = stacks.find(({ name }) => name === "fleet.3")?.objects.filter(({ type }) => type === "aws_instance");
    expect(machines).toHaveLength(3);
    expect(contentOf(nest)).toEqual(before);
  });
});

// With each engine its parts are rehearsed in the examples of each cloud, and it is deployed in cloud-deployments.
describeWithOneEngine("the example of two clouds", (engine) => {
  test("rehearses on both, without its bucket for states", async () => {
    const nest = folderWith({});
    cpSync(join(__dirname, "../../examples/nest-two-clouds"), nest, { recursive: true });
    const { code, stdout, stderr } = await gosling(nest, ["rehearse", "--json", "--runners", "2"], { PATH: process.env["PATH"] ?? "", HOME: folderWith({}), GOSLING_ENGINE: engine.path });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { stacks } = JSON.parse(stdout) as Told;
    expect(stacks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(["api", "lint", "mobile", "shared"].map((name) => `${name} passed`));
    const kinds = Object.fromEntries(stacks.map(({ name, objects }) => [name, new Set(objects.map(({ type }) => type))]));
    for (const [name, type] of [["api", "aws_instance"], ["lint", "yandex_serverless_container"], ["mobile", "yandex_compute_instance"], ["shared", "aws_instance"]] as const) expect(kinds[name]?.has(type)).toBe(true);
  });
});
