/**
 * What encryption of state and plan costs: init, plan, show and apply of one small stack as we encrypt it, against
 * the bare engine without encryption, and how often the engine starts the script that hands the key over.
 *
 *   npx projen bench:encryption [RUNS]
 *
 * Ends with 1 where the four together take more than 1.7 times as long.
 */
import { randomBytes } from "node:crypto";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findEngine, stateEncryption } from "../src/engine";
import { engineEnvironment, type Environment } from "../src/engine/environment";

const RUNS = Number(process.argv[2] ?? 15);
const MOST = 1.7;
const STEPS: Readonly<Record<string, readonly string[]>> = {
  init: ["init", "-input=false"],
  plan: ["plan", "-input=false", "-out=stack.plan"],
  show: ["show", "-json", "stack.plan"],
  apply: ["apply", "-input=false", "stack.plan"],
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Starts of the script by step: one more run, with a script that also leaves a byte in a file. */
function countStarts(engine: string, scratch: string, extra: Environment): Readonly<Record<string, number>> {
  const folder = newStack(scratch, "counted");
  const file = join(folder, "starts");
  const counting = { ...extra, STARTS: file, TF_ENCRYPTION: extra["TF_ENCRYPTION"]?.replace('"-c", "', '"-c", "printf . >> $STARTS\\n') };
  return Object.fromEntries(
    Object.entries(STEPS).map(([step, args]) => {
      writeFileSync(file, "");
      start(engine, args, folder, engineEnvironment(process.env, counting));
      return [step, readFileSync(file).length];
    }),
  );
}

function newStack(scratch: string, name: string): string {
  const folder = join(scratch, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ resource: { terraform_data: { a: { input: "a word" } } } }));
  return folder;
}

/** Milliseconds. */
function start(engine: string, args: readonly string[], cwd: string, env: Environment): number {
  const begin = process.hrtime.bigint();
  const { status, stderr } = spawnSync(engine, args, { cwd, env: env as NodeJS.ProcessEnv, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return Number(process.hrtime.bigint() - begin) / 1e6;
}

async function main(): Promise<void> {
  const engine = await findEngine({ env: { ...process.env, GOSLING_ENGINE: process.env["GOSLING_ENGINE"] ?? "tofu" }, cwd: process.cwd() });
  const key = { reference: "env://BENCH_KEY", value: randomBytes(32).toString("base64") };
  const { extra, warnings } = stateEncryption({ place: "here", enabled: true, key }, engine);
  for (const warning of warnings) throw new Error(warning);
  const scratch = mkdtempSync(join(tmpdir(), "gosling-bench-"));
  const kinds = [
    { title: "clear", env: engineEnvironment(process.env) },
    { title: "encrypted", env: engineEnvironment(process.env, extra) },
  ];
  const times = kinds.map(() => Object.fromEntries(Object.keys(STEPS).map((step): [string, number[]] => [step, []])));
  let starts: Readonly<Record<string, number>>;
  try {
    starts = countStarts(engine.path, scratch, extra);
    // In turn, so that a busy moment of the machine touches both alike; the first round warms the disk's cache.
    for (let run = -1; run < RUNS; run++) {
      kinds.forEach(({ title, env }, index) => {
        const folder = newStack(scratch, `${title}-${run}`);
        for (const [step, args] of Object.entries(STEPS)) {
          const elapsed = start(engine.path, args, folder, env);
          if (run >= 0) times[index]?.[step]?.push(elapsed);
        }
      });
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`${engine.name} ${engine.version}, median of ${RUNS} alternating runs\n`);
  const line = (name: string, clear: number, encrypted: number, more: string) =>
    console.log(`${name.padEnd(6)}${clear.toFixed(0).padStart(6)} ms in clear${encrypted.toFixed(0).padStart(6)} ms encrypted${(encrypted / clear).toFixed(2).padStart(7)} times, ${more}`);
  const all = [0, 0] as [number, number];
  for (const step of Object.keys(STEPS)) {
    const [clear = NaN, encrypted = NaN] = times.map((measured) => median(measured[step] ?? []));
    all[0] += clear;
    all[1] += encrypted;
    line(step, clear, encrypted, `${starts[step]} starts of the script`);
  }
  const ratio = all[1] / all[0];
  line("all", all[0], all[1], `wanted: at most ${MOST}`);
  if (!(ratio <= MOST)) process.exitCode = 1;
}

void main();
