/**
 * One stack of COUNT instances and COUNT launch templates, made with our classes and with those of
 * `@cdktf/provider-aws`: whole processes, loading included. Once with stack traces, as the engine library
 * takes them for both, and once with none taken.
 *
 *   npx projen bench:bindings [COUNT] [RUNS]
 *
 * Ends with 1 where ours, with stack traces, takes more than 0.35 times the processor time or 0.6 times
 * the memory.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const COUNT = Number(process.argv[2] ?? 1000);
const RUNS = Number(process.argv[3] ?? 3);
const PROGRAM = join(__dirname, "bindings-stack.js");
const MOST = { cpu: 0.35, memory: 0.6 };

type Side = "ours" | "prebuilt";

interface Measure {
  /** Seconds of processor time, user and system. */
  readonly cpu: number;
  readonly wall: number;
  readonly memoryMb: number;
}

const scratch = mkdtempSync(join(tmpdir(), "gosling-bench-"));

function measure(side: Side, traces: "traces" | "no-traces", out: string): Measure {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, side, String(COUNT), traces, out], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${side} ended with ${status}: ${stderr}`);
  return { ...(JSON.parse(stdout) as Omit<Measure, "wall">), wall: (performance.now() - start) / 1000 };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function resourcesIn(out: string): unknown {
  const { resource } = JSON.parse(readFileSync(join(out, "stacks/bench/cdk.tf.json"), "utf8")) as { resource: Record<string, Record<string, Record<string, unknown>>> };
  for (const bodies of Object.values(resource)) for (const body of Object.values(bodies)) delete body["//"];
  return sorted(resource);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}

let failed = false;
try {
  process.stdout.write(`${COUNT} instances and ${COUNT} launch templates in one stack, whole processes, median of ${RUNS}\n`);
  for (const traces of ["traces", "no-traces"] as const) {
    const measures: Record<Side, Measure[]> = { ours: [], prebuilt: [] };
    for (let run = 0; run < RUNS; run++) for (const side of ["ours", "prebuilt"] as const) measures[side].push(measure(side, traces, join(scratch, side)));
    if (JSON.stringify(resourcesIn(join(scratch, "ours"))) !== JSON.stringify(resourcesIn(join(scratch, "prebuilt")))) throw new Error("The two make different resources.");
    const of = (side: Side): Measure => ({ cpu: median(measures[side].map(({ cpu }) => cpu)), wall: median(measures[side].map(({ wall }) => wall)), memoryMb: median(measures[side].map(({ memoryMb }) => memoryMb)) });
    const [ours, prebuilt] = [of("ours"), of("prebuilt")];
    process.stdout.write(`${traces === "traces" ? "with stack traces" : "without stack traces"}\n`);
    for (const [name, { cpu, wall, memoryMb }] of [["ours", ours], ["@cdktf/provider-aws", prebuilt]] as const) {
      process.stdout.write(`  ${name.padEnd(20)} ${cpu.toFixed(2).padStart(6)} s CPU ${wall.toFixed(2).padStart(6)} s wall ${memoryMb.toFixed(0).padStart(5)} MB\n`);
    }
    const ratio = { cpu: ours.cpu / prebuilt.cpu, memory: ours.memoryMb / prebuilt.memoryMb };
    const limit = (most: number): string => (traces === "traces" ? ` (≤ ${most})` : "");
    process.stdout.write(`  ratio                ${ratio.cpu.toFixed(2).padStart(6)} × CPU${limit(MOST.cpu)}   ${ratio.memory.toFixed(2)} × memory${limit(MOST.memory)}\n`);
    if (traces === "traces") failed = ratio.cpu > MOST.cpu || ratio.memory > MOST.memory;
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
