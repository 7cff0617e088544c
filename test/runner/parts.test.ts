import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMasker } from "../../src/secrets";
import { jobsInMetrics } from "../../src/runner/agent-metrics";
import { backoffMs } from "../../src/runner/backoff";
import { createLog, openLogFile } from "../../src/runner/log";
import { identify, isAlive, machineProcesses } from "../../src/runner/processes";
import { runnerEnvironment } from "../../src/runner/process-environment";
import { createWaker } from "../../src/runner/waker";
import { runnerFile } from "../support/runner-file";

describe("backoffMs", () => {
  const pauses = (random: number): number[] => Array.from({ length: 9 }, (_, attempt) => backoffMs(attempt, { firstMs: 1000, maxMs: 60_000, random: () => random }));

  test("doubles up to its limit, with jitter over the upper half of each step", () => {
    expect(pauses(1)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(pauses(0)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(backoffMs(5000, { firstMs: 1000, maxMs: 60_000, random: () => 0.5 })).toBe(45_000);
  });
});

describe("jobsInMetrics", () => {
  test.each<[string, string, number | undefined]>([
    ["no job: the gauge is left out", 'gitlab_runner_version_info{version="17.5.0"} 1\n', 0],
    ["one job", 'gitlab_runner_concurrent 1\ngitlab_runner_jobs{executor="shell",runner="abc",stage="step_script",state="running"} 1\n', 1],
    ["several label sets", 'gitlab_runner_jobs{stage="a"} 1\ngitlab_runner_jobs{stage="b"} 2\n', 3],
    ["other metrics of a like name", 'gitlab_runner_jobs_total{runner="abc"} 17\n', 0],
    ["a label that holds a brace", 'gitlab_runner_jobs{runner_name="a}b"} 1\n', 1],
    ["another program's metrics", "go_goroutines 12\n", undefined],
    ["no metrics", "<html>", undefined],
  ])("%s", (_title, text, jobs) => {
    expect(jobsInMetrics(text)).toBe(jobs);
  });
});

describe("the log", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gosling-log-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("keeps its size: one old file, nothing lost at the border", async () => {
    const path = join(folder, "log");
    const file = openLogFile(path, 100);
    for (let line = 0; line < 30; line++) file.write(Buffer.from(`line ${String(line).padStart(2, "0")}\n`));
    file.close();
    expect(await readFile(path, "utf8")).toBe(Array.from({ length: 6 }, (_, index) => `line ${index + 24}\n`).join(""));
    expect((await stat(`${path}.1`)).size).toBe(96);
    const again = openLogFile(path, 100);
    again.write(Buffer.from("x".repeat(60)));
    again.close();
    expect(await readFile(path, "utf8")).toBe("x".repeat(60));
  });

  test("masks what programs write, in whatever pieces, and secrets that are known only later", () => {
    const written: string[] = [];
    const masker = createMasker();
    const log = createLog({ write: (bytes) => written.push(Buffer.from(bytes).toString()), close: () => undefined }, masker, () => 0);
    const output = log.output();
    masker.add(["hunter22"]);
    output.write(Buffer.from("password hun"));
    masker.add(["correct horse"]);
    output.write(Buffer.from("ter22 and correct horse\n"));
    output.end();
    log.line("token hunter22");
    expect(written.join("")).toBe("password ***MASKED*** and ***MASKED***\n1970-01-01T00:00:00.000Z token ***MASKED***\n");
  });
});

describe("processes", () => {
  test("a process is itself, and no other", async () => {
    const own = await identify(machineProcesses, process.pid);
    expect(own && (await isAlive(machineProcesses, own))).toBe(true);
    expect(own && (await isAlive(machineProcesses, { ...own, startedAt: `${own.startedAt}0` }))).toBe(false);
  });

  test("systems without /proc ask ps for the same", async () => {
    const platform = Object.getOwnPropertyDescriptor(process, "platform");
    const child = spawn("/bin/sh", ["-c", "read line"], { stdio: ["pipe", "ignore", "ignore"] });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    try {
      Object.defineProperty(process, "platform", { ...platform, value: "darwin" });
      const own = await identify(machineProcesses, process.pid);
      const other = await identify(machineProcesses, child.pid ?? 0);
      expect(own?.startedAt).toMatch(/\d\d:\d\d:\d\d \d{4}$/);
      expect(own && other && (await isAlive(machineProcesses, own)) && (await isAlive(machineProcesses, other))).toBe(true);
      child.stdin.end();
      await ended;
      expect(other && (await isAlive(machineProcesses, other))).toBe(false);
    } finally {
      if (platform) Object.defineProperty(process, "platform", platform);
      child.stdin.end();
    }
  });

  test("a number that nobody has", async () => {
    const none = 2 ** 22 + 1;
    expect(await identify(machineProcesses, none)).toBeUndefined();
    expect(machineProcesses.signal(none, "SIGTERM")).toBe(false);
  });
});

test("a runner takes over what its programs need and the variables of its own secrets, and no other", () => {
  const runner = runnerFile({ secrets: { A: "env://MY_SECRET", B: "file://b", C: "aws-sm://x/y" } });
  const env = { PATH: "/bin", HOME: "/root", LC_ALL: "C", MY_SECRET: "s", OTHER_SECRET: "t", AWS_ACCESS_KEY_ID: "u", TF_ENCRYPTION: "v", GOSLING_AGENT: "/agent", GOSLING_RUNNER_CONFIGURATION: "{}", HTTPS_PROXY: "http://p" };
  expect(runnerEnvironment(env, runner)).toEqual({ PATH: "/bin", HOME: "/root", LC_ALL: "C", MY_SECRET: "s", GOSLING_AGENT: "/agent", HTTPS_PROXY: "http://p" });
});

test("a runner takes over where its stores are, and no key of the one who deploys", () => {
  const env = { AWS_REGION: "eu-central-1", AWS_PROFILE: "runners", AWS_ACCESS_KEY_ID: "u", AWS_SECRET_ACCESS_KEY: "v", AWS_SESSION_TOKEN: "w", VAULT_ADDR: "https://vault", VAULT_TOKEN: "x", YC_FOLDER_ID: "f", YC_TOKEN: "y" };
  const taken = (secret: string) => runnerEnvironment(env, runnerFile({ secrets: { A: secret } }));
  expect(taken("aws-sm://x/y")).toEqual({ AWS_REGION: "eu-central-1", AWS_PROFILE: "runners" });
  expect(taken("vault://x/y/z")).toEqual({ VAULT_ADDR: "https://vault" });
  expect(taken("yc-lockbox://x/y")).toEqual({ YC_FOLDER_ID: "f" });
  const withKey = (key: string) => runnerEnvironment({ YC_SERVICE_ACCOUNT_KEY_FILE: key }, runnerFile({ secrets: { A: "yc-lockbox://x/y" } }));
  expect([withKey("/etc/key.json"), withKey(' {"private_key":"k"}')]).toEqual([{ YC_SERVICE_ACCOUNT_KEY_FILE: "/etc/key.json" }, {}]);
});

test("a pause ends when somebody wakes it, also when they did so before it began", async () => {
  const waker = createWaker();
  waker.wake();
  await waker.pause(3_600_000);
  const pause = waker.pause(3_600_000);
  waker.wake();
  await pause;
});
