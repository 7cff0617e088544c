import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { load } from "js-yaml";
import { nameForNest } from "../../src/nest/new-nest";
import { ownPackage } from "../../src/cli/own-package";
import { gosling } from "../support/command-line";
import { contentOf, folderWith, writeFiles } from "../support/folder";
import { somebody } from "../support/scripted-prompts";

const read = (folder: string, path: string): string => readFileSync(join(folder, path), "utf8");
const git = (folder: string, ...args: string[]): void => void execFileSync("git", args, { cwd: folder });

describe("gosling init", () => {
  test("makes a whole Nest: it is valid, in the one style, and has nothing to deploy", async () => {
    const folder = folderWith({});
    const made = await gosling(folder, ["init", "--name", "acme", "--no-git"]);
    expect(made.code).toBe(0);
    expect(made.stdout).toBe(`The Nest acme is in ${folder}
  + Eggs/README.md
  + Jobs/README.md
  + MG/README.md
  + UF/README.md
  + README.md
  + .gitignore
  + package.json
  + .gitlab-ci.yml
  + nest.fly
Next:
  npm install
  npx gosling add egg my-app
MotherGoose, and Jobs that push to the Nest, need deploy keys. When that comes: npx gosling init --secrets STORE (aws-sm, yc-lockbox, vault, file)
`);
    expect(await gosling(folder, ["validate"])).toMatchObject({ code: 0, stdout: "1 file, 0 Eggs: valid\n", stderr: "" });
    expect((await gosling(folder, ["fmt", "--check"])).code).toBe(0);
    expect((await gosling(folder, ["get", "nest", "name"])).stdout).toBe("acme\n");
  });

  test("pins gosling at its own version, with the libraries that it is tested with", async () => {
    const folder = folderWith({});
    await gosling(folder, ["init", "--name", "acme", "--no-git"]);
    const { dependencies, engines, name } = JSON.parse(read(folder, "package.json")) as Record<string, unknown>;
    expect({ dependencies, engines, name }).toEqual({ name: "acme-nest", engines: { node: ownPackage().node }, dependencies: { ...ownPackage().testedPeers, gosling: "0.0.0" } });
    expect(Object.keys(ownPackage().testedPeers)).toEqual(["cdktf", "constructs"]);
  });

  test("no package has the name of one that it depends on", async () => {
    const folder = folderWith({});
    await gosling(folder, ["init", "--name", "gosling", "--no-git"]);
    expect(JSON.parse(read(folder, "package.json"))).toMatchObject({ name: "gosling-nest" });
  });

  test("the pipeline includes nothing from elsewhere, and its commands work in the new Nest", async () => {
    const folder = folderWith({});
    await gosling(folder, ["init", "--name", "acme", "--no-git"]);
    const pipeline = load(read(folder, ".gitlab-ci.yml")) as Record<string, { script?: string[] }>;
    expect(pipeline).not.toHaveProperty("include");
    const commands = Object.values(pipeline).flatMap(({ script }) => script ?? []);
    expect(commands).toEqual(["npx gosling validate", "npx gosling fmt --check", "npx gosling engine install", "npx gosling plan"]);
    for (const command of ["npx gosling validate", "npx gosling fmt --check"]) expect((await gosling(folder, command.split(" ").slice(2))).code).toBe(0);
  });

  test("Git keeps neither output nor state nor secrets of the new Nest", async () => {
    const folder = folderWith({});
    await gosling(folder, ["init", "--name", "acme", "--git"]);
    writeFiles(folder, { "gosling.out/manifest.json": "", ".gosling/state/a.tfstate": "", "node_modules/x/y.js": "", "secrets/token": "", "gitlab/gitlab.com/my-app/runner-token": "", "Eggs/a/config.fly": "" });
    const seen = execFileSync("git", ["ls-files", "--others", "--exclude-standard"], { cwd: folder, encoding: "utf8" }).trim().split("\n");
    expect(seen.sort()).toEqual([".gitignore", ".gitlab-ci.yml", "Eggs/README.md", "Eggs/a/config.fly", "Jobs/README.md", "MG/README.md", "README.md", "UF/README.md", "nest.fly", "package.json"]);
  });

  test("makes the folder that it is given", async () => {
    const around = folderWith({});
    expect((await gosling(around, ["init", "a/b", "--name", "acme", "--no-git"])).stdout).toContain(`Next, in ${join(around, "a/b")}:`);
    expect((await gosling(join(around, "a/b"), ["validate"])).code).toBe(0);
  });

  test("keeps what is there, says so, and says what it lacks", async () => {
    const folder = folderWith({ "README.md": "mine", ".gitignore": "/node_modules\n", "package.json": "{}" });
    const { stdout, stderr } = await gosling(folder, ["init", "--name", "acme", "--no-git"]);
    expect(stdout).toContain("  = README.md was there and is kept\n");
    expect(read(folder, "README.md")).toBe("mine");
    expect(stderr).toContain("warning: .gitignore was kept, and lacks gosling.out/ .gosling/ .npm/ /secrets/ /gitlab/");
    expect(stderr).toContain("npm install --save-exact gosling@0.0.0");
  });

  test("run again it makes what is missing only, under the name that the Nest has", async () => {
    const folder = folderWith({});
    await gosling(folder, ["init", "--name", "acme", "--no-git"]);
    rmSync(join(folder, "UF"), { recursive: true });
    rmSync(join(folder, "package.json"));
    const { stdout } = await gosling(folder, ["init", "--no-git"]);
    expect(stdout).toContain("The Nest acme is in");
    expect(stdout.match(/^ {2}\+ .*/gm)).toEqual(["  + UF/README.md", "  + package.json"]);
    expect(read(folder, "package.json")).toContain('"acme-nest"');
    expect(await gosling(folder, ["init", "--name", "other"])).toMatchObject({ code: 64, stderr: expect.stringContaining("This is the Nest acme already") as string });
  });

  test("leaves a nest.fly with mistakes as it is", async () => {
    const folder = folderWith({ "nest.fly": "nest {" });
    expect((await gosling(folder, ["init", "--no-git"])).code).toBe(0);
    expect(read(folder, "nest.fly")).toBe("nest {");
  });

  test("prints data with --json", async () => {
    const folder = folderWith({ "README.md": "mine" });
    const { stdout } = await gosling(folder, ["init", "--name", "acme", "--no-git", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ name: "acme", folder, kept: ["README.md"], repository: false, written: expect.arrayContaining(["nest.fly"]) as unknown, warnings: expect.any(Array) as unknown });
  });
});

describe("the name", () => {
  test.each([
    ["acme", "acme"],
    ["Acme Runners", "acme-runners"],
    ["Ünïcode_2", "unicode-2"],
    ["--x--", "x"],
    ["a-name-that-is-far-too-long", "a-name-that-is-far-t"],
    ["nineteen-characters--x", "nineteen-characters"],
    ["日本", "nest"],
    ["", "nest"],
  ])("for a folder %j is %j", (folder, name) => expect(nameForNest(folder)).toBe(name));

  test("is asked for, and the folder's is offered", async () => {
    const folder = join(folderWith({}), "Acme Runners");
    mkdirSync(folder);
    const person = somebody({ "This is no Git": false });
    expect((await gosling(folder, ["init"], {}, person)).code).toBe(0);
    expect(person.asked[0]).toMatchObject({ message: expect.stringContaining("Name of the Nest") as string, offered: "acme-runners" });
    expect((await gosling(folder, ["get", "nest", "name"])).stdout).toBe("acme-runners\n");
  });

  test("that can't be is refused with the vocabulary's words, and nothing is written", async () => {
    const folder = folderWith({});
    expect(await gosling(folder, ["init", "--name", "No Name", "--no-git"])).toMatchObject({ code: 64, stderr: expect.stringContaining('--name: name must hold only lower-case letters, digits and "-"') as string });
    expect(contentOf(folder)).toEqual({});
  });

  test("must be given where nobody is there, or --yes", async () => {
    const folder = folderWith({});
    const { code, stderr } = await gosling(folder, ["init"]);
    expect(code).toBe(64);
    expect(stderr).toContain(`--yes to take what a prompt would offer: --name ${nameForNest(basename(folder))}`);
    expect(contentOf(folder)).toEqual({});
  });
});

/** Who takes what is offered has no deploy keys yet. */
const NO_KEYS = { message: "Where are the Nest's deploy keys to be kept?", offered: "none", answer: "none" };

describe("the repository", () => {
  const init = (folder: string, ...more: string[]): ReturnType<typeof gosling> => gosling(folder, ["init", "--name", "acme", ...more]);

  test("is offered where there is none, and its first branch is main", async () => {
    const folder = folderWith({});
    const person = somebody({});
    const { stdout, stderr } = await gosling(folder, ["init", "--name", "acme"], { NO_COLOR: "1" }, person);
    expect(person.asked).toEqual([NO_KEYS, { message: "This is no Git repository. Make one (git init)?", offered: true, answer: true }]);
    expect(stdout).toContain("  + .git\n");
    expect(execFileSync("git", ["symbolic-ref", "HEAD"], { cwd: folder, encoding: "utf8" })).toBe("refs/heads/main\n");
    expect(stderr).toBe("warning: The repository has no remote, and pipelines run when it is pushed to GitLab: git remote add origin URL\n");
  });

  test("is not made where nobody asks for it", async () => {
    const folder = folderWith({});
    expect((await init(folder)).stderr).toBe("warning: This is no Git repository yet, and pipelines run from one: git init\n");
    expect(contentOf(folder)).not.toHaveProperty(".git");
  });

  test("that is there is not asked about; with a GitLab remote and the right branch there is nothing to warn of", async () => {
    const folder = folderWith({});
    git(folder, "-c", "init.defaultBranch=main", "init", "-q");
    git(folder, "remote", "add", "origin", "git@gitlab.com:acme/nest.git");
    const person = somebody({});
    expect(await gosling(folder, ["init", "--name", "acme"], {}, person)).toMatchObject({ code: 0, stderr: "" });
    expect(person.asked).toEqual([NO_KEYS]);
  });

  test("on another branch, at another host, or above the Nest gets a warning with a way out", async () => {
    const around = folderWith({});
    git(around, "-c", "init.defaultBranch=trunk", "init", "-q");
    git(around, "remote", "add", "origin", "https://me:s3cret@github.com/acme/nest.git");
    const { stderr } = await gosling(around, ["init", "nest", "--name", "acme"]);
    expect(stderr.trimEnd().split("\n")).toEqual([
      'warning: The branch is trunk, and the one that is deployed is main. Rename it (git branch -m main), or name it in nest.fly: repository { branch = "trunk" }',
      "warning: The remote origin is at github.com, and the Nest's pipeline is GitLab's: push it to a GitLab project too.",
      "warning: The Nest is the folder nest of a repository, and GitLab reads .gitlab-ci.yml at its root only: include nest/.gitlab-ci.yml there.",
    ]);
    expect(stderr).not.toContain("s3cret");
  });

  test("takes the branch that nest.fly names", async () => {
    const folder = folderWith({ "nest.fly": 'nest {\n  name = "acme"\n  repository {\n    branch = "trunk"\n  }\n}\n' });
    git(folder, "-c", "init.defaultBranch=trunk", "init", "-q");
    expect((await gosling(folder, ["init"])).stderr).not.toContain("branch");
  });

  test("without Git is told of and no error", async () => {
    const folder = folderWith({ "bin/x": "" });
    expect(await gosling(folder, ["init", "--name", "acme", "--git"], { PATH: join(folder, "bin") })).toMatchObject({ code: 0, stderr: "warning: Git was not found. A Nest is a Git repository: install Git, then run git init.\n" });
  });
});

describe("nothing is left half made", () => {
  test.each(["Eggs", "MG"])("where %s is a file", async (name) => {
    const folder = folderWith({ [name]: "a file" });
    const before = contentOf(folder);
    expect(await gosling(folder, ["init", "--yes"])).toMatchObject({ code: 1, stderr: expect.stringContaining(`${name} is no folder\n  Nothing was written.`) as string });
    expect(contentOf(folder)).toEqual(before);
  });

  test("where the folder is a file", async () => {
    const around = folderWith({ nest: "a file" });
    expect(await gosling(around, ["init", "nest", "--yes"])).toMatchObject({ code: 1, stderr: expect.stringContaining("is no folder") as string });
  });

  test("where a folder's link leads nowhere", async () => {
    const folder = folderWith({});
    symlinkSync("/nonexistent/elsewhere", join(folder, "UF"));
    const before = contentOf(folder);
    expect((await gosling(folder, ["init", "--yes"])).code).toBe(1);
    expect(contentOf(folder)).toEqual(before);
  });

  test("of a Nest inside of another one there is a warning", async () => {
    const folder = folderWith({ "nest.fly": 'nest {\n  name = "outer"\n}\n' });
    mkdirSync(join(folder, "inner"));
    expect((await gosling(folder, ["init", "inner", "--yes"])).stderr).toContain(`There is a Nest in ${folder} too.`);
  });
});
