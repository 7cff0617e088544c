import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { offerEngine } from "../../src/cli/engine";
import type { Context } from "../../src/cli/context";
import { run } from "../../src/cli/program";
import { findEngine } from "../../src/engine";
import { ARCHIVE, answersOf, makeRelease, mirrorKeyFile, RELEASED, send, serve, SIGNATURE, SUMS } from "../engine/release-server";

let folder: string;
let url: string;
let close: () => Promise<void>;
let key: string;
const release = makeRelease();
const earlier = makeRelease("OpenTofu v1.11.2", {}, "1.11.2");

beforeAll(async () => {
  ({ url, close } = await serve({ ...answersOf(release), ...answersOf(earlier) }));
  key = await mirrorKeyFile();
});
afterAll(() => close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gosling-cli-"));
  mkdirSync(join(folder, "bin"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a program on the PATH that says it is an engine. */
function onPath(name: string, says: string): string {
  const path = join(folder, "bin", name);
  writeFileSync(path, `#!/bin/sh\necho "${says}"\n`);
  chmodSync(path, 0o755);
  return path;
}

function world(options: { terminal?: boolean; env?: Record<string, string> } = {}) {
  const output = { stdout: "", stderr: "" };
  const isTTY = options.terminal ?? false;
  let now = Date.now();
  const context: Context = {
    cwd: folder,
    // A shell for the scripts and nothing more: no engine of this machine.
    env: { PATH: `${join(folder, "bin")}`, GOSLING_CACHE: join(folder, "cache"), GOSLING_ENGINE_URL: url, GOSLING_ENGINE_KEY: key, ...options.env },
    stdin: Object.assign(Object.create(process.stdin) as NodeJS.ReadStream, { isTTY }),
    stdout: { write: (text) => (output.stdout += text), isTTY, columns: 80 },
    stderr: { write: (text) => (output.stderr += text), isTTY, columns: 80 },
    now: () => (now += 1000),
  };
  return { context, output, gosling: (...argv: string[]) => run(argv, context, "0.0.0") };
}

const installed = (version = RELEASED) => join(folder, "cache", "engines", "opentofu", version, "tofu");

describe("gosling engine install", () => {
  test("installs once; the second time it is there already", async () => {
    const { gosling, output } = world();
    expect(await gosling("engine", "install")).toBe(0);
    expect(output.stdout).toBe(`OpenTofu ${RELEASED} is installed: ${installed()}\n`);
    expect(output.stderr).toMatch(new RegExp(`^Downloading OpenTofu ${RELEASED}: 0 % of 0.0 MB\n(.*\n)*Downloading OpenTofu ${RELEASED}: 100 % of 0.0 MB\n$`));
    output.stdout = "";
    expect(await gosling("engine", "install", RELEASED)).toBe(0);
    expect(output.stdout).toBe(`OpenTofu ${RELEASED} was installed before: ${installed()}\n`);
  });

  test("draws a bar on a terminal, and takes it away", async () => {
    const { gosling, output } = world({ terminal: true });
    expect(await gosling("engine", "install")).toBe(0);
    expect(output.stderr).toContain("[##############################] 0.0 MB of 0.0 MB");
    expect(output.stderr.endsWith("\r\u001b[K")).toBe(true);
  });

  test("answers with data for --json, and shows nothing else", async () => {
    const { gosling, output } = world();
    expect(await gosling("--json", "engine", "install")).toBe(0);
    expect(JSON.parse(output.stdout)).toEqual({ version: RELEASED, path: installed(), downloaded: true });
    expect(output.stderr).toBe("");
  });

  test("says when another engine stays in use", async () => {
    const path = onPath("tofu", "OpenTofu v1.13.0");
    const { gosling, output } = world();
    expect(await gosling("engine", "install")).toBe(0);
    expect(output.stderr).toContain(`${path} is used all the same: it is on the PATH. To use this one: gosling engine use ${RELEASED}`);
  });

  test("--url names a mirror; what fails there ends with an error and a way out", async () => {
    const { gosling, output } = world();
    expect(await gosling("engine", "install", "9.9.9", "--url", `${url}/mirror`)).toBe(1);
    expect(output.stderr).toContain(`error: There is no ${url}/mirror/v9.9.9/tofu_9.9.9_SHA256SUMS.`);
    expect(output.stderr).toContain("--url or GOSLING_ENGINE_URL");
  });
});

describe("gosling engine install, where something is wrong with the release", () => {
  const other = makeRelease("OpenTofu v1.12.6 but evil");
  test.each<[string, Parameters<typeof serve>[0], string, RegExp, RegExp]>([
    ["there is no such version", {}, "DOWNLOAD_NOT_FOUND", /There is no http.*_SHA256SUMS\./, /Check the version/],
    ["the archive is another one", { ...answersOf(release), [ARCHIVE]: send(other.archive) }, "ENGINE_TAMPERED", /tofu_1\.12\.6_linux_amd64\.tar\.gz is not what its release says/, /Try again/],
    ["the archive is cut off", { ...answersOf(release), [ARCHIVE]: send(release.archive.subarray(0, 50)) }, "ENGINE_TAMPERED", /tofu_1\.12\.6_linux_amd64\.tar\.gz is not what/, /Try again/],
    ["the checksums are others than those that were signed", { ...answersOf(release), [SUMS]: send(other.sums) }, "ENGINE_SIGNATURE_BAD", /The signature of tofu_1\.12\.6_SHA256SUMS does not fit/, /GOSLING_ENGINE_KEY/],
    ["nobody signed", { [ARCHIVE]: send(release.archive), [SUMS]: send(release.sums) }, "ENGINE_SIGNATURE_MISSING", /there is no http.*\.gpgsig/, /--no-signature/],
    ["the mirror wants credentials", { [SUMS]: (_request, response) => void response.writeHead(401).end() }, "DOWNLOAD_DENIED", /refuses us \(status 401\)/, /GOSLING_ENGINE_MIRROR_TOKEN/],
  ])("%s: code, message and way out; exit code 1, and nothing is installed", async (_what, answers, code, message, hint) => {
    const server = await serve(answers);
    try {
      const { gosling, output } = world();
      expect(await gosling("engine", "install", "--url", server.url)).toBe(1);
      expect(output.stderr).toMatch(message);
      expect(output.stderr).toMatch(hint);
      expect(output.stdout).toBe("");
      output.stderr = "";
      expect(await gosling("engine", "install", "--url", server.url, "--json")).toBe(1);
      expect(JSON.parse(output.stderr)).toMatchObject({ error: { code } });
      expect(existsSync(installed())).toBe(false);
    } finally {
      await server.close();
    }
  });

  test.each([
    ["a version that is none", ["latest"]],
    ["an address that is none", ["--url", "mirror"]],
    ["OpenTofu's own place without a signature", ["--no-signature", "--url", "https://github.com/opentofu/opentofu/releases/download"]],
  ])("%s is wrong use: exit code 64", async (_what, args) => {
    expect(await world().gosling("engine", "install", ...args)).toBe(64);
  });

  test("--no-signature is said loudly, with --quiet too", async () => {
    const server = await serve({ [ARCHIVE]: send(release.archive), [SUMS]: send(release.sums), [SIGNATURE]: (_request, response) => void response.writeHead(404).end() });
    const { gosling, output } = world();
    expect(await gosling("engine", "install", "--quiet", "--no-signature", "--url", server.url)).toBe(0);
    await server.close();
    expect(output.stderr).toContain("warning: nobody's signature was checked");
    output.stdout = "";
    expect(await gosling("engine", "verify")).toBe(0);
    expect(output.stdout).toBe(`OpenTofu ${RELEASED} is what was installed, signed by nobody: ${installed()}\n`);
  });
});

describe("gosling engine use", () => {
  async function withBoth(options: Parameters<typeof world>[0] = {}) {
    const started = world(options);
    for (const version of [RELEASED, "1.11.2"]) expect(await started.gosling("engine", "install", version, "--quiet")).toBe(0);
    started.output.stdout = started.output.stderr = "";
    return started;
  }

  test("takes an earlier version, and the one before again", async () => {
    const { gosling, output, context } = await withBoth();
    expect(await findEngine(context)).toMatchObject({ version: RELEASED }); // the newest
    expect(await gosling("engine", "use", "v1.11.2")).toBe(0);
    expect(output.stdout).toBe(`OpenTofu 1.11.2 is used: ${installed("1.11.2")}\n`);
    expect(await findEngine(context)).toMatchObject({ version: "1.11.2" });
    expect(await gosling("engine", "use", RELEASED, "--json")).toBe(0);
    expect(await findEngine(context)).toMatchObject({ version: RELEASED });
  });

  test("comes before the PATH, until --system takes it back", async () => {
    const path = onPath("tofu", "OpenTofu v1.12.4");
    const { gosling, output, context } = await withBoth();
    await gosling("engine", "use", "1.11.2");
    output.stdout = "";
    expect(await gosling("engine", "list")).toBe(0);
    expect(output.stdout.split("\n").map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([
      ["USED", "ENGINE", "VERSION", "FOUND"],
      ["yes", "OpenTofu", "1.11.2", "chosen"],
      ["", "OpenTofu", "1.12.4", "PATH"],
      ["", "OpenTofu", RELEASED, "installed"],
      [""],
    ]);
    output.stdout = "";
    expect(await gosling("engine", "use", "--system", "--json")).toBe(0);
    expect(JSON.parse(output.stdout)).toEqual({ name: "tofu", version: "1.12.4", path, origin: "path", active: null });
    expect(await findEngine(context)).toMatchObject({ path });
  });

  test("gives way to GOSLING_ENGINE, and says so", async () => {
    const path = onPath("my-tofu", "OpenTofu v1.12.4");
    const { gosling, output } = await withBoth({ env: { GOSLING_ENGINE: "my-tofu" } });
    expect(await gosling("engine", "use", "1.11.2")).toBe(0);
    expect(output.stdout).toBe(`OpenTofu 1.12.4 is used: ${path}\n`);
    expect(output.stderr).toContain("GOSLING_ENGINE comes before the choice of OpenTofu 1.11.2");
  });

  test("refuses what is not installed, names what is and the command; the choice stays", async () => {
    const { gosling, output, context } = await withBoth();
    await gosling("engine", "use", "1.11.2");
    expect(await gosling("engine", "use", "1.10.0")).toBe(1);
    expect(output.stderr).toContain(`OpenTofu 1.10.0 is not installed. There is ${RELEASED}, 1.11.2.`);
    expect(output.stderr).toContain("gosling engine install 1.10.0");
    expect(await findEngine(context)).toMatchObject({ version: "1.11.2" });
  });

  test("refuses one that does not run; the choice stays", async () => {
    const { gosling, context } = await withBoth();
    writeFileSync(installed("1.11.2"), "#!/bin/sh\nexit 3\n");
    expect(await gosling("engine", "use", "1.11.2")).toBe(1);
    expect(await findEngine(context)).toMatchObject({ version: RELEASED });
  });

  test.each([[[]], [["1.11.2", "--system"]]])("%j is wrong use", async (args) => {
    expect(await world().gosling("engine", "use", ...args)).toBe(64);
  });
});

describe("gosling engine verify", () => {
  test("names what is damaged, with the way out, and ends with 1", async () => {
    const { gosling, output } = world();
    for (const version of [RELEASED, "1.11.2"]) await gosling("engine", "install", version, "--quiet");
    output.stdout = output.stderr = "";
    expect(await gosling("engine", "verify")).toBe(0);
    expect(output.stdout).toMatch(new RegExp(`^OpenTofu ${RELEASED} is what was installed, signed by [0-9A-F]{40}: .*\nOpenTofu 1.11.2 is what`));
    writeFileSync(installed("1.11.2"), "#!/bin/sh\necho 'OpenTofu v1.11.2'\n");
    output.stdout = output.stderr = "";
    expect(await gosling("engine", "verify")).toBe(1);
    expect(output.stderr).toBe(`error: OpenTofu 1.11.2 is not what was installed: ${installed("1.11.2")}\n  Run \`gosling engine install 1.11.2\`: it takes its place.\n`);
    expect(await gosling("engine", "verify", RELEASED)).toBe(0);
    output.stdout = "";
    expect(await gosling("engine", "verify", "1.11.2", "--json")).toBe(1);
    expect(JSON.parse(output.stdout)).toMatchObject({ ok: false, engines: [{ version: "1.11.2", state: "damaged" }] });
    expect(await gosling("engine", "install", "1.11.2", "--quiet")).toBe(0);
    expect(await gosling("engine", "verify")).toBe(0);
  });

  test("says that none is installed, and that one is not", async () => {
    const { gosling, output } = world();
    expect(await gosling("engine", "verify")).toBe(0);
    expect(output.stdout).toBe("No engine is installed.\n");
    expect(await gosling("engine", "verify", "1.11.2")).toBe(1);
    expect(output.stderr).toContain("gosling engine install 1.11.2");
  });
});

describe("gosling engine list", () => {
  test("shows what is there and which one is used", async () => {
    onPath("tofu", "OpenTofu v1.7.3");
    onPath("terraform", "Terraform v1.11.4");
    const { gosling, output } = world();
    await gosling("engine", "install", "--quiet");
    output.stdout = output.stderr = "";
    expect(await gosling("engine", "list")).toBe(0);
    expect(output.stdout.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["USED", "ENGINE", "VERSION", "FOUND", "PATH"],
      ["", "OpenTofu", "1.7.3", "PATH", join(folder, "bin", "tofu")],
      ["", "Terraform", "1.11.4", "PATH", join(folder, "bin", "terraform")],
      ["yes", "OpenTofu", RELEASED, "installed", installed()],
      [""],
    ]);
    expect(output.stderr).toContain("OpenTofu 1.7.3; Gosling needs 1.8 or newer");
  });

  test("gives the same as data", async () => {
    const path = onPath("terraform", "Terraform v1.11.4");
    const { gosling, output } = world();
    expect(await gosling("engine", "list", "--json")).toBe(0);
    expect(JSON.parse(output.stdout)).toEqual({ engines: [{ name: "terraform", version: "1.11.4", path, origin: "path", active: false, used: true, problem: null }] });
  });

  test("fails where there is none, and names the way out", async () => {
    const { gosling, output } = world();
    expect(await gosling("engine", "list")).toBe(1);
    expect(output.stderr).toContain("gosling engine install");
  });
});

describe("a command that needs an engine", () => {
  const never = () => Promise.reject(new Error("asked"));

  test("takes the one that is there without a question", async () => {
    const path = onPath("tofu", "OpenTofu v1.12.6");
    expect(await offerEngine(world({ terminal: true }).context, {}, never)).toMatchObject({ path });
  });

  test("asks a person and installs after a yes", async () => {
    const questions: string[] = [];
    const { context } = world({ terminal: true });
    const engine = await offerEngine(context, {}, async (question) => questions.push(question) > 0);
    expect(engine).toEqual({ name: "tofu", version: RELEASED, path: installed(), origin: "installed" });
    expect(questions).toEqual([expect.stringContaining(`Install OpenTofu ${RELEASED} in ${join(folder, "cache")} now?`)]);
  });

  test("ends with the error that names the command after a no", async () => {
    await expect(offerEngine(world({ terminal: true }).context, {}, async () => false)).rejects.toMatchObject({ code: "ENGINE_MISSING", hint: expect.stringContaining("gosling engine install") as string });
  });

  test.each([
    ["without a terminal", {}, {}],
    ["with --json", { terminal: true }, { json: true }],
    ["in a pipeline", { terminal: true, env: { CI: "true" } }, {}],
  ])("asks nobody %s", async (_when, surroundings, flags) => {
    await expect(offerEngine(world(surroundings).context, flags, never)).rejects.toMatchObject({ code: "ENGINE_MISSING" });
  });

  test("does not offer another one to who named one", async () => {
    await expect(offerEngine(world({ terminal: true, env: { GOSLING_ENGINE: "./none" } }).context, {}, never)).rejects.toMatchObject({ code: "ENGINE_UNUSABLE" });
  });
});
