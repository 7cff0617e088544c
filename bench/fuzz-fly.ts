/**
 * Feeds broken files to the parser and looks for crashes, hangs over 1 s, tokens or nodes that lie outside of the text,
 * files that are refused without a word, and valid ones that change when they are printed and parsed again.
 *
 *   npx projen fuzz [--count N] [--seed N]
 */
import { parseArgs } from "node:util";
import { fuzz } from "../test/support/check-parse";

const { values } = parseArgs({ options: { count: { type: "string", default: "100000" }, seed: { type: "string" } } });
const count = Number(values.count);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);

console.log(`seed ${seed}, ${count} inputs`);
const started = performance.now();
const { valid, slowestMs } = fuzz(seed, count, (done) => {
  if (done % 10000 === 0) console.log(`${done} done, ${((performance.now() - started) / 1000).toFixed(0)} s`);
});
console.log(`no crash, no hang; ${valid} were valid, the slowest took ${slowestMs.toFixed(0)} ms`);
