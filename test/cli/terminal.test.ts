import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gosling } from "../support/command-line";
import { contentOf, folderWith } from "../support/folder";
import { NEST } from "../support/nest-files";
import { atTerminal, CTRL_C, DOWN, ENTER, TERMINAL, UP } from "../support/terminal";

const atLeast = TERMINAL === undefined ? describe.skip : describe;

/** The real program at a real terminal, with its real prompts. */
atLeast(TERMINAL === undefined ? "at a terminal (there is no script of util-linux)" : "at a terminal", () => {
  test("add asks, says what is wrong with an answer, and writes what the flags would", async () => {
    const folder = folderWith({ "nest.fly": NEST });
    const { code, screen } = await atTerminal(folder, ["add", "egg", "--tags", "docker"], [
      ["Name of the Egg", `no name${ENTER}`],
      ['"no name" is no name', `\u0015my-app${ENTER}`],
      ["Which cloud?", ENTER],
      ["What is a runner?", `${DOWN}${ENTER}`],
      ["GitLab server", ENTER],
      ["What do the runners serve?", `${DOWN}${ENTER}`],
      ["Number of the group", `7${ENTER}`],
      ["At most how many runners at once?", ENTER],
      ["Virtual processors", ENTER],
      ["Memory in MB", ENTER],
      ["Disk in GB", ENTER],
    ]);
    expect(code).toBe(0);
    expect(screen).toContain("Egg my-app is in Eggs/my-app/config.fly");

    const flags = "add egg my-app --tags docker --provider local --type serverless --server gitlab.com --group-id 7 --concurrent 2 --cpu 2 --memory 4GiB --disk 20";
    expect(screen).toContain(`gosling ${flags.replace(" --tags docker", "").replace(" --concurrent", " --tags docker --concurrent")}`);
    const other = folderWith({ "nest.fly": NEST });
    expect((await gosling(other, flags.split(" "))).code).toBe(0);
    expect(readFileSync(join(folder, "Eggs/my-app/config.fly"), "utf8")).toBe(readFileSync(join(other, "Eggs/my-app/config.fly"), "utf8"));
  });

  test("Ctrl-C at a question leaves nothing behind, with exit code 130", async () => {
    const folder = folderWith({ "nest.fly": NEST });
    const { code, screen } = await atTerminal(folder, ["add", "rift", "main"], [
      ["Which cloud?", ENTER],
      ["Virtual processors", CTRL_C],
    ]);
    expect(code).toBe(130);
    expect(screen).toContain("Cancelled: nothing was written");
    expect(Object.keys(contentOf(folder))).toEqual(["nest.fly"]);
  });

  test("init offers the folder's name, no keys, and a repository", async () => {
    const folder = folderWith({});
    const { code, screen } = await atTerminal(folder, ["init", "acme"], [
      ["Name of the Nest", ENTER],
      ["deploy keys to be kept?", ENTER],
      ["Make one (git init)?", ENTER],
    ]);
    expect(code).toBe(0);
    expect(screen).toContain("The Nest acme is in");
    expect(contentOf(folder)).toMatchObject({ "acme/.git": "(folder)", "acme/nest.fly": expect.stringContaining('name = "acme"') as string });
  });

  test("init asks where keys are to be kept, which project it is, and for a token that is not shown", async () => {
    const folder = folderWith({});
    const { code, screen } = await atTerminal(folder, ["init", "--name", "acme", "--no-git"], [
      ["deploy keys to be kept?", `${UP}${ENTER}`],
      ["Address of the Nest's GitLab project", `git@gitlab.invalid:acme/nest.git${ENTER}`],
      ["Access token for gitlab.invalid", `glpat-token-canary${ENTER}`],
    ]);
    // There is no such server: what was made is kept, and the rest is told.
    expect(code).toBe(1);
    expect(screen).toContain("gitlab.invalid is not found in the DNS");
    expect(screen).toContain("gosling acme/write, with \"Grant write permissions to this key\":");
    expect(screen).not.toContain("canary");
    expect(readFileSync(join(folder, "secrets/gosling/acme/read/url"), "utf8")).toBe("git@gitlab.invalid:acme/nest.git\n");
  });
});
