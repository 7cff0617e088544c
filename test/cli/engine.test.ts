import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { offerEngine } from "../../src/cli/engine";
import type { Context } from "../../src/cli/context";
import { run } from "../../src/cli/program";
import { answersOf, makeRelease, RELEASED, serve } from "../engine/release-server";

let folder: string;
let url: string;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ url, close } = await serve(answersOf(makeRelease())));
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
  let now = 0;
  const context: Context = {
    cwd: folder,
    // A shell for the scripts and nothing more: no engine of this machine.
    env: { PATH: `${join(folder, "bin")}`, GOSLING_CACHE: join(folder, "cache"), GOSLING_ENGINE_URL: url, ...options.env },
    stdin: Object.assign(Object.create(process.stdin) as NodeJS.ReadStream, { isTTY }),
    stdout: { write: (text) => (output.stdout += text), isTTY, columns: 80 },
    stderr: { write: (text) => (output.stderr += text), isTTY, columns: 80 },
    now: () => (now += 1000),
  };
  return { context, output, gosling: (...argv: string[]) => run(argv, context, "0.0.0") };
}

const installed = () => join(folder, "cache", "engines", "opentofu", RELEASED, "tofu");

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
    expect(output.stderr).toContain(`${path} is used all the same: it is on the PATH.`);
  });

  test("--url names a mirror; what fails there ends with an error and a way out", async () => {
    const { gosling, output } = world();
    expect(await gosling("engine", "install", "9.9.9", "--url", `${url}/mirror`)).toBe(1);
    expect(output.stderr).toContain(`error: There is no ${url}/mirror/v9.9.9/tofu_9.9.9_SHA256SUMS.`);
    expect(output.stderr).toContain("--url or GOSLING_ENGINE_URL");
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
    expect(JSON.parse(output.stdout)).toEqual({ engines: [{ name: "terraform", version: "1.11.4", path, origin: "path", used: true, problem: null }] });
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
