import { execFile } from "node:child_process";

/** Paths given to Git at a time, so that a command line never grows too long. */
const BATCH = 500;

/** Which of the files (relative to `root`) Git tracks. None where there is no Git or no repository. */
export async function gitTracked(root: string, paths: readonly string[]): Promise<ReadonlySet<string>> {
  const tracked = new Set<string>();
  for (let start = 0; start < paths.length; start += BATCH) {
    for (const path of await listFiles(root, paths.slice(start, start + BATCH))) tracked.add(path);
  }
  return tracked;
}

function listFiles(root: string, paths: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve) => {
    // -z: names as they are; literal: a name with * in it means itself.
    execFile("git", ["--literal-pathspecs", "-C", root, "ls-files", "-z", "--", ...paths], { maxBuffer: 16 * 1024 * 1024 }, (error, stdout) => {
      resolve(error ? [] : stdout.split("\0").filter((name) => name !== ""));
    });
  });
}
