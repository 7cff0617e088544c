import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { COMMANDS } from "../../src/cli/program";
import { gosling } from "../support/command-line";
import { folderWith } from "../support/folder";
import { GOSLING } from "../support/local-runner";
import { NEST, nestFiles } from "../support/nest-files";
import { onPath } from "../support/shells";

const JOB = 'job "nightly" {\n  schedule = "@daily"\n  task     = "drift"\n  runner {}\n  cloud {\n    provider = "local"\n  }\n}\n';
const BUCKET = 'eggsbucket "team" {\n}\n';
/** Names are completed in Nests with mistakes too: the bucket has some. */
const nest = folderWith({ ...nestFiles({ web: {}, api: {} }, { "Jobs/nightly.fly": JOB, "Eggs/team/config.fly": BUCKET, "rift.fly": 'rift "main" {\n}\nvariable "region" {\n}\nlocals {\n  one = 1\n  two = 2\n}\n' }), "other/nest.fly": NEST, "other/Eggs/far/config.fly": 'egg "far" {}\n' });

describe("names for the scripts", () => {
  test.each([
    ["unit", "api\nweb\nteam\njob.nightly\n"],
    ["egg", "api\nweb\n"],
    ["bucket", "team\n"],
    ["job", "nightly\n"],
    ["rift", "main\n"],
    ["var", "region\n"],
    ["local", "one\ntwo\n"],
    ["nest", ""],
    ["constructor", ""],
  ])("%s", async (kind, names) => {
    expect(await gosling(nest, ["completion", "--names", kind])).toEqual({ code: 0, stdout: names, stderr: "" });
  });

  test("are none outside of a Nest, without a word", async () => {
    expect(await gosling(folderWith({}), ["completion", "--names", "egg"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

test("gosling completion asks for the shell", async () => {
  expect(await gosling(nest, ["completion"])).toMatchObject({ code: 64, stderr: expect.stringContaining("bash, zsh or fish") as string });
  expect(await gosling(nest, ["completion", "tcsh"])).toMatchObject({ code: 64, stderr: expect.stringContaining("bash, zsh, fish") as string });
});

/** A line up to the cursor, and all that may stand there. */
const CASES: readonly (readonly [string, readonly string[]])[] = [
  ["gosling ", [...COMMANDS.map(({ name }) => name), "help"]],
  ["gosling dep", ["deploy"]],
  ["gosling add ", ["egg", "bucket", "job", "rift"]],
  ["gosling add egg --type ", ["vm", "serverless", "auto"]],
  ["gosling add egg --type s", ["serverless"]],
  ["gosling add job --type vm --task ", ["rotate-secrets", "update-nest", "update-runner-images", "drift", "prune"]],
  ["gosling add egg x --rift ", ["main"]],
  ["gosling deploy --tar", ["--target"]],
  ["gosling deploy --target ", ["api", "web", "team", "job.nightly"]],
  ["gosling deploy --target api w", ["web"]],
  ["gosling plan --target api --ref", ["--refresh"]],
  ["gosling destroy web t", ["team"]],
  ["gosling status --egg a", ["api"]],
  ["gosling get ", ["nest", "egg", "bucket", "eggsbucket", "job", "rift", "uglyfox", "mothergoose", "var", "local"]],
  ["gosling get egg ", ["api", "web"]],
  ["gosling get local ", ["one", "two"]],
  ["gosling get egg web ", []],
  ["gosling list --quiet ", ["eggs", "buckets", "jobs", "rifts"]],
  ["gosling --nest other get egg ", ["far"]],
  ["gosling graph --format ", ["mermaid", "svg"]],
  ["gosling engine ", ["list", "install", "use", "verify"]],
  ["gosling engine install --ur", ["--url"]],
  ["gosling help de", ["deploy", "destroy"]],
  ["gosling completion ", ["bash", "zsh", "fish"]],
  ["gosling fmt nest", ["nest.fly"]],
  ["gosling init oth", ["other"]],
];

/** `gosling` as the shells find it: the compiled program on the PATH. */
function environment(): NodeJS.ProcessEnv {
  const bin = join(folderWith({}), "bin");
  mkdirSync(bin);
  symlinkSync(GOSLING, join(bin, "gosling"));
  return { PATH: [bin, dirname(process.execPath), "/usr/bin", "/bin"].join(":"), HOME: bin, LC_ALL: "C" };
}

async function scriptOf(shell: string): Promise<string> {
  const { code, stdout } = await gosling(nest, ["completion", shell]);
  expect(code).toBe(0);
  const file = join(folderWith({}), `gosling.${shell}`);
  writeFileSync(file, stdout);
  return file;
}

/** What a shell says for each line, in one process: starting a shell for each would take long. */
function answers(shell: string, program: string): readonly (readonly string[])[] {
  const said = execFileSync(shell, [...(shell === "zsh" ? ["-f"] : []), program], { cwd: nest, env: environment(), encoding: "utf8" });
  return said.split("\u0001\n").slice(1).map((part) => part.split("\n").filter((line) => line !== ""));
}

const sorted = (words: readonly string[]): readonly string[] => [...words].sort();

function withShell(shell: string, run: () => Promise<void>): void {
  if (onPath(shell) === undefined) test.skip(`${shell} completes (no ${shell} is on the PATH)`, run);
  else test(`${shell} completes`, run);
}

withShell("bash", async () => {
  const script = await scriptOf("bash");
  const words = (line: string): string => line.split(" ").map((word) => `'${word}'`).join(" ");
  const program = join(folderWith({ "try.bash": [
    `source '${script}'`,
    "try() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _gosling; printf '\\001\\n'; printf '%s\\n' \"${COMPREPLY[@]}\"; }",
    ...CASES.map(([line]) => `try ${words(line)}`),
    "printf '\\001\\n'; complete -p gosling",
    // As bash takes --type=s apart.
    "try gosling add egg --type = s",
    "set -u; try gosling deploy --target w",
  ].join("\n") }), "try.bash");
  const found = answers("bash", program);
  CASES.forEach(([line, wanted], index) => expect([line, sorted(found[index] ?? [])]).toEqual([line, sorted(wanted)]));
  expect(found.slice(CASES.length)).toEqual([["complete -F _gosling gosling"], ["serverless"], ["web"]]);
});

withShell("fish", async () => {
  const script = await scriptOf("fish");
  const program = join(folderWith({ "try.fish": [`source '${script}'`, ...CASES.map(([line]) => `printf '\\001\\n'; complete -C '${line}' | string replace -r '\\t.*' ''`)].join("\n") }), "try.fish");
  const found = answers("fish", program);
  // A folder's name ends in a slash there.
  CASES.forEach(([line, wanted], index) => expect([line, sorted((found[index] ?? []).map((word) => word.replace(/\/$/, "")))]).toEqual([line, sorted(wanted)]));
});

withShell("zsh", async () => {
  const script = await scriptOf("zsh");
  // zsh takes what is completed at a terminal only; here it is printed, as far as the word at the cursor begins it.
  const program = join(folderWith({ "try.zsh": [
    "compdef() { print -r -- \"compdef $*\" }",
    "begun() { local each; for each in \"$@\"; do [[ $each == ${words[CURRENT]}* ]] && print -r -- $each; done }",
    "compadd() { [[ $1 == -- ]] && shift; begun \"$@\" }",
    "_describe() { local -a all; all=(\"${(@P)4}\"); begun \"${(@)all%%:*}\" }",
    "_files() { local -a all; if [[ $1 == -/ ]]; then all=(*(/N)); else all=(*(N)); fi; begun $all }",
    "printf '\\001\\n'",
    `source '${script}'`,
    "try() { local -a words; words=(\"$@\"); local CURRENT=$#; printf '\\001\\n'; _gosling }",
    ...CASES.map(([line]) => `try ${line.split(" ").map((word) => `'${word}'`).join(" ")}`),
  ].join("\n") }), "try.zsh");
  const [sourced, ...found] = answers("zsh", program);
  expect(sourced).toEqual(["compdef _gosling gosling"]);
  CASES.forEach(([line, wanted], index) => expect([line, sorted(found[index] ?? [])]).toEqual([line, sorted(wanted)]));
});
