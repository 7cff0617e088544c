/**
 * What a deployment costs over the bare engine, whole processes, in serverless Eggs of the local cloud, which start
 * nothing: `gosling deploy` of 1 and of 50 Eggs from nothing against init, plan, show and apply of the same stacks by the
 * bare engine, as many at once as there are processors; the same with encryption against the bare engine without it;
 * one Egg of AWS, whose stack has a provider; then 1,000 Eggs with nothing changed, and with one changed.
 *
 *   npx projen bench:deploy [RUNS] [MOST]
 *
 * The lowest of RUNS alternating runs counts (default: 5): what others do on the machine only ever adds. MOST is the
 * number of Eggs of the last part (default: 1,000). Ends with 1 where the processor time is over what is wanted.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { findEngine, type Engine } from "../src/engine";
import { PRODUCT } from "../src/engine/version";
import { serverlessAwsEggText, serverlessEggText } from "./nest-of-eggs";
import { runProgram, type WholeProcess } from "./whole-process";

const RUNS = Number(process.argv[2] ?? 5);
const MOST = Number(process.argv[3] ?? 1000);
const GOSLING = join(__dirname, "../bin/gosling");
const KEY = "BENCH_STATE_KEY";
const ENCRYPTION = `  state {\n    encryption {\n      enabled = true\n      key     = "env://${KEY}"\n    }\n  }\n`;
/** Seconds of processor time for MOST Eggs with nothing changed. */
const UNCHANGED = 1.5;

/** What the bare engine does in a stack's folder. */
const BARE = 'cd "$2" && "$1" init -input=false && "$1" plan -input=false -out=stack.plan && "$1" show -json stack.plan && "$1" apply -input=false stack.plan';

interface Case {
  readonly title: string;
  readonly run: () => WholeProcess;
  /** Times the first case's processor time, at most. */
  readonly wanted?: number;
}

const scratch = mkdtempSync(join(tmpdir(), "gosling-bench-"));

/** Both sides get this and nothing else: no configuration of the engine, no cache of providers. */
function environment({ path }: Engine): NodeJS.ProcessEnv {
  return { PATH: [dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter), HOME: scratch, GOSLING_ENGINE: path, [KEY]: randomBytes(32).toString("base64") };
}

/** A new Nest of `count` Eggs in its own folder. */
function newNest(count: number, block = ""): string {
  const root = mkdtempSync(join(scratch, "nest-"));
  writeFileSync(join(root, "nest.fly"), `nest {\n  name = "bench"\n${block}}\n`);
  for (let index = 0; index < count; index++) writeEgg(root, index);
  return root;
}

function writeEgg(root: string, index: number, project?: string): void {
  const folder = join(root, `Eggs/egg-${index}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.fly"), serverlessEggText(index, project));
}

function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): WholeProcess {
  const used = runProgram(program, args, cwd, env);
  if (used.code !== 0) throw new Error(`${program} ${args.join(" ")} in ${cwd} ended with ${used.code}`);
  return used;
}

function gosling(command: readonly string[], root: string, env: NodeJS.ProcessEnv): WholeProcess {
  return run(process.execPath, [GOSLING, ...command, "--quiet"], root, env);
}

/** Names in a cloud are taken once, so each Nest there has a name of its own. */
let nests = 0;

/** A new Nest of one Egg on AWS. */
function newCloudNest(): string {
  const root = mkdtempSync(join(scratch, "nest-"));
  mkdirSync(join(root, "Eggs/egg-0"), { recursive: true });
  writeFileSync(join(root, "nest.fly"), `nest {\n  name = "bench-${nests++}"\n}\n`);
  writeFileSync(join(root, "Eggs/egg-0/config.fly"), serverlessAwsEggText(0));
  return root;
}

/** A Nest of which nothing is deployed yet, not even synthesized. */
function deployNew(count: number, block: string, env: NodeJS.ProcessEnv): WholeProcess {
  return gosling(["deploy", "--yes"], newNest(count, block), env);
}

/** The bare engine in the stacks of a Nest of which nothing is synthesized yet. */
function bare(root: string, engine: Engine, env: NodeJS.ProcessEnv): WholeProcess {
  gosling(["synth"], root, env);
  mkdirSync(join(root, ".gosling/state"), { recursive: true });
  const stacks = readdirSync(join(root, "gosling.out/stacks")).map((name) => join(root, "gosling.out/stacks", name));
  return run("sh", ["-c", 'engine=$1; bare=$2; at_once=$3; shift 3; printf "%s\\n" "$@" | xargs -P "$at_once" -n 1 sh -c "$bare" bare "$engine"', "sh", engine.path, BARE, String(availableParallelism()), ...stacks], root, env);
}

/** The run of each case that took the least processor time. */
function measured(cases: readonly Case[]): readonly WholeProcess[] {
  // In turn, so that a busy moment of the machine touches all alike; the first round warms the disk's cache.
  const rounds = Array.from({ length: RUNS + 1 }, () => cases.map(({ run }) => run())).slice(1);
  return cases.map((_, index) => rounds.map((round) => round[index] as WholeProcess).reduce((least, next) => (next.cpuSeconds < least.cpuSeconds ? next : least)));
}

function check(good: boolean): void {
  if (!good) process.exitCode = 1;
}

function compare(title: string, cases: readonly Case[]): void {
  console.log(title);
  const results = measured(cases);
  const [peer] = results as [WholeProcess];
  results.forEach((used, index) => {
    const { title, wanted } = cases[index] as Case;
    const ratio = used.cpuSeconds / peer.cpuSeconds;
    console.log(line(title, used, `${ratio.toFixed(2)} times its CPU, ${(used.wallSeconds / peer.wallSeconds).toFixed(2)} times its time${wanted === undefined ? "" : ` (wanted: at most ${wanted})`}`));
    check(wanted === undefined || ratio <= wanted);
  });
  console.log();
}

function line(title: string, { cpuSeconds, wallSeconds }: WholeProcess, remark: string): string {
  return `  ${title.padEnd(26)}${cpuSeconds.toFixed(2).padStart(7)} s CPU${wallSeconds.toFixed(2).padStart(7)} s  ${remark}`;
}

function compareNew(count: number, wanted: number, engine: Engine): void {
  const env = environment(engine);
  const encrypted = { title: "gosling, encrypted", run: () => deployNew(count, ENCRYPTION, env), wanted: 1.7 };
  compare(`${PRODUCT[engine.name]} ${engine.version}, ${count === 1 ? "1 Egg" : `${count} Eggs`} from nothing`, [
    { title: "the bare engine", run: () => bare(newNest(count), engine, env) },
    { title: "gosling deploy", run: () => deployNew(count, "", env), wanted },
    // The other engine has no encryption.
    ...(engine.name === "tofu" ? [encrypted] : []),
  ]);
}

/** One Egg whose stack has a provider: the rehearsal's, in a process that is nobody's cost. */
async function comparePlayed(engine: Engine): Promise<void> {
  const provider = spawn(process.execPath, ["-e", PROVIDER, join(__dirname, "../lib/src/rehearsal")], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [played] = (await once(provider.stdout, "data")) as [Buffer];
    const env = { ...environment(engine), ...(JSON.parse(played.toString()) as Record<string, string>) };
    compare(`${PRODUCT[engine.name]} ${engine.version}, 1 Egg on AWS from nothing, its provider played`, [
      { title: "the bare engine", run: () => bare(newCloudNest(), engine, env) },
      { title: "gosling deploy", run: () => gosling(["deploy", "--yes"], newCloudNest(), env), wanted: 1.25 },
    ]);
  } finally {
    provider.stdin.end();
    await once(provider, "exit");
  }
}

/** Tells what leads the engine to it, and Gosling to a Vault that holds no token for GitLab; ends with its standard input. */
const PROVIDER = `const vault = require("node:http").createServer((_, response) => response.writeHead(404, { "content-type": "application/json" }).end('{"errors":[]}'));
require(process.argv[1]).startProvider({ clouds: ["aws"] }).then((provider) => vault.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ ...provider.environment, VAULT_ADDR: "http://127.0.0.1:" + vault.address().port, VAULT_TOKEN: "none" }));
  process.stdin.resume().on("end", () => vault.close(() => provider.stop()));
}));`;

function compareDeployed(engine: Engine): void {
  const env = environment(engine);
  const root = newNest(MOST);
  gosling(["deploy", "--yes"], root, env);
  let change = 0;
  const changed = () => {
    writeEgg(root, 0, `changed ${change++}`);
    return gosling(["deploy", "--yes"], root, env);
  };
  const [engineRun, unchanged, one] = measured([
    { title: "the bare engine", run: () => bare(newNest(1), engine, env) },
    { title: "nothing changed", run: () => gosling(["deploy", "--yes"], root, env) },
    { title: "one Egg changed", run: changed },
  ]) as [WholeProcess, WholeProcess, WholeProcess];
  const most = UNCHANGED + engineRun.cpuSeconds;
  console.log(`${PRODUCT[engine.name]} ${engine.version}, ${MOST} Eggs that are deployed`);
  console.log(line("nothing changed", unchanged, `(wanted: at most ${UNCHANGED} s)`));
  console.log(line("one Egg changed", one, `(wanted: at most ${most.toFixed(2)} s, one Egg by the bare engine on top)`));
  check(unchanged.cpuSeconds <= UNCHANGED && one.cpuSeconds <= most);
}

async function main(): Promise<void> {
  try {
    const engines: Engine[] = [];
    for (const name of ["tofu", "terraform"]) {
      const path = name === "tofu" ? (process.env["GOSLING_ENGINE"] ?? name) : name;
      const found = await findEngine({ env: { ...process.env, GOSLING_ENGINE: path }, cwd: process.cwd() }).catch((error: Error) => void console.log(`${name} is left out: ${error.message}\n`));
      if (found) engines.push(found);
    }
    const [first] = engines;
    if (!first) throw new Error("There is no engine: name one with GOSLING_ENGINE.");
    for (const engine of engines) {
      compareNew(1, 1.25, engine);
      await comparePlayed(engine);
      compareNew(50, 1.1, engine);
    }
    compareDeployed(first);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

void main();
