import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

export interface ProcessAt {
  readonly pid: number;
  readonly args: string;
}

/**
 * Processes that work in a folder, or name it. An engine only does the former: its arguments tell nothing of the stack.
 * Outside Linux only what is named is found.
 */
export function processesAt(folder: string): readonly ProcessAt[] {
  const all = spawnSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" }).stdout.split("\n").flatMap((line): ProcessAt[] => {
    const [, pid, args] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    return pid === undefined || args === undefined ? [] : [{ pid: Number(pid), args }];
  });
  return all.filter(({ pid, args }) => args.includes(folder) || workingFolder(pid).startsWith(folder));
}

function workingFolder(pid: number): string {
  try {
    // An ended one that nobody has waited for has no arguments any more, and works nowhere.
    return readFileSync(`/proc/${pid}/cmdline`).length === 0 ? "" : readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}
