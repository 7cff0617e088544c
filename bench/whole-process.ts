import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a process has used from its start to its end. */
export interface WholeProcess {
  /** Processor time, user and system. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Peak of resident memory; known of Node programs only. */
  readonly maxRssMb?: number;
  readonly code: number | null;
}

/** Runs a Node program, which is asked as it ends what it has used. */
export function runNode(args: readonly string[], cwd: string): WholeProcess {
  const scratch = mkdtempSync(join(tmpdir(), "gosling-bench-"));
  try {
    const usage = join(scratch, "usage.json");
    const reporter = join(scratch, "reporter.js");
    writeFileSync(reporter, `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(usage)}, JSON.stringify(process.resourceUsage())));\n`);
    const start = performance.now();
    const { status } = spawnSync(process.execPath, ["--require", reporter, ...args], { cwd, stdio: "ignore" });
    const wallSeconds = (performance.now() - start) / 1000;
    const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(readFileSync(usage, "utf8")) as NodeJS.ResourceUsage;
    return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, wallSeconds, maxRssMb: maxRSS / 1024, code: status };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs any program under a shell, whose `times` tells what it and its children have used. */
export function runProgram(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): WholeProcess {
  const start = performance.now();
  const { status, stdout } = spawnSync("sh", ["-c", '"$@" >/dev/null 2>&1; code=$?; times; exit $code', "sh", program, ...args], { cwd, env, encoding: "utf8" });
  const wallSeconds = (performance.now() - start) / 1000;
  const children = stdout.trim().split("\n")[1] ?? "";
  const cpuSeconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
  return { cpuSeconds, wallSeconds, code: status };
}
