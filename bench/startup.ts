/**
 * How soon the command line answers, as whole processes, against a Node that does nothing:
 *
 * - `gosling --version`, which completion and CI ask for often
 * - `gosling validate` of a Nest with one Egg
 *
 *   npx projen bench:startup [RUNS]
 *
 * Wanted: --version within 1.6 times, validate within 2.5 times.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { makeNest } from "./nest-of-eggs";

const RUNS = Number(process.argv[2] ?? 15);
const GOSLING = join(__dirname, "../bin/gosling");

const nest = makeNest(1, "files");
const programs = [
  { title: "node -e 0", args: ["-e", "0"] },
  { title: "gosling --version", args: [GOSLING, "--version"], wanted: 1.6 },
  { title: "gosling validate, one Egg", args: [GOSLING, "validate", "--nest", nest], wanted: 2.5 },
];
const times = programs.map((): number[] => []);

try {
  // In turn, so that a busy moment of the machine touches all of them alike; the first round warms the disk's cache.
  for (let run = -1; run < RUNS; run++) {
    programs.forEach(({ args, title }, index) => {
      const start = process.hrtime.bigint();
      const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
      if (status !== 0) throw new Error(`${title} failed`);
      if (run >= 0) times[index]?.push(Number(process.hrtime.bigint() - start) / 1e6);
    });
  }
} finally {
  rmSync(nest, { recursive: true });
}

const medians = times.map((all) => all.sort((a, b) => a - b)[all.length >> 1] ?? NaN);
const base = medians[0] ?? NaN;
console.log(`Node ${process.version}, median of ${RUNS} alternating runs\n`);
programs.forEach(({ title, wanted }, index) => {
  const median = medians[index] ?? NaN;
  console.log(`${title.padEnd(28)}${median.toFixed(0).padStart(6)} ms${wanted === undefined ? "" : `${(median / base).toFixed(2).padStart(7)} times (wanted: at most ${wanted})`}`);
});
