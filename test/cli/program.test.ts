import { COMMANDS } from "../../src/cli/program";
import { gosling } from "../support/command-line";
import { folderWith } from "../support/folder";
import { NEST } from "../support/nest-files";

const anywhere = folderWith({});

describe("the command line", () => {
  test("alone shows its help page, as success", async () => {
    const page = await gosling(anywhere, []);
    expect(page).toMatchObject({ code: 0, stderr: "" });
    for (const { name, summary } of COMMANDS) expect(page.stdout).toMatch(new RegExp(`^  ${name} +${summary.split(" ")[0] ?? ""}`, "m"));
    expect(await gosling(anywhere, ["--help"])).toEqual(page);
    expect(await gosling(anywhere, ["help"])).toEqual(page);
    expect((await gosling(anywhere, ["help", "--no-color"])).stdout).toBe(page.stdout);
  });

  test.each(COMMANDS.map(({ name }) => name))("%s --help tells of the command, and so does help %s", async (name) => {
    const page = await gosling(anywhere, [name, "--help"]);
    expect(page).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(new RegExp(`^Usage: gosling ${name}`)) as string });
    expect(page.stdout).toContain("Global Options:");
    expect(await gosling(anywhere, ["help", name])).toEqual(page);
  });

  test("help goes down to subcommands", async () => {
    expect(await gosling(anywhere, ["help", "add", "egg"])).toEqual(await gosling(anywhere, ["add", "egg", "--help"]));
  });

  test.each([
    ["depoly", "deploy"],
    ["help depoly", "deploy"],
    ["lst", "list"],
    ["add eg", "egg"],
    ["deploy --dryrun", "--dry-run"],
  ])("suggests what %s may have meant: %s", async (line, meant) => {
    expect(await gosling(anywhere, line.split(" "))).toMatchObject({ code: 64, stdout: "", stderr: expect.stringContaining(`(Did you mean ${meant}?)`) as string });
  });

  test.each(["frobnicate", "add", "engine", "validate --unknown", "get", "graph --format png"])("%s is wrong use", async (line) => {
    expect(await gosling(anywhere, line.split(" "))).toMatchObject({ code: 64, stdout: "" });
  });

  test("takes global flags before the command and behind it, whatever their values are", async () => {
    const folder = folderWith({ "plan/nest.fly": NEST });
    expect(await gosling(folder, ["--nest", "plan", "validate"])).toMatchObject({ code: 0 });
    expect(await gosling(folder, ["validate", "--nest", "plan"])).toMatchObject({ code: 0 });
  });

  test("what stands nearest to the command counts", async () => {
    const folder = folderWith({ "plan/nest.fly": NEST });
    expect(await gosling(folder, ["--nest", "nowhere", "validate", "--nest", "plan"])).toMatchObject({ code: 0 });
  });

  test("a flag's value may look like a global flag", async () => {
    const added = (value: string): readonly string[] => ["add", "egg", "--dry-run", "--yes", "--provider", "local", "--project-id", "1", "--tags", value, "my-app"];
    for (const value of ["--json", "-V", "--version", "--no-color", "--nest=x"]) {
      expect(await gosling(folderWith({ "nest.fly": NEST }), added(value))).toMatchObject({ code: 0, stdout: expect.stringContaining(`tags       = ["${value}"]`) as string });
    }
  });
});
