import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HealthCheck } from "../../src/cli/health/check";
import { folderCheck, libraryChecks, nodeCheck } from "../../src/cli/health/machine";
import { isInRange } from "../../src/cli/health/version-range";
import { ownPackage } from "../../src/cli/own-package";
import { deploymentRecord, localSite } from "../support/deployed";
import { gosling } from "../support/command-line";
import { contentOf, folderWith } from "../support/folder";
import { nestFiles } from "../support/nest-files";

/** A PATH with an engine, the real Git, and an agent where one is wanted. */
function machine(programs: Readonly<Record<string, string>> = { tofu: "OpenTofu v1.12.6" }, withGit = true): Readonly<Record<string, string>> {
  const folder = folderWith({});
  const bin = join(folder, "bin");
  mkdirSync(bin);
  for (const [name, says] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${says}"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  if (withGit) symlinkSync(execFileSync("/bin/sh", ["-c", "command -v git"], { encoding: "utf8" }).trim(), join(bin, "git"));
  return { PATH: bin, GOSLING_CACHE: join(folder, "cache") };
}

async function checksOf(folder: string, env: Readonly<Record<string, string>> = machine(), ...more: string[]): Promise<{ readonly code: number; readonly named: (name: string) => HealthCheck | undefined; readonly checks: readonly HealthCheck[] }> {
  const { code, stdout } = await gosling(folder, ["doctor", "--json", ...more], env);
  const { checks, ok } = JSON.parse(stdout) as { ok: boolean; checks: HealthCheck[] };
  expect(ok).toBe(code === 0);
  return { code, checks, named: (name) => checks.filter((check) => check.name === name).at(-1) };
}


describe("gosling doctor", () => {
  test("finds nothing wrong with a machine that has it all", async () => {
    const folder = folderWith(nestFiles({ a: {} }));
    execFileSync("git", ["-c", "init.defaultBranch=main", "init", "-q"], { cwd: folder });
    execFileSync("git", ["remote", "add", "origin", "git@gitlab.com:acme/nest.git"], { cwd: folder });
    const { stdout, code } = await gosling(folder, ["doctor"], machine({ tofu: "OpenTofu v1.12.6", "gitlab-runner": "Version:      17.5.0" }));
    expect(code).toBe(0);
    expect(stdout.replace(/\S*gosling-test-\w+/g, "…")).toBe(`✓ Node         ${process.version.slice(1)}
✓ Engine       OpenTofu 1.12.6, on the PATH: …/bin/tofu
✓ Providers    from their registries; kept in …/cache/providers
✓ Library      cdktf 0.21.0
✓ Library      constructs 10.7.2
✓ Git          ${execFileSync("git", ["--version"], { encoding: "utf8" }).match(/\d[\d.]*\d/)?.[0] ?? ""}, branch main
✓ Agent        gitlab-runner 17.5.0: …/bin/gitlab-runner
✓ Cache        …/cache can be written
✓ Nest         test: 1 Egg, 0 buckets, 0 Jobs
✓ State        …/.gosling can be written
✓ Deployments  nothing is deployed

All is well.
`);
  });

  test("changes nothing", async () => {
    const folder = folderWith(nestFiles({ a: {} }));
    const env = machine();
    const before = contentOf(folder);
    await checksOf(folder, env);
    expect(contentOf(folder)).toEqual(before);
  });

  test("works outside of a Nest", async () => {
    const { code, named } = await checksOf(folderWith({}));
    expect(code).toBe(0);
    expect(named("Nest")).toEqual({ name: "Nest", status: "warning", summary: "none in this folder or above it", hint: expect.stringContaining("gosling init") as string });
    expect(named("State")).toBeUndefined();
  });

  test("takes a Nest that is named and not there for an error", async () => {
    const { code, named } = await checksOf(folderWith({}), machine(), "--nest", "nowhere");
    expect(code).toBe(1);
    expect(named("Nest")).toMatchObject({ status: "error", summary: expect.stringContaining("nowhere") as string });
  });

  test("counts the errors of a Nest that is not valid", async () => {
    const { code, named } = await checksOf(folderWith(nestFiles({ a: { type: '"vn"' }, b: { type: "1" } })));
    expect(code).toBe(1);
    expect(named("Nest")).toEqual({ name: "Nest", status: "error", summary: "2 errors in 2 files", hint: expect.stringContaining("gosling validate") as string });
  });

  test.each([
    [{}, "Neither OpenTofu (tofu) nor Terraform (terraform) was found on the PATH"],
    [{ tofu: "OpenTofu v1.5.0" }, "is OpenTofu 1.5.0; Gosling needs 1.8 or newer"],
    [{ tofu: "nonsense" }, "/tofu "],
  ])("tells how to get an engine: %j", async (programs, summary) => {
    const { code, named } = await checksOf(folderWith({}), machine(programs as Record<string, string>));
    expect(code).toBe(1);
    expect(named("Engine")).toMatchObject({ status: "error", summary: expect.stringContaining(summary) as string, hint: expect.stringContaining("gosling engine install") as string });
  });

  test.each<[string, Readonly<Record<string, string>>, Partial<HealthCheck>]>([
    ["a mirror", { GOSLING_PROVIDER_MIRROR: "https://mirror.example/providers" }, { status: "ok", summary: expect.stringMatching(/^from https:\/\/mirror\.example\/providers\/; kept in .*providers$/) as string }],
    ["a folder that is not there", { GOSLING_PROVIDER_MIRROR: "/nowhere/at/all" }, { status: "error", summary: "GOSLING_PROVIDER_MIRROR names /nowhere/at/all, and there is no such folder" }],
    ["an address that the engine does not take", { GOSLING_PROVIDER_MIRROR: "http://mirror.example/" }, { status: "error", summary: "GOSLING_PROVIDER_MIRROR starts with http://" }],
    ["a configuration of the user's own", { TF_CLI_CONFIG_FILE: "/etc/tofurc" }, { status: "ok", summary: "as /etc/tofurc says, which TF_CLI_CONFIG_FILE names" }],
    ["both", { TF_CLI_CONFIG_FILE: "/etc/tofurc", GOSLING_PROVIDER_MIRROR: "/mirror" }, { status: "warning", summary: "GOSLING_PROVIDER_MIRROR is not used: TF_CLI_CONFIG_FILE names /etc/tofurc, and that counts" }],
  ])("tells where providers come from: %s", async (_what, env, check) => {
    expect((await checksOf(folderWith({}), { ...machine(), ...env })).named("Providers")).toMatchObject(check);
  });

  test("misses Git, the repository and its remote", async () => {
    const folder = folderWith(nestFiles({ a: {} }));
    expect((await checksOf(folder, machine({ tofu: "OpenTofu v1.12.6" }, false))).named("Git")).toMatchObject({ status: "warning", summary: "not found on the PATH" });
    expect((await checksOf(folder)).named("Git")).toMatchObject({ status: "warning", summary: expect.stringContaining("git init") as string });
    execFileSync("git", ["-c", "init.defaultBranch=main", "init", "-q"], { cwd: folder });
    expect((await checksOf(folder)).named("Git")).toMatchObject({ status: "warning", summary: expect.stringContaining("git remote add") as string });
  });

  test("misses the agent only where runners of this machine are to be", async () => {
    expect((await checksOf(folderWith(nestFiles({ a: {} })))).named("Agent")).toMatchObject({ status: "warning" });
    expect((await checksOf(folderWith(nestFiles({ a: { cloud: 'provider = "aws"\n    region = "eu-central-1"' } })))).named("Agent")).toMatchObject({ status: "ok" });
  });

  test("tells deployments that did not end from those that run", async () => {
    const folder = folderWith(nestFiles({ a: {} }));
    const { store, locks } = localSite(folder);
    await store.begin({ id: "20250101T000000000Z-00000000", unit: "a", kind: "deploy", by: "ada", record: deploymentRecord({ unit: "a", at: "2025-01-01T00:00:00.000Z" }) }, new Map());
    expect((await checksOf(folder)).named("Deployments")).toMatchObject({ status: "warning", summary: "the deployment of a that began at 2025-01-01T00:00:00.000Z did not end well", hint: expect.stringContaining("gosling deploy") as string });
    const lock = await locks.lock("a");
    expect((await checksOf(folder)).named("Deployments")).toMatchObject({ status: "ok", summary: `a is being deployed by process ${process.pid}` });
    await store.end("a", "20250101T000000000Z-00000000", { result: "succeeded", at: "2025-01-01T00:00:01.000Z" });
    await store.close();
    await lock.release();
    expect((await checksOf(folder)).named("Deployments")).toMatchObject({ status: "ok", summary: "1 unit deployed, none interrupted" });
  });

  test("finds damaged records", async () => {
    const folder = folderWith({ ...nestFiles({ a: {} }), ".gosling/gosling.db": "no database ".repeat(500) });
    expect((await checksOf(folder)).named("Deployments")).toMatchObject({ status: "error", summary: expect.stringContaining("gosling.db is damaged") as string, hint: expect.stringContaining("backup") as string });
  });

  test("shows with --quiet only what is not well", async () => {
    const { stdout } = await gosling(folderWith({}), ["doctor", "--quiet"], machine());
    expect(stdout).toMatch(/^! Nest {2}none in this folder or above it\n {8}→ .*\n$/);
  });
});

describe("single checks", () => {
  test.each([
    ["v18.20.0", "error"],
    ["v20.18.1", "error"],
    ["v20.19.0", "ok"],
    ["v21.7.0", "warning"],
    ["v22.12.0", "ok"],
    ["v24.1.0", "ok"],
    ["v25.0.0", "warning"],
  ])("Node %s is %s", (version, status) => expect(nodeCheck(version, ownPackage().node)).toMatchObject({ status }));

  test("libraries are missing, damaged, too new, or well", () => {
    const peers = { cdktf: ">=0.21 <0.25", constructs: "~10.7.0" };
    const found = (load: (name: string) => string): readonly (readonly (string | undefined)[])[] => libraryChecks(peers, { cdktf: "0.21.0", constructs: "10.7.2" }, load).map(({ status, summary, hint }) => [status, summary, hint]);
    expect(found(() => {
      throw Object.assign(new Error("Cannot find module"), { code: "MODULE_NOT_FOUND" });
    })).toEqual([
      ["error", "cdktf is not installed", "Run npm install cdktf@0.21.0"],
      ["error", "constructs is not installed", "Run npm install constructs@10.7.2"],
    ]);
    expect(found(() => {
      throw new SyntaxError("Unexpected token\nin line 1");
    })[0]).toEqual(["error", "cdktf can't be loaded: Unexpected token", "Run npm install cdktf@0.21.0"]);
    expect(found((name) => (name === "cdktf" ? "0.25.0" : "10.8.0")).map(([status, summary]) => [status, summary])).toEqual([
      ["error", "cdktf 0.25.0 is not in >=0.21 <0.25"],
      ["error", "constructs 10.8.0 is not in ~10.7.0"],
    ]);
    expect(libraryChecks(ownPackage().peers, ownPackage().testedPeers).map(({ status }) => status)).toEqual(["ok", "ok"]);
  });

  test.each([
    ["20.19.0", ">= 20.19.0", true],
    ["20.18.9", ">= 20.19.0", false],
    ["0.21.0", ">=0.21 <0.25", true],
    ["0.24.9", ">=0.21 <0.25", true],
    ["0.25.0", ">=0.21 <0.25", false],
    ["0.20.9", ">=0.21 <0.25", false],
    ["10.7.2", "~10.7.0", true],
    ["10.8.0", "~10.7.0", false],
    ["11.7.0", "~10.7.0", false],
    ["1.2.3-rc.1", "1.2.3", true],
  ])("%s in %s: %s", (version, range, inside) => expect(isInRange(version, range)).toBe(inside));

  test("our own ranges can be read", () => {
    const { node, peers } = ownPackage();
    for (const range of [node, ...Object.values(peers)]) expect(typeof isInRange("1.0.0", range)).toBe("boolean");
  });

  test("a folder that can't be made is an error", async () => {
    const root = folderWith({ file: "" });
    expect(await folderCheck("Cache", join(root, "a/b"))).toMatchObject({ status: "ok" });
    expect(await folderCheck("Cache", join(root, "file"))).toMatchObject({ status: "error", summary: `${join(root, "file")} is no folder` });
    expect(await folderCheck("Cache", join(root, "file/b"))).toMatchObject({ status: "error" });
  });
});
