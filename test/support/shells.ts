import { execFileSync } from "node:child_process";

/** Path of a program on the PATH, where it is there. */
export function onPath(program: string): string | undefined {
  try {
    return execFileSync("/bin/sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}
