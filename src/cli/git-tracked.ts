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

/** Whether Git would take a file (relative to `root`) up with `git add`: there is a repository, and nothing says to ignore it. */
export function gitWouldTake(root: string, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    // Exit code 0: ignored, 1: not, 128: no repository.
    execFile("git", ["-C", root, "check-ignore", "--quiet", "--", path], (error) => resolve(error?.code === 1));
  });
}

/** What is wrong with Git and a file that holds a secret, with a way out. */
export async function secretFileWarning(root: string, path: string): Promise<string | undefined> {
  if ((await gitTracked(root, [path])).has(path)) return `Git tracks ${path}, so the value is in the repository with the next commit. Take it out (git rm --cached ${path}), and ignore it in .gitignore.`;
  if (await gitWouldTake(root, path)) return `Git does not ignore ${path}: add /${path} to .gitignore before the next git add.`;
  return undefined;
}

function listFiles(root: string, paths: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve) => {
    // -z: names as they are; literal: a name with * in it means itself.
    execFile("git", ["--literal-pathspecs", "-C", root, "ls-files", "-z", "--", ...paths], { maxBuffer: 16 * 1024 * 1024 }, (error, stdout) => {
      resolve(error ? [] : stdout.split("\0").filter((name) => name !== ""));
    });
  });
}
