/**
 * What the plan of a large Egg costs: the stacks of an Egg with 250 runners, one after the other, against
 * the one stack of an Egg with 100, on AWS and on Yandex Cloud, with all runners there. Every engine that
 * is on the PATH, over providers in this process.
 *
 *   npx projen bench:fleet-plan [RUNS]
 *
 * Ends with 1 where 250 runners take more than 4 times as long as 100.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, findEngine, openStack, type Stack } from "../src/engine";
import { type RehearsalProvider, startProvider } from "../src/rehearsal";

const RUNS = Number(process.argv[2] ?? 3);
const MOST = 4;
const PER_STACK = 100;
const GOSLING = join(__dirname, "../bin/gosling");

type Cloud = "aws" | "yandex";
const CLOUDS: Readonly<Record<Cloud, string>> = {
  aws: 'provider = "aws"\n    region   = "eu-central-1"',
  yandex: 'provider  = "yandex"\n    region    = "ru-central1"\n    folder_id = "b1g0123456789abcdefg"',
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

function writeNest(root: string, cloud: Cloud, count: number): void {
  mkdirSync(join(root, "Eggs/fleet"), { recursive: true });
  writeFileSync(join(root, "nest.fly"), 'nest {\n  name = "bench"\n}\n');
  writeFileSync(
    join(root, "Eggs/fleet/config.fly"),
    `egg "fleet" {
  type = "vm"
  cloud {
    ${CLOUDS[cloud]}
  }
  resources {
    cpu    = 2
    memory = "4GiB"
    disk   = 30
  }
  runner {
    tags       = ["fleet"]
    concurrent = ${count}
  }
  gitlab {
    server     = "gitlab.com"
    project_id = 1
  }
}
`,
  );
}

interface Fleet {
  /** Plans every stack, one after the other; seconds. */
  plan(): Promise<number>;
  readonly stacks: number;
}

/** The stacks of an Egg with so many runners, and all of these runners there. */
async function fleetOf(scratch: string, engine: Engine, provider: RehearsalProvider, cloud: Cloud, count: number): Promise<Fleet> {
  const root = join(scratch, `${engine.name}-${cloud}-${count}`);
  writeNest(root, cloud, count);
  const { status, stderr } = spawnSync(process.execPath, [GOSLING, "synth", "--quiet"], { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  const folders = join(root, "gosling.out/stacks");
  const stacks = readdirSync(folders).sort();
  mkdirSync(join(root, ".gosling/state"), { recursive: true });
  const runners = Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index + 1}`, { power: "on", revision: "r", shard: 1 + Math.floor(index / PER_STACK), place: "0" }]));
  const opened: { readonly stack: Stack; readonly variables: Readonly<Record<string, unknown>> }[] = [];
  let shared: unknown;
  for (const [index, name] of stacks.entries()) {
    const shard = index + 1;
    const stack = openStack({ engine, folder: join(folders, name), env: process.env, extra: provider.environment });
    const variables = { runners, ...(shard > 1 && { shared }) };
    await stack.apply({ variables });
    if (shard === 1) shared = (await stack.outputs())["shared"]?.value;
    opened.push({ stack, variables });
  }
  return {
    stacks: opened.length,
    plan: async () => {
      const start = performance.now();
      for (const { stack, variables } of opened) {
        const { empty } = await stack.plan({ variables });
        if (!empty) throw new Error("A plan of what is there has something to do.");
      }
      return (performance.now() - start) / 1000;
    },
  };
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "gosling-bench-"));
  let worst = 0;
  try {
    for (const name of ["tofu", "terraform"]) {
      const engine = await findEngine({ env: { ...process.env, GOSLING_ENGINE: name }, cwd: process.cwd() }).catch(() => undefined);
      if (!engine) {
        console.log(`${name}: not on the PATH`);
        continue;
      }
      for (const cloud of ["aws", "yandex"] as const) {
        const providers = await Promise.all([startProvider({ clouds: [cloud] }), startProvider({ clouds: [cloud] })]);
        try {
          const small = await fleetOf(scratch, engine, providers[0], cloud, PER_STACK);
          const large = await fleetOf(scratch, engine, providers[1], cloud, 250);
          const times: { small: number[]; large: number[] } = { small: [], large: [] };
          // In turn, so that a busy moment of the machine touches both alike.
          for (let run = 0; run < RUNS; run++) {
            times.small.push(await small.plan());
            times.large.push(await large.plan());
          }
          const ratio = median(times.large) / median(times.small);
          worst = Math.max(worst, ratio);
          console.log(`${engine.name} ${engine.version}, ${cloud}: plan of 100 runners ${median(times.small).toFixed(2)} s (${small.stacks} stack), of 250 ${median(times.large).toFixed(2)} s (${large.stacks} stacks): ${ratio.toFixed(1)} times (wanted: at most ${MOST})`);
        } finally {
          await Promise.all(providers.map((provider) => provider.stop()));
        }
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  if (worst > MOST) process.exitCode = 1;
}

void main();
