"use strict";

/**
 * A GitLab runner agent for tests: it takes the command line, the configuration and the signals of
 * gitlab-runner, and gets its jobs from a spool folder (GOSLING_TEST_SPOOL) instead of from a server.
 *
 * NAME.job is a shell script that waits to be run; it becomes NAME.running (its text is the agent's process
 * number), writes NAME.output, and ends as NAME.done (its text is the exit code) or NAME.aborted.
 * `config.json` tells what the agent has loaded, tokens as SHA-256. A file `crash` makes it end with exit code 9,
 * `mute` stop answering for its metrics, and `deaf`, when it is there at the start, ignore signals.
 */
const { spawn } = require("node:child_process");
const { createHash, randomBytes } = require("node:crypto");
const { appendFileSync, existsSync, openSync, closeSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { dirname, join } = require("node:path");
const { parse } = require("smol-toml");
const { jobEnvironment } = require("./expand");

const args = process.argv.slice(2);
if (args.includes("--version")) {
  process.stdout.write("Version:      17.5.0\nGit revision: test\nOS/Arch:      test\n");
  process.exit(0);
}
if (args[0] !== "run") {
  process.stderr.write(`FATAL: unknown command ${args[0]}\n`);
  process.exit(1);
}
const option = (name) => args[args.indexOf(name) + 1];
const spool = process.env.GOSLING_TEST_SPOOL;
process.chdir(option("--working-directory"));

let config;
let server;
let draining = false;
/** The job that runs: { name, child, aborted }. */
let job;

function log(level, msg) {
  process.stderr.write(`${JSON.stringify({ level, msg })}\n`);
}

function write(name, text) {
  writeFileSync(join(spool, `${name}.tmp`), text);
  renameSync(join(spool, `${name}.tmp`), join(spool, name));
}

/** As gitlab-runner does: what stands beside the configuration, where it has the right form. */
function systemId() {
  const file = join(dirname(option("--config")), ".runner_system_id");
  const text = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  return /^[sr]_[0-9a-zA-Z]{12}$/.test(text) ? text : `r_${randomBytes(6).toString("hex")}`;
}

let loads = 0;
function load() {
  config = parse(readFileSync(option("--config"), "utf8"));
  loads++;
  // A careless agent, so that tests see what is masked.
  for (const runner of config.runners) log("info", `token ${runner.token}`);
  write("config.json", JSON.stringify({ pid: process.pid, loads, tokens: config.runners.map(({ token }) => createHash("sha256").update(token).digest("hex")), names: config.runners.map(({ name }) => name), systemId: systemId() }));
}

function listen() {
  const [host, port] = config.listen_address.split(":");
  server = createServer((_request, response) => {
    response.setHeader("connection", "close");
    response.end(`# TYPE gitlab_runner_version_info gauge\ngitlab_runner_version_info{version="17.5.0"} 1\n${job ? 'gitlab_runner_jobs{executor="shell",state="running"} 1\n' : ""}`);
  });
  server.on("error", (error) => {
    log("fatal", `Failed to create listener for metrics server: ${error.code}`);
    process.exit(1);
  });
  server.listen(Number(port), host, () => {
    const deaf = existsSync(join(spool, "deaf"));
    process.on("SIGQUIT", () => (draining = !deaf));
    for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, deaf ? () => undefined : abort);
    process.on("SIGHUP", load);
    setInterval(look, 20);
  });
}

function look() {
  if (existsSync(join(spool, "crash"))) {
    rmSync(join(spool, "crash"));
    log("fatal", "told to crash");
    process.exit(9);
  }
  if (existsSync(join(spool, "mute"))) server.close();
  if (job) return;
  if (draining) process.exit(0);
  const file = readdirSync(spool).find((entry) => entry.endsWith(".job"));
  if (file !== undefined) start(file.slice(0, -".job".length));
}

function start(name) {
  const script = readFileSync(join(spool, `${name}.job`), "utf8");
  try {
    // Of several agents on one spool, one gets it.
    renameSync(join(spool, `${name}.job`), join(spool, `${name}.taken`));
  } catch {
    return;
  }
  const output = openSync(join(spool, `${name}.output`), "a");
  const child = spawn("/bin/sh", ["-c", script], { env: { ...process.env, ...jobEnvironment(config.runners[0].environment) }, stdio: ["ignore", output, output], detached: true });
  closeSync(output);
  job = { name, child, aborted: false };
  write(`${name}.running`, `${process.pid}`);
  rmSync(join(spool, `${name}.taken`));
  child.on("exit", (code) => {
    const { aborted } = job;
    rmSync(join(spool, `${name}.running`));
    write(aborted ? `${name}.aborted` : `${name}.done`, `${code}`);
    job = undefined;
    if (aborted) process.exit(1);
  });
}

function abort() {
  appendFileSync(join(spool, "aborts"), "x");
  if (!job) process.exit(1);
  job.aborted = true;
  process.kill(-job.child.pid, "SIGKILL");
}

load();
listen();
