import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApexNadirPool, EggRunner, type EggRunnerProps, EggsBucket, MotherGoose, RiftCache, UglyFoxPolicy } from "../constructs";
import { App, TerraformStack } from "../constructs/cdktf";
import { renderStack } from "../src/synth/render-stack";
import { blocks } from "../src/vocabulary/blocks";
import { camelCase } from "../src/vocabulary/camel-case";
import { describeDefault, describeLimits, describeType } from "../src/vocabulary/describe-type";
import type { BlockSpec, NestedBlockSpec } from "../src/vocabulary/schema";

/** One construct's page: what it is, what it makes in each cloud with a picture, its props, an example. */
interface Page {
  /** Name of the page and of its example. */
  readonly file: string;
  readonly title: string;
  readonly description: string;
  readonly props: readonly (readonly [name: string, type: string, fallback: string, meaning: string])[];
  /** The Fly block that gives the other props. */
  readonly block?: BlockSpec;
  readonly made: readonly (readonly [heading: string, make: (stack: TerraformStack) => void])[];
}

const aws = { provider: "aws", region: "eu-central-1" } as const;
const yandex = { provider: "yandex", region: "ru-central1", folderId: "b1g0123456789abcdefg" } as const;
const CLOUDS = [["AWS", aws], ["Yandex Cloud", yandex]] as const;
const shared = { nest: "acme", name: "web-app", type: "vm", resources: { cpu: 2, memory: "4GiB", disk: 30 }, runner: { tags: ["linux"], concurrent: 4 } } as const;
const egg = (cloud: EggRunnerProps["cloud"], changes: Partial<EggRunnerProps> = {}): EggRunnerProps => ({ ...shared, cloud, gitlab: { server: "gitlab.com", projectId: 101 }, ...changes });
const serverless = { type: "serverless", resources: { cpu: 1, memory: "1GiB", disk: 2 } } as const;
const NEST = ["nest", "string", "**required**", "Name of the Nest: lower-case letters, digits and `-`; at most 20 characters. Part of every cloud name."] as const;
const UNIT = [NEST, ["name", "name", "**required**", "Unique in the Nest."], ["shard", "integer", "`1`", "Which of the unit's stacks this is; each holds at most 100 runners."]] as const;

const PAGES: readonly Page[] = [
  {
    file: "egg-runner",
    title: "EggRunner",
    description: "The runners of one GitLab project or group: machines that a variable scales, or serverless runners that one queue message starts.",
    props: UNIT,
    block: blocks.egg,
    made: CLOUDS.flatMap(([title, cloud]) => [
      [`${title}, type vm`, (stack: TerraformStack) => void new EggRunner(stack, "Default", egg(cloud))] as const,
      [`${title}, type serverless`, (stack: TerraformStack) => void new EggRunner(stack, "Default", egg(cloud, serverless))] as const,
    ]),
  },
  {
    file: "eggs-bucket",
    title: "EggsBucket",
    description: "Runners that several projects and groups share: the agent of each serves every repository, one job at a time. It makes what EggRunner makes.",
    props: UNIT,
    block: blocks.eggsbucket,
    made: CLOUDS.map(([title, cloud]) => [title, (stack: TerraformStack) => void new EggsBucket(stack, "Default", { ...shared, cloud, repositories: { repo: [{ name: "api", gitlab: { server: "gitlab.com", projectId: 201 } }] } })] as const),
  },
  {
    file: "apex-nadir-pool",
    title: "ApexNadirPool",
    description: "The variable `runners` with the limits of Apex and Nadir in it: an apply by hand can't pass them either. EggRunner and EggsBucket have one; it makes no resources of its own.",
    props: [
      ["egg", "string", "**required**", "Name of the Egg, for messages."],
      ["apex.maxCount", "integer", "**required**", "The most runners that are on."],
      ["nadir.maxCount", "integer", "`0`", "The most runners that exist but sleep."],
      ["shard", "integer", "`1`", "Which of the Egg's stacks this is."],
    ],
    made: [["Every cloud", (stack) => void new ApexNadirPool(stack, "Default", { egg: "web-app", apex: { maxCount: 4 }, nadir: { maxCount: 2 } })]],
  },
  {
    file: "rift-cache",
    title: "RiftCache",
    description: "A machine beside the runners: artifact and dependency cache, registry mirror, and a remote Docker engine where that is wanted.",
    props: [NEST, ["name", "name", "**required**", "Unique among the Nest's Rifts."], ["registryCredentials", "map(string)", "none", "AWS: registry → ARN of the secret with its credentials."]],
    block: blocks.rift,
    made: CLOUDS.map(([title, cloud]) => [title, (stack: TerraformStack) => void new RiftCache(stack, "Default", { nest: "acme", name: "main", cloud, resources: shared.resources })] as const),
  },
  {
    file: "mother-goose",
    title: "MotherGoose",
    description: "All that the service needs: API, workers, queues, tables, buckets, key, schedules, and one role each.",
    props: [NEST, ["stateBucket", "string", "one of its own", "Bucket of the same account (Yandex: folder) that holds the engine's states."]],
    block: blocks.mothergoose,
    made: CLOUDS.map(([title, cloud]) => [title, (stack: TerraformStack) => void new MotherGoose(stack, "Default", { nest: "acme", cloud })] as const),
  },
  {
    file: "uglyfox-policy",
    title: "UglyFoxPolicy",
    description: "Which runners UglyFox removes, moves and keeps: the compiled policy is handed to MotherGoose, and its clock has it looked at. The pictures show only what it adds.",
    props: [["motherGoose", "IMotherGoose", "**required**", "The service that goes by the policy."]],
    block: blocks.uglyfox,
    made: CLOUDS.map(([title, cloud]) => [title, (stack: TerraformStack) => void new UglyFoxPolicy(stack, "fox", { motherGoose: new MotherGoose(stack, "Default", { nest: "acme", cloud }), pruning: {}, runnersCondition: [{ name: "all", eggsEntities: ["*"] }] })] as const),
  },
];

type Bodies = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The resources of a synthesized stack by address, each with the addresses that its body refers to. */
function resourcesOf(make: (stack: TerraformStack) => void): ReadonlyMap<string, readonly string[]> {
  const app = new App({ outdir: tmpdir(), skipValidation: true });
  const stack = new TerraformStack(app, "stack");
  make(stack);
  const { resource = {}, variable = {} } = JSON.parse(renderStack(stack)) as { resource?: Bodies; variable?: Readonly<Record<string, unknown>> };
  const bodies = new Map<string, string>([
    ...Object.keys(variable).map((name): [string, string] => [`var.${name}`, ""]),
    ...Object.entries(resource).flatMap(([type, named]) => Object.entries(named).map(([name, body]): [string, string] => [`${type}.${name}`, JSON.stringify(body)])),
  ]);
  return new Map([...bodies].map(([address, text]) => [address, [...bodies.keys()].filter((other) => other !== address && new RegExp(`(?<![\\w.])${other.replaceAll(".", "\\.")}(?![\\w-])`).test(text))]));
}

function picture(resources: ReadonlyMap<string, readonly string[]>): string {
  const ids = new Map([...resources.keys()].map((address, index) => [address, `r${index + 1}`]));
  const nodes = [...ids].map(([address, id]) => `  ${id}["${address.replace(".", "<br/>")}"]`);
  const arrows = [...resources].flatMap(([address, others]) => others.map((other) => `  ${ids.get(address) as string} --> ${ids.get(other) as string}`));
  return ["```mermaid", "graph LR", ...nodes, ...arrows, "```"].join("\n");
}

function propRows(block: BlockSpec, path: string): readonly (readonly string[])[] {
  const own = Object.entries(block.attributes).map(([name, spec]) => {
    const limits = describeLimits(spec.type);
    return [`\`${path}${camelCase(name)}\``, [describeType(spec.type), limits].filter(Boolean).join("; "), spec.required ? "**required**" : (describeDefault(spec) ?? "none"), spec.description];
  });
  const nested = Object.entries(block.blocks).flatMap(([name, inner]: [string, NestedBlockSpec]) => propRows(inner, `${path}${camelCase(name)}${inner.many ? "[]" : ""}.`));
  return [...own, ...nested];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function pageText({ file, title, description, props, block, made }: Page): string {
  const goose = new Map(CLOUDS.map(([cloud, values]) => [cloud as string, resourcesOf((stack) => void new MotherGoose(stack, "Default", { nest: "acme", cloud: values }))]));
  const sections = made.flatMap(([heading, make]) => {
    const all = resourcesOf(make);
    const added = file === "uglyfox-policy" ? [...all].filter(([address]) => !goose.get(heading)?.has(address)) : [...all];
    const shown = new Map(added.map(([address, others]) => [address, others.filter((other) => added.some(([kept]) => kept === other))]));
    const counts = new Map<string, number>();
    for (const address of shown.keys()) counts.set(address.split(".")[0] as string, (counts.get(address.split(".")[0] as string) ?? 0) + 1);
    const list = [...counts].map(([type, count]) => (type === "var" ? "the variable `runners`" : `\`${type}\`${count > 1 ? ` × ${count}` : ""}`)).join(", ");
    return [`### ${heading}`, `It makes ${list}.`, picture(shown)];
  });
  const rows = [...props.map(([name, ...rest]) => [`\`${name}\``, ...rest]), ...(block ? propRows(block, "") : [])];
  const example = readFileSync(join(__dirname, "../examples/constructs", `${file}.ts`), "utf8").trimEnd();
  return `${[
    `<!-- Generated by "npx projen generate:construct-pages" from the vocabulary and synthesized stacks. Do not edit. -->`,
    `# ${title}`,
    description,
    "## What it makes",
    "An arrow leads from a resource to what it refers to.",
    ...sections,
    "## Props",
    table(["property", "type", "default", "meaning"], rows),
    "## Example",
    `\`\`\`ts\n${example}\n\`\`\``,
  ].join("\n\n")}\n`;
}

/** Pages of docs/constructs by file name. */
export function generateConstructPages(): Readonly<Record<string, string>> {
  return Object.fromEntries(PAGES.map((page) => [`${page.file}.md`, pageText(page)]));
}

if (require.main === module) {
  const folder = join(__dirname, "../docs/constructs");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(generateConstructPages())) writeFileSync(join(folder, name), text);
}
