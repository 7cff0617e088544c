/**
 * `gosling synth` of 1,000 Eggs of the local cloud, whole processes, reading and validating included:
 * from nothing, with nothing changed, with one Egg changed; against a program that makes the same
 * resources with the engine library alone and reads nothing (plain-cdktf.js). The same Eggs on AWS are
 * measured too; their stacks have no peer.
 *
 *   npx projen bench:synth [COUNT] [RUNS]
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eggText } from "./nest-of-eggs";

const COUNT = Number(process.argv[2] ?? 1000);
const RUNS = Number(process.argv[3] ?? 5);
const GOSLING = join(__dirname, "../bin/gosling");
const PLAIN = join(__dirname, "plain-cdktf.js");

interface Measure {
  /** Seconds of processor time, user and system, of the process and its children. */
  readonly cpu: number;
  /** Seconds. */
  readonly wall: number;
  readonly maxRssMb: number;
}

/** Runs a Node program and asks it, as it ends, what it has used. */
function measure(args: readonly string[], cwd: string): Measure {
  const start = process.hrtime.bigint();
  const result = spawnSync(process.execPath, ["--require", REPORTER, ...args], { cwd, encoding: "utf8", env: { PATH: process.env["PATH"] } });
  const wall = Number(process.hrtime.bigint() - start) / 1e9;
  if (result.status !== 0) throw new Error(`${args.join(" ")} ended with ${result.status}: ${result.stderr}`);
  const used = JSON.parse(readFileSync(USAGE, "utf8")) as { cpu: number; maxRssMb: number };
  return { ...used, wall };
}

function medianOf(measures: readonly Measure[]): Measure {
  const median = (pick: (m: Measure) => number): number => measures.map(pick).sort((a, b) => a - b)[Math.floor(measures.length / 2)] ?? NaN;
  return { cpu: median((m) => m.cpu), wall: median((m) => m.wall), maxRssMb: Math.max(...measures.map((m) => m.maxRssMb)) };
}

/** An Egg as of the other benchmarks, on this machine. */
function localEgg(index: number, project = `project-${index}`): string {
  return eggText(index)
    .replace('provider = "aws"', 'provider = "local"')
    .replace(/ +region +=.*\n/, "")
    .replace(/ +tags += \{ team.*\n/, "")
    .replace("aws-sm://team/npm/token", "env://NPM_TOKEN")
    .replace(`project-${index}"`, `${project}"`);
}

/** The same Egg on AWS; no peer makes its stacks. */
function awsEgg(index: number, project = `project-${index}`): string {
  return eggText(index).replace(`project-${index}"`, `${project}"`);
}

function writeEgg(root: string, index: number, text: string): void {
  const folder = join(root, `Eggs/egg-${index}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.fly"), text);
}

const scratch = mkdtempSync(join(tmpdir(), "gosling-bench-"));
const USAGE = join(scratch, "usage.json");
const REPORTER = join(scratch, "report.js");
writeFileSync(
  REPORTER,
  `process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  require("node:fs").writeFileSync(${JSON.stringify(USAGE)}, JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, maxRssMb: maxRSS / 1024 }));
});
`,
);
const nest = join(scratch, "nest");
mkdirSync(nest);
writeFileSync(join(nest, "nest.fly"), 'nest {\n  name = "bench"\n}\n');
writeFileSync(join(nest, "variables.fly"), 'locals {\n  environment = { DOCKER_DRIVER = "overlay2", LANG = "C.UTF-8" }\n}\n');
for (let index = 0; index < COUNT; index++) writeEgg(nest, index, localEgg(index));
const cloudNest = join(scratch, "cloud-nest");
mkdirSync(cloudNest);
writeFileSync(join(cloudNest, "nest.fly"), 'nest {\n  name = "bench"\n}\n');
writeFileSync(join(cloudNest, "variables.fly"), 'variable "region" {\n  type    = string\n  default = "eu-central-1"\n}\n\nlocals {\n  environment = { DOCKER_DRIVER = "overlay2", LANG = "C.UTF-8" }\n}\n');
for (let index = 0; index < COUNT; index++) writeEgg(cloudNest, index, awsEgg(index));

type Stack = { readonly "//"?: unknown; readonly resource: { readonly terraform_data: Record<string, { "//"?: unknown }> } };

/** The peer must do the same work: its stacks hold what ours hold, but for comments and the revision. */
function checkSameResources(): void {
  const contentOf = (path: string): unknown => {
    const { "//": _, ...stack } = JSON.parse(readFileSync(path, "utf8").replace(/"[0-9a-f]{12}"/g, '"REVISION"').replace(/\\"[0-9a-f]{12}\\"/g, '\\"REVISION\\"')) as Stack;
    for (const resource of Object.values(stack.resource.terraform_data)) delete resource["//"];
    return sorted(stack);
  };
  const [ours, theirs] = [contentOf(join(nest, "gosling.out/stacks/egg-7/cdk.tf.json")), contentOf(join(scratch, "plain/stacks/egg-7/cdk.tf.json"))];
  if (JSON.stringify(ours) !== JSON.stringify(theirs)) throw new Error(`The peer makes something else:\n${JSON.stringify(theirs)}\nand not\n${JSON.stringify(ours)}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}

try {
  const measures: Record<"plain" | "cold" | "unchanged" | "changed", Measure[]> = { plain: [], cold: [], unchanged: [], changed: [] };
  const aws: Record<"cold" | "unchanged" | "changed", Measure[]> = { cold: [], unchanged: [], changed: [] };
  const synth = (root = nest): Measure => measure([GOSLING, "synth", "--quiet"], root);
  for (let run = 0; run < RUNS; run++) {
    rmSync(join(scratch, "plain"), { recursive: true, force: true });
    rmSync(join(nest, "gosling.out"), { recursive: true, force: true });
    measures.plain.push(measure([PLAIN, String(COUNT), join(scratch, "plain")], scratch));
    measures.cold.push(synth());
    if (run === 0) checkSameResources();
    measures.unchanged.push(synth());
    writeEgg(nest, 3, localEgg(3, `changed-${run}`));
    measures.changed.push(synth());
    writeEgg(nest, 3, localEgg(3));

    rmSync(join(cloudNest, "gosling.out"), { recursive: true, force: true });
    aws.cold.push(synth(cloudNest));
    aws.unchanged.push(synth(cloudNest));
    writeEgg(cloudNest, 3, awsEgg(3, `changed-${run}`));
    aws.changed.push(synth(cloudNest));
    writeEgg(cloudNest, 3, awsEgg(3));
  }
  const plain = medianOf(measures.plain);
  const row = (name: string, { cpu, wall, maxRssMb }: Measure): string =>
    `${name.padEnd(34)} ${cpu.toFixed(2).padStart(7)} s CPU ${wall.toFixed(2).padStart(7)} s wall ${maxRssMb.toFixed(0).padStart(5)} MB   ${(cpu / plain.cpu).toFixed(2)} × its CPU`;
  process.stdout.write(`${COUNT} Eggs, whole processes, median of ${RUNS} (memory: most)\n`);
  process.stdout.write(`${row("plain program (cdktf alone)", plain)}\n`);
  process.stdout.write(`${row("gosling synth, from nothing", medianOf(measures.cold))}\n`);
  process.stdout.write(`${row("gosling synth, nothing changed", medianOf(measures.unchanged))}\n`);
  process.stdout.write(`${row("gosling synth, one Egg changed", medianOf(measures.changed))}\n`);
  process.stdout.write(`${row("on AWS, from nothing", medianOf(aws.cold))}\n`);
  process.stdout.write(`${row("on AWS, nothing changed", medianOf(aws.unchanged))}\n`);
  process.stdout.write(`${row("on AWS, one Egg changed", medianOf(aws.changed))}\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
