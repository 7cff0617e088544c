import { execFile } from "node:child_process";
import { relative, sep } from "node:path";
import { realpathSync } from "node:fs";
import { GoslingError } from "../vocabulary/error";
import { type GitAddress, parseGitAddress } from "./git-address";

type Environment = Readonly<Record<string, string | undefined>>;

/** What Git says about a folder. */
export type GitFolder =
  /** There is no Git on the PATH. */
  | { readonly kind: "no-git" }
  | { readonly kind: "no-repository" }
  /** Git refuses to look into it. */
  | { readonly kind: "unreadable"; readonly reason: string }
  | {
      readonly kind: "repository";
      /** Path of the folder inside of the repository, `/` between folders; empty at its root. */
      readonly inside: string;
      /** Absent where no branch is checked out. */
      readonly branch?: string;
      readonly remotes: readonly GitRemote[];
    };

export interface GitRemote {
  readonly name: string;
  /** Absent where it is a folder of this machine. */
  readonly host?: string;
  /** Where it is, in the form of a GitLab project's address; without a password. */
  readonly address?: GitAddress;
}

/** Looks at a folder; changes nothing. */
export async function lookAtGit(folder: string, env: Environment): Promise<GitFolder> {
  const root = await git(folder, env, "rev-parse", "--show-toplevel");
  if (root.kind === "missing") return { kind: "no-git" };
  if (root.kind === "failed") return /not a git repository/i.test(root.message) ? { kind: "no-repository" } : { kind: "unreadable", reason: root.message };
  const [branch, remotes] = await Promise.all([git(folder, env, "symbolic-ref", "--quiet", "--short", "HEAD"), git(folder, env, "config", "--get-regexp", "^remote\\..*\\.url$")]);
  return {
    kind: "repository",
    inside: relative(root.text, realpathSync(folder)).split(sep).join("/"),
    ...(branch.kind === "done" && { branch: branch.text }),
    remotes: remotes.kind === "done" ? remotes.text.split("\n").flatMap(remoteOf) : [],
  };
}

/** Git's version, such as `2.39.5`; undefined where there is no Git on the PATH. */
export async function gitVersion(cwd: string, env: Environment): Promise<string | undefined> {
  const answer = await git(cwd, env, "--version");
  return answer.kind === "done" ? (/\d+(\.\d+)+/.exec(answer.text)?.[0] ?? answer.text) : undefined;
}

/** The commit that is checked out, and whether files of this folder differ from it; undefined where there is none. */
export async function headCommit(folder: string, env: Environment): Promise<{ readonly sha: string; readonly dirty: boolean } | undefined> {
  const [head, changes] = await Promise.all([git(folder, env, "rev-parse", "--verify", "--quiet", "HEAD"), git(folder, env, "status", "--porcelain", "--untracked-files=normal", "--", ".")]);
  if (head.kind !== "done") return undefined;
  return { sha: head.text, dirty: changes.kind !== "done" || changes.text !== "" };
}

/** Makes a repository whose first branch is `main`. @throws GoslingError `GIT_FAILED` */
export async function initGit(folder: string, env: Environment): Promise<void> {
  // The setting instead of --initial-branch: older releases pass over what they don't know.
  const answer = await git(folder, env, "-c", "init.defaultBranch=main", "init", "--quiet");
  if (answer.kind === "done") return;
  throw new GoslingError("GIT_FAILED", answer.kind === "missing" ? "There is no git on the PATH" : `git init failed: ${answer.message}`, {
    hint: "The Nest's files are written. Mend it and run git init yourself.",
  });
}

/** What is missing for a Nest's pipelines, in plain words, each with a way out. `wanted` is the branch that is deployed. */
export function gitWarnings(found: GitFolder, wanted = "main"): readonly string[] {
  switch (found.kind) {
    case "no-git":
      return ["Git was not found. A Nest is a Git repository: install Git, then run git init."];
    case "no-repository":
      return ["This is no Git repository yet, and pipelines run from one: git init"];
    case "unreadable":
      return [`Git can't look into this folder: ${found.reason}`];
    case "repository":
      return [...branchWarnings(found.branch, wanted), ...remoteWarnings(found.remotes), ...placeWarnings(found.inside)];
  }
}

function branchWarnings(branch: string | undefined, wanted: string): readonly string[] {
  if (branch === undefined) return ["No branch is checked out: git switch BRANCH"];
  if (branch === wanted) return [];
  return [`The branch is ${branch}, and the one that is deployed is ${wanted}. Rename it (git branch -m ${wanted}), or name it in nest.fly: repository { branch = ${JSON.stringify(branch)} }`];
}

/** Hosts that have no GitLab. */
const ELSEWHERE: ReadonlySet<string> = new Set(["github.com", "bitbucket.org", "codeberg.org"]);

function remoteWarnings(remotes: readonly GitRemote[]): readonly string[] {
  if (remotes.length === 0) return ["The repository has no remote, and pipelines run when it is pushed to GitLab: git remote add origin URL"];
  const [first] = remotes;
  if (!first || !remotes.every(({ host }) => host !== undefined && ELSEWHERE.has(host))) return [];
  return [`The remote ${first.name} is at ${first.host ?? ""}, and the Nest's pipeline is GitLab's: push it to a GitLab project too.`];
}

/** Address of the GitLab project that a repository is pushed to: of `origin`, else of the first remote that can be one. */
export function gitlabRemote(found: GitFolder): GitAddress | undefined {
  if (found.kind !== "repository") return undefined;
  const candidates = found.remotes.filter(({ host }) => host !== undefined && !ELSEWHERE.has(host));
  return (candidates.find(({ name, address }) => name === "origin" && address) ?? candidates.find(({ address }) => address))?.address;
}

function placeWarnings(inside: string): readonly string[] {
  if (inside === "") return [];
  return [`The Nest is the folder ${inside} of a repository, and GitLab reads .gitlab-ci.yml at its root only: include ${inside}/.gitlab-ci.yml there.`];
}

/** `remote.origin.url git@gitlab.com:acme/nest.git`; a password in a URL goes no further. */
function remoteOf(line: string): readonly GitRemote[] {
  const [, name, url = ""] = /^remote\.(.*)\.url (.*)$/.exec(line) ?? [];
  if (name === undefined) return [];
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/:]+)/i.exec(url)?.[1] ?? /^(?:[^/@]+@)?([^/:]+):(?!\/\/)/.exec(url)?.[1];
  const address = parseGitAddress(url);
  return [{ name, ...(host !== undefined && !url.startsWith("file:") && { host: host.toLowerCase() }), ...(address && { address }) }];
}

type Answer = { readonly kind: "done"; readonly text: string } | { readonly kind: "failed"; readonly message: string } | { readonly kind: "missing" };

function git(cwd: string, env: Environment, ...args: readonly string[]): Promise<Answer> {
  return new Promise((resolve) => {
    // C: its messages are looked at.
    execFile("git", [...args], { cwd, env: { ...env, LC_ALL: "C" } as NodeJS.ProcessEnv, timeout: 20_000 }, (error, stdout, stderr) => {
      if (!error) resolve({ kind: "done", text: stdout.trim() });
      else if ((error as NodeJS.ErrnoException).code === "ENOENT") resolve({ kind: "missing" });
      else resolve({ kind: "failed", message: (stderr.trim().split("\n")[0] ?? "").replace(/^fatal: /, "") || error.message });
    });
  });
}
