/**
 * The language at work on 1,000 Eggs, in one file and in 1,000 files:
 *
 * - parsing, in one process, against hcl2-parser (HCL's own parser in JavaScript) and @cdktn/hcl2json (in WebAssembly)
 * - `gosling validate` (parse, evaluate, check) as a whole process, as it runs before each commit and as it runs the
 *   first time, when nothing is known of the Nest, beside `terraform fmt -check` over the same files
 *
 *   npx projen bench:fly [COUNT] [RUNS]
 *
 * Wanted: parse at least 30 times faster than hcl2-parser; validate within 0.7 s of CPU and 200 MB.
 */
import { copyFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parse as parseWithHcl2Json } from "@cdktn/hcl2json";
import { parseToString } from "hcl2-parser";
import { parse } from "../src/fly/parser";
import { SourceText } from "../src/fly/source";
import { enginesHere } from "../test/support/engines";
import { eggText, makeNest } from "./nest-of-eggs";
import { type WholeProcess, runNode, runProgram } from "./whole-process";

const COUNT = Number(process.argv[2] ?? 1000);
const RUNS = Number(process.argv[3] ?? 5);

/** Runs of one parser that a slow peer gets: it is measured, not waited for. */
const PEER_RUNS = 1;

const texts = Array.from({ length: COUNT }, (_, index) => eggText(index));

async function main(): Promise<void> {
  console.log(`${COUNT} Eggs of ${texts[0]?.split("\n").length} lines, Node ${process.version}, median of ${RUNS} runs (peers: ${PEER_RUNS})\n`);
  await compareParsers("in one file", [texts.join("\n")]);
  await compareParsers(`in ${COUNT} files`, texts);
  for (const form of ["file", "files"] as const) wholeProcesses(form);
}

async function compareParsers(title: string, files: readonly string[]): Promise<void> {
  const ours = await medianMs(RUNS, () => {
    for (const text of files) if (parse(new SourceText("bench.fly", text)).diagnostics.length > 0) throw new Error("the benchmark's files must be valid");
  });
  const hcl2Parser = await medianMs(PEER_RUNS, () => {
    for (const text of files) parseToString(text);
  });
  const hcl2Json = await medianMs(PEER_RUNS, async () => {
    for (const text of files) await parseWithHcl2Json("bench.tf", text);
  });
  console.log(`parse ${title}`);
  line("gosling", `${ours.toFixed(1)} ms`);
  line("hcl2-parser", `${hcl2Parser.toFixed(0)} ms`, `${(hcl2Parser / ours).toFixed(0)} times ours (wanted: 30 and more)`);
  line("@cdktn/hcl2json", `${hcl2Json.toFixed(0)} ms`, `${(hcl2Json / ours).toFixed(1)} times ours`);
  console.log();
}

/** CPU time is what is compared: machines of CI have neighbours. */
async function medianMs(runs: number, work: () => void | Promise<void>): Promise<number> {
  await work(); // warm
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
}

function wholeProcesses(form: "file" | "files"): void {
  const root = makeNest(COUNT, form);
  try {
    console.log(`whole processes, ${form === "file" ? "one file" : `${COUNT} files`}`);
    const validate = (): WholeProcess => runNode([join(__dirname, "../bin/gosling"), "validate", "--quiet"], root);
    report("gosling validate", validate, "(wanted: at most 0.7 s of CPU, 200 MB)");
    report("  the first time", () => {
      rmSync(join(root, ".gosling"), { recursive: true, force: true });
      return validate();
    });
    for (const engine of enginesHere()) {
      // The engine formats its own kinds of file only.
      for (const file of readdirSync(root, { recursive: true, encoding: "utf8" })) if (file.endsWith(".fly")) copyFileSync(join(root, file), join(root, file.replace(/fly$/, "tf")));
      report(`${engine.name} fmt -check`, () => runProgram(engine.path, ["fmt", "-check", "-recursive", root], root));
    }
    console.log();
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function report(name: string, run: () => WholeProcess, remark = ""): void {
  const runs = Array.from({ length: RUNS }, run).sort((a, b) => a.cpuSeconds - b.cpuSeconds);
  const { cpuSeconds, wallSeconds, maxRssMb, code } = runs[Math.floor(runs.length / 2)] as WholeProcess;
  line(name, `${cpuSeconds.toFixed(2)} s of CPU, ${wallSeconds.toFixed(2)} s${maxRssMb === undefined ? "" : `, ${maxRssMb.toFixed(0)} MB`}${code === 0 ? "" : `, exit code ${code}`}`, remark);
}

function line(name: string, measured: string, remark = ""): void {
  console.log(`  ${name.padEnd(22)} ${measured.padStart(10)}  ${remark}`.trimEnd());
}

void main();
