/**
 * What a rehearsal costs, with every engine that is on the PATH:
 *
 * - the time until the provider serves, in a fresh process, against a Node that does nothing
 * - plan, apply and destroy of 1 and 100 `aws_instance`, against the same number of the built-in `terraform_data`
 *
 *   npx projen bench:rehearsal [RUNS]
 *
 * Wanted: the provider serves within 200 ms of the request.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, findEngine, openStack } from "../src/engine";
import { startProvider } from "../src/rehearsal";

const RUNS = Number(process.argv[2] ?? 5);
const LIBRARY = join(__dirname, "../lib/src/rehearsal");

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
const column = (value: string, width = 12): string => value.padStart(width);

/** Milliseconds from the request until it listens, in a process that has loaded nothing of ours. */
function serves(): number {
  const program = `const start = performance.now(); const { startProvider } = require(${JSON.stringify(LIBRARY)}); startProvider().then((provider) => { console.log(performance.now() - start); return provider.stop(); });`;
  const { stdout, status, stderr } = spawnSync(process.execPath, ["-e", program], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

interface Times {
  readonly plan: number;
  readonly apply: number;
  readonly destroy: number;
}

const RESOURCES = { aws_instance: { ami: "ami-1", instance_type: "m7i.large" }, terraform_data: { input: "x" } } as const;

async function life(engine: Engine, type: keyof typeof RESOURCES, count: number): Promise<Times> {
  const folder = mkdtempSync(join(tmpdir(), "gosling-bench-"));
  const provider = await startProvider({ clouds: ["aws"] });
  try {
    writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify({ terraform: { backend: { local: {} } }, provider: { aws: [{ region: "eu-central-1" }] }, resource: { [type]: { a: { ...RESOURCES[type], count } } } }));
    const stack = openStack({ engine, folder, env: process.env, extra: provider.environment });
    await stack.init();
    const timed = async (work: () => Promise<unknown>) => {
      const start = performance.now();
      await work();
      return (performance.now() - start) / 1000;
    };
    const plan = await timed(() => stack.plan({ out: "a.plan" }));
    const apply = await timed(() => stack.apply({ plan: "a.plan" }));
    return { plan, apply, destroy: await timed(() => stack.destroy()) };
  } finally {
    await provider.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const starts = Array.from({ length: RUNS * 2 + 1 }, serves);
  console.log(`Node ${process.version}, medians of ${RUNS} alternating runs\n`);
  console.log(`the provider serves after ${median(starts).toFixed(0)} ms, slowest ${Math.max(...starts).toFixed(0)} ms (wanted: at most 200)\n`);
  for (const name of ["tofu", "terraform"]) {
    const engine = await findEngine({ env: { ...process.env, GOSLING_ENGINE: name }, cwd: process.cwd() }).catch(() => undefined);
    if (!engine) {
      console.log(`${name}: not on the PATH\n`);
      continue;
    }
    console.log(`${engine.name} ${engine.version}, seconds${" ".repeat(12)}${["plan", "apply", "destroy"].map((title) => column(title)).join("")}`);
    for (const count of [1, 100]) {
      const times: Record<string, Times[]> = { aws_instance: [], terraform_data: [] };
      // In turn, so that a busy moment of the machine touches both alike; the first round warms the disk's cache.
      for (let run = -1; run < RUNS; run++) {
        for (const type of ["aws_instance", "terraform_data"] as const) {
          const taken = await life(engine, type, count);
          if (run >= 0) times[type]?.push(taken);
        }
      }
      const of = (type: string, what: keyof Times) => median((times[type] ?? []).map((each) => each[what]));
      for (const type of ["aws_instance", "terraform_data"]) console.log(`${`${count} ${type}`.padEnd(34)}${(["plan", "apply", "destroy"] as const).map((what) => column(of(type, what).toFixed(2))).join("")}`);
      console.log(`${"times".padEnd(34)}${(["plan", "apply", "destroy"] as const).map((what) => column((of("aws_instance", what) / of("terraform_data", what)).toFixed(1))).join("")}`);
    }
    console.log("");
  }
}

void main();
