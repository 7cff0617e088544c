import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { chooseEngine, type Engine, engineFor, findEngine, installedEngines, listEngines } from "../../src/engine";
import { compareVersions } from "../../src/engine/version";
import { describeWithEngines } from "../support/engines";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gosling-find-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes a script that answers `version` with the given text. */
function program(path: string, says: string, more = ""): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${more}\necho "${says}"\n`);
  chmodSync(file, 0o755);
  return file;
}

const tofu = (path: string, version = "1.12.6") => program(path, `OpenTofu v${version}\non linux_amd64`);
const terraform = (path: string, version = "1.11.4") => program(path, `Terraform v${version}\non linux_amd64`);
const installed = (version: string) => tofu(`cache/engines/opentofu/${version}/tofu`, version);

const surroundings = (env: Readonly<Record<string, string>> = {}) => ({
  cwd: folder,
  env: { PATH: ["a", "b"].map((name) => join(folder, name)).join(delimiter), GOSLING_CACHE: join(folder, "cache"), ...env },
});
const find = (...args: Parameters<typeof surroundings>): Promise<Engine> => findEngine(surroundings(...args));

describe("the order in which an engine is looked for", () => {
  test("GOSLING_ENGINE comes before everything, as a path or as a name", async () => {
    tofu("a/tofu");
    const mine = terraform("bin/my-engine", "1.9.0");
    expect(await find({ GOSLING_ENGINE: mine })).toEqual({ name: "terraform", version: "1.9.0", path: mine, origin: "GOSLING_ENGINE" });
    expect(await find({ GOSLING_ENGINE: "bin/my-engine" })).toMatchObject({ path: mine });
    const named = terraform("b/terraform");
    expect(await find({ GOSLING_ENGINE: "terraform" })).toMatchObject({ path: named, origin: "GOSLING_ENGINE" });
  });

  test("then tofu on the PATH, wherever it stands there", async () => {
    terraform("a/terraform");
    const path = tofu("b/tofu");
    installed("1.99.0");
    expect(await find()).toEqual({ name: "tofu", version: "1.12.6", path, origin: "path" });
  });

  test("then terraform on the PATH", async () => {
    const path = terraform("b/terraform");
    installed("1.99.0");
    expect(await find()).toEqual({ name: "terraform", version: "1.11.4", path, origin: "path" });
  });

  test("then the newest that Gosling installed", async () => {
    installed("1.9.0");
    const newest = installed("1.12.10");
    installed("1.12.9");
    mkdirSync(join(folder, "cache/engines/opentofu/1.13.0")); // no binary in it
    mkdirSync(join(folder, "cache/engines/opentofu/.install-abc"));
    expect(await find()).toEqual({ name: "tofu", version: "1.12.10", path: newest, origin: "installed" });
    expect((await installedEngines(surroundings().env)).map(({ version }) => version)).toEqual(["1.12.10", "1.12.9", "1.9.0"]);
  });

  test("one that was chosen comes before the PATH, after GOSLING_ENGINE", async () => {
    const path = tofu("a/tofu", "1.12.4");
    const chosen = installed("1.11.2");
    installed("1.12.6");
    await chooseEngine("1.11.2", surroundings());
    expect(await find()).toEqual({ name: "tofu", version: "1.11.2", path: chosen, origin: "installed" });
    expect(await find({ GOSLING_ENGINE: "tofu" })).toMatchObject({ path });
    expect((await listEngines(surroundings())).candidates.map(({ version, isActive }) => [version, isActive === true])).toEqual([["1.11.2", true], ["1.12.4", false], ["1.12.6", false]]);
    await chooseEngine(undefined, surroundings());
    expect(await find()).toMatchObject({ path });
  });

  test("XDG_CACHE_HOME and HOME say where the cache is", async () => {
    const xdg = tofu("xdg/gosling/engines/opentofu/1.12.6/tofu");
    const home = tofu("home/.cache/gosling/engines/opentofu/1.12.6/tofu");
    expect(await find({ GOSLING_CACHE: "", XDG_CACHE_HOME: join(folder, "xdg") })).toMatchObject({ path: xdg });
    expect(await find({ GOSLING_CACHE: "", XDG_CACHE_HOME: "", HOME: join(folder, "home") })).toMatchObject({ path: home });
  });

  test("folders and files that may not be executed are passed over on the PATH", async () => {
    mkdirSync(join(folder, "a", "tofu"), { recursive: true });
    const path = tofu("b/tofu");
    expect(await find()).toMatchObject({ path });
    mkdirSync(join(folder, "c"));
    writeFileSync(join(folder, "c", "tofu"), "text", { mode: 0o644 });
    expect(await find({ PATH: [join(folder, "c"), join(folder, "b")].join(delimiter) })).toMatchObject({ path });
  });
});

describe("what it is, it says itself", () => {
  test("OpenTofu under Terraform's name is OpenTofu, and the other way round", async () => {
    tofu("a/terraform");
    expect(await find()).toMatchObject({ name: "tofu" });
    terraform("a/tofu");
    expect(await find()).toMatchObject({ name: "terraform" });
  });

  test("a version before its release counts as older", async () => {
    tofu("a/tofu", "1.8.0-rc1");
    await expect(find()).rejects.toMatchObject({ code: "ENGINE_TOO_OLD" });
    tofu("a/tofu", "1.13.0-beta2");
    expect(await find()).toMatchObject({ version: "1.13.0-beta2" });
  });

  test.each([
    ["1.2.3", "1.2.3", 0],
    ["1.10.0", "1.9.9", 1],
    ["1.9.9", "1.10.0", -1],
    ["2.0.0", "1.99.99", 1],
    ["1.8.0-rc1", "1.8.0", -1],
    ["1.8.0-rc2", "1.8.0-rc10", -1],
    ["1.8.0-beta1", "1.8.0-alpha9", 1],
  ])("%s against %s", (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });
});

describe("the engine of one version", () => {
  const engine = (version: string | undefined, env: Readonly<Record<string, string>> = {}) => engineFor(version, surroundings(env));

  test("without a version is the engine of every day", async () => {
    const path = tofu("a/tofu");
    expect(await engine(undefined)).toMatchObject({ path });
  });

  test("is the one on the PATH where that has it, else an installed one", async () => {
    const path = tofu("a/tofu", "1.12.6");
    const other = terraform("b/terraform", "1.11.4");
    const old = installed("1.11.2");
    installed("1.12.6");
    expect(await engine("1.12.6")).toMatchObject({ path });
    expect(await engine("1.11.4")).toMatchObject({ path: other, name: "terraform" });
    expect(await engine("1.11.2")).toEqual({ name: "tofu", version: "1.11.2", path: old, origin: "installed" });
    expect(await engine("1.13.0-beta1").catch((error: unknown) => error)).toMatchObject({ code: "ENGINE_VERSION_MISSING" });
  });

  test("is found whatever was chosen, and whatever is broken beside it", async () => {
    program("a/tofu", "nonsense");
    installed("1.12.6");
    const old = installed("1.11.2");
    await chooseEngine("1.12.6", surroundings());
    expect(await engine("1.11.2")).toMatchObject({ path: old });
    rmSync(join(folder, "cache/engines/opentofu/1.12.6"), { recursive: true });
    expect(await engine("1.11.2")).toMatchObject({ path: old });
  });

  test("that is not here: the error says what is, and names the command that gets it", async () => {
    tofu("a/tofu", "1.12.6");
    installed("1.11.2");
    await expect(engine("1.10.6")).rejects.toMatchObject({
      code: "ENGINE_VERSION_MISSING",
      message: "Version 1.10.6 of the engine is asked for (tofu.version), and it is not on this machine: there is OpenTofu 1.12.6, OpenTofu 1.11.2.",
      hint: expect.stringContaining("gosling engine install 1.10.6") as string,
    });
    await expect(engine("1.10.6", { PATH: "", GOSLING_CACHE: join(folder, "none") })).rejects.toMatchObject({ message: expect.stringContaining("there is no engine at all") as string });
  });

  test("is never another one than GOSLING_ENGINE names", async () => {
    tofu("a/tofu", "1.12.6");
    const mine = tofu("bin/my-engine", "1.11.2");
    installed("1.12.6");
    expect(await engine("1.11.2", { GOSLING_ENGINE: mine })).toMatchObject({ path: mine, origin: "GOSLING_ENGINE" });
    await expect(engine("1.12.6", { GOSLING_ENGINE: mine })).rejects.toMatchObject({ code: "ENGINE_VERSION_MISSING", message: expect.stringContaining(`GOSLING_ENGINE names OpenTofu 1.11.2: ${mine}`) as string, hint: expect.stringContaining("Unset GOSLING_ENGINE") as string });
    await expect(engine("1.12.6", { GOSLING_ENGINE: "./none" })).rejects.toMatchObject({ code: "ENGINE_UNUSABLE" });
  });

  test("that is too old for Gosling", async () => {
    tofu("a/tofu", "1.7.3");
    await expect(engine("1.7.3")).rejects.toMatchObject({ code: "ENGINE_TOO_OLD" });
  });
});

describe("errors", () => {
  test("nothing takes the place of one that was chosen", async () => {
    tofu("a/tofu");
    installed("1.12.6");
    installed("1.11.2");
    await chooseEngine("1.11.2", surroundings());
    rmSync(join(folder, "cache/engines/opentofu/1.11.2"), { recursive: true });
    await expect(find()).rejects.toMatchObject({ code: "ENGINE_UNUSABLE", message: expect.stringContaining("is not installed any more") as string, hint: expect.stringMatching(/engine install 1\.11\.2.*--system/) as string });
    expect((await listEngines(surroundings())).used).toBeUndefined();
    for (const text of ["", "{", "null", '{"version":"../../evil"}']) {
      writeFileSync(join(folder, "cache/engines/active.json"), text);
      await expect(find()).rejects.toMatchObject({ code: "ENGINE_CHOICE_DAMAGED", hint: expect.stringContaining("gosling engine use") as string });
    }
  });

  test("none at all: the hint names the command", async () => {
    await expect(find()).rejects.toMatchObject({ code: "ENGINE_MISSING", message: expect.stringContaining("PATH") as string, hint: expect.stringContaining("gosling engine install") as string });
  });

  test.each([
    ["tofu", () => tofu("a/tofu", "1.7.3"), "OpenTofu 1.7.3", "1.8"],
    ["terraform", () => terraform("a/terraform", "1.8.5"), "Terraform 1.8.5", "1.9"],
  ])("%s too old: path, version, minimum and the way out", async (_name, write, version, minimum) => {
    const path = write();
    await expect(find()).rejects.toMatchObject({ code: "ENGINE_TOO_OLD", message: `${path} is ${version}; Gosling needs ${minimum} or newer.`, hint: expect.stringContaining("gosling engine install") as string });
  });

  test("one that cannot be used gives way to one that Gosling installed, to no other", async () => {
    tofu("a/tofu", "1.7.3");
    terraform("a/terraform");
    await expect(find()).rejects.toMatchObject({ code: "ENGINE_TOO_OLD" });
    const path = installed("1.12.6");
    expect(await find()).toMatchObject({ path, origin: "installed" });
    const { candidates, used } = await listEngines(surroundings());
    expect(candidates.map(({ origin, problem }) => [origin, problem?.code])).toEqual([["path", "ENGINE_TOO_OLD"], ["path", undefined], ["installed", undefined]]);
    expect(used).toMatchObject({ path });
  });

  test.each([
    ["a name that is not on the PATH", () => "my-tofu", "no such program on the PATH"],
    ["a path where nothing is", () => "./none", "no such file"],
    ["a folder", () => (mkdirSync(join(folder, "bin")), "./bin"), "that is a folder"],
    ["a file that may not be executed", () => (writeFileSync(join(folder, "text"), ""), "./text"), "may not be executed"],
    ["something else", () => program("cat", "meow"), "does not answer `version` as OpenTofu or Terraform do"],
    ["something that fails", () => program("false", "", "exit 7"), "exit code 7"],
    ["a broken binary", () => (writeFileSync(join(folder, "bin"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 2, 3]), { mode: 0o755 }), "./bin"), "when it is asked for its version"],
    ["a link to nowhere", () => (symlinkSync("/nowhere/at/all", join(folder, "link")), "./link"), "no such file"],
  ])("GOSLING_ENGINE is %s", async (_what, name, message) => {
    tofu("a/tofu"); // never taken in its place
    await expect(find({ GOSLING_ENGINE: name() })).rejects.toMatchObject({ code: "ENGINE_UNUSABLE", message: expect.stringContaining(message) as string, hint: expect.stringContaining("GOSLING_ENGINE") as string });
  });
});

describeWithEngines("a real engine", (engine) => {
  const real = () => findEngine({ cwd: folder, env: { PATH: "", GOSLING_CACHE: join(folder, "cache"), GOSLING_ENGINE: engine.path, HOME: folder } });
  const cacheFile = () => join(folder, "cache", "engine-versions.json");

  test("is known by name and version, whatever its surroundings warn about", async () => {
    expect(await real()).toEqual({ name: engine.name, version: engine.version, path: engine.path, origin: "GOSLING_ENGINE" });
    rmSync(join(folder, "cache"), { recursive: true });
    const env = { PATH: "", GOSLING_CACHE: join(folder, "cache"), GOSLING_ENGINE: engine.path, TF_CLI_CONFIG_FILE: "/nowhere/at/all", TF_CLI_ARGS: "-bogus" };
    expect(await findEngine({ cwd: folder, env })).toMatchObject({ name: engine.name, version: engine.version });
  });

  test("is asked once: the answer is remembered while the file is the same", async () => {
    await real();
    const [[key, answer]] = Object.entries(JSON.parse(readFileSync(cacheFile(), "utf8")) as Record<string, unknown>) as [[string, unknown]];
    expect(answer).toEqual({ name: engine.name, version: engine.version });
    const remember = (at: string) => writeFileSync(cacheFile(), JSON.stringify({ [at]: { name: engine.name, version: "1.98.0" } }));
    remember(key);
    expect(await real()).toMatchObject({ version: "1.98.0" });
    // The file's time, at the key's end, is another one: asked again.
    remember(`${key}1`);
    expect(await real()).toMatchObject({ version: engine.version });
  });

  test.each(["", "{", "[]", "null", '{"x": {"name": "tofu"}}'])("a damaged memory (%p) is ignored and mended", async (damage) => {
    mkdirSync(join(folder, "cache"));
    writeFileSync(cacheFile(), damage);
    expect(await real()).toMatchObject({ version: engine.version });
    expect(readFileSync(cacheFile(), "utf8")).toContain(engine.version);
  });

  test("a memory that cannot be written is no error", async () => {
    writeFileSync(join(folder, "cache"), "a file where the folder should be");
    expect(await real()).toMatchObject({ version: engine.version });
  });
});

test("a script's answer is never remembered: a version manager's depends on where it is asked", async () => {
  tofu("a/tofu", "1.12.6");
  await find();
  const before = await find();
  writeFileSync(join(folder, "a/tofu"), readFileSync(join(folder, "a/tofu"), "utf8").replace("1.12.6", "1.12.7"));
  expect([before.version, (await find()).version]).toEqual(["1.12.6", "1.12.7"]);
});
