import { spawn } from "node:child_process";
import { GOSLING } from "./local-runner";
import { onPath } from "./shells";

/** What is waited for on the screen, and the keys that are pressed then. */
export type Keys = readonly (readonly [seen: string, press: string])[];

export const ENTER = "\r";
export const UP = "\u001b[A";
export const DOWN = "\u001b[B";
export const CTRL_C = "\u0003";

/** The program that makes a terminal; undefined where there is none that we know. */
export const TERMINAL = process.platform === "linux" ? onPath("script") : undefined;

const DEADLINE_MS = 30_000;

/** Runs `gosling` at a real terminal. Answers with all that was on the screen, without colours and movements. */
export async function atTerminal(cwd: string, args: readonly string[], keys: Keys): Promise<{ readonly code: number | null; readonly screen: string }> {
  // A terminal that is made without one has no size.
  const line = `stty columns 100 rows 40; exec ${[process.execPath, GOSLING, ...args].map((word) => `'${word}'`).join(" ")}`;
  const env = { PATH: process.env["PATH"] ?? "", HOME: cwd, TERM: "xterm-256color", SHELL: "/bin/sh", LC_ALL: "C.UTF-8" };
  const child = spawn(TERMINAL ?? "script", ["--quiet", "--return", "--command", line, "/dev/null"], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  let bytes = "";
  let screen = "";
  let at = 0;
  const left = [...keys];
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    bytes += part;
    screen = bytes.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
    for (let next = left[0]; next; next = left[0]) {
      const found = screen.indexOf(next[0], at);
      if (found < 0) return;
      at = found + next[0].length;
      left.shift();
      child.stdin.write(next[1]);
    }
  });
  const code = await new Promise<number | null>((done) => child.on("close", done));
  clearTimeout(deadline);
  if (left.length > 0) throw new Error(`never seen: ${left[0]?.[0] ?? ""}\n${screen}`);
  return { code, screen };
}
