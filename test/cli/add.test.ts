import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gosling } from "../support/command-line";
import { contentOf, folderWith } from "../support/folder";
import { eggText, NEST, nestFiles } from "../support/nest-files";
import { somebody } from "../support/scripted-prompts";

const read = (folder: string, path: string): string => readFileSync(join(folder, path), "utf8");

describe("gosling add egg", () => {
  const FLAGS = "--provider aws --region eu-central-1 --type vm --server gitlab.example.org:8443 --group-id 7 --tags docker,linux --tags arm --concurrent 3 --cpu 2 --memory 4GiB --disk 20".split(" ");

  test("writes one file from flags, and says what comes next", async () => {
    const folder = folderWith({ "nest.fly": NEST });
    expect(await gosling(folder, ["add", "egg", "my-app", ...FLAGS])).toEqual({
      code: 0,
      stderr: "",
      stdout: "Egg my-app is in Eggs/my-app/config.fly\nIts runners look for their token at aws-sm://gitlab/gitlab.example.org_8443/my-app/runner-token\nNext: gosling plan\n",
    });
    expect(read(folder, "Eggs/my-app/config.fly")).toBe(`egg "my-app" {
  type = "vm"
  cloud {
    provider = "aws"
    region   = "eu-central-1"
  }
  resources {
    cpu    = 2
    memory = "4GiB"
    disk   = 20
  }
  runner {
    tags       = ["docker", "linux", "arm"]
    concurrent = 3
  }
  gitlab {
    server   = "gitlab.example.org:8443"
    group_id = 7
  }
}
`);
    expect((await gosling(folder, ["fmt", "--check"])).code).toBe(0);
    expect((await gosling(folder, ["validate"])).code).toBe(0);
  });

  test("without a terminal names every missing flag at once, with what would be offered", async () => {
    const folder = folderWith({ "nest.fly": NEST });
    const { code, stderr } = await gosling(folder, ["add", "egg", "my-app", "--cpu", "4"]);
    expect(code).toBe(64);
    expect(stderr).toContain("--provider <provider>, --type <type>, --server <host>, --project-id <number> or --group-id <number>, --tags <list>, --concurrent <number>, --memory <size>, --disk <size>");
    expect(stderr).toContain("--yes to take what a prompt would offer: --provider local --type vm --server gitlab.com --tags linux --concurrent 2 --memory 4GiB --disk 20");
    expect(Object.keys(contentOf(folder))).toEqual(["nest.fly"]);
  });

  test("with --yes takes what is offered; what can't be guessed is still asked for", async () => {
    const folder = folderWith({ "nest.fly": NEST });
    expect(await gosling(folder, ["add", "egg", "my-app", "--yes"])).toMatchObject({ code: 64, stderr: expect.stringMatching(/--project-id <number> or --group-id <number>\n {2}Give them as flags\.\n$/) as string });
    expect((await gosling(folder, ["add", "egg", "my-app", "--yes", "--project-id", "12"])).code).toBe(0);
    expect((await gosling(folder, ["get", "egg", "my-app", "cloud.provider"])).stdout).toBe("local\n");
  });

  test("asks only for what no flag gives, and shows the same without questions", async () => {
    const folder = folderWith({ "nest.fly": NEST });
    const person = somebody({ "Name of the Egg": "my-app", "What do the runners serve?": "project-id", "Number of the project": "12", "Tags of its runners": "it's, ${x} \"y\"" });
    const { stderr } = await gosling(folder, ["add", "egg", "--provider", "local", "--cpu", "1"], { NO_COLOR: "1" }, person);
    expect(person.asked.map(({ message }) => message)).toEqual([
      "Name of the Egg",
      "What is a runner?",
      "GitLab server",
      "What do the runners serve?",
      "Number of the project",
      "Tags of its runners, with commas between",
      "At most how many runners at once?",
      "Memory in MB, or a size such as 4GiB",
      "Disk in GB",
    ]);
    // The printed command gives the same file, as a shell reads it.
    const printed = stderr.split("\n").find((line) => line.startsWith("  gosling add egg"))?.trim() ?? "";
    const argv = execFileSync("/bin/sh", ["-c", `${printed.replace(/^gosling/, "printf '%s\\0'")}`], { encoding: "utf8" }).split("\0").slice(0, -1);
    const other = folderWith({ "nest.fly": NEST });
    expect((await gosling(other, argv)).code).toBe(0);
    expect(contentOf(other)).toEqual(contentOf(folder));
  });

  test("offers what the Nest has already", async () => {
    const folder = folderWith(nestFiles({ a: { cloud: 'provider = "yandex"\n    region = "ru-central1"\n    folder_id = "b1g1"', gitlab: 'server = "gl.example.org"\n    project_id = 1' } }));
    const person = somebody({ "What do the runners serve?": "group-id", "Number of the group": "3" });
    expect((await gosling(folder, ["add", "egg", "b"], {}, person)).code).toBe(0);
    expect(Object.fromEntries(person.asked.map(({ message, offered }) => [message, offered]))).toMatchObject({ "Which cloud?": "yandex", Region: "ru-central1", "Folder in Yandex Cloud": "b1g1", "GitLab server": "gl.example.org" });
  });

  test("does not ask for a folder that MotherGoose's cloud has", async () => {
    const folder = folderWith({ "nest.fly": NEST, "MG/config.fly": 'mothergoose {\n  cloud {\n    provider  = "yandex"\n    region    = "ru-central1"\n    folder_id = "b1g1"\n  }\n}\n' });
    const person = somebody({ "What do the runners serve?": "group-id", "Number of the group": "3" });
    expect((await gosling(folder, ["add", "egg", "b"], {}, person)).code).toBe(0);
    expect(person.asked.map(({ message }) => message)).not.toContain("Folder in Yandex Cloud");
    expect(read(folder, "Eggs/b/config.fly")).not.toContain("folder_id");
  });

  test.each([
    ["--cpu two", '--cpu: cpu must be an integer, not a string. Expected integer, found string "two".'],
    ["--cpu 0", "--cpu: cpu must be at least 1 vCPU. Found 0. Stay within the limit."],
    ["--memory 1XB", "--memory: memory is no size"],
    ["--type vn", '--type: type must be "vm", "serverless" or "auto". Found "vn". Did you mean "vm"?'],
    ["--server no_host", "--server: server is no host"],
    ["--tags a,a", '--tags: "a" stands twice in tags'],
    ["--tags ,", "--tags: tags needs at least one item"],
    ["--project-id 99999999999999999999", "--project-id: project_id is too large"],
    ["--runner-token glrt-abcdefgh", "--runner-token: runner_token is no secret reference"],
  ])("refuses %s with the vocabulary's own words", async (flag, message) => {
    const folder = folderWith({ "nest.fly": NEST });
    const { code, stderr } = await gosling(folder, ["add", "egg", "my-app", "--yes", ...flag.split(" ")]);
    expect(code).toBe(64);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("glrt-");
    expect(Object.keys(contentOf(folder))).toEqual(["nest.fly"]);
  });

  test("tells all bad flags at once", async () => {
    const { stderr } = await gosling(folderWith({ "nest.fly": NEST }), ["add", "egg", "my-app", "--cpu", "x", "--disk", "y"]);
    expect(stderr.match(/^(?:error: )?--\w+:/gm)).toEqual(["error: --cpu:", "--disk:"]);
  });

  test("writes nothing where the Nest would not be valid with it, and shows why", async () => {
    const folder = folderWith(nestFiles({ a: { gitlab: 'server = "gitlab.com"\n    project_id = 5' } }));
    const before = contentOf(folder);
    const { code, stderr } = await gosling(folder, ["add", "egg", "b", "--yes", "--project-id", "5"]);
    expect(code).toBe(1);
    expect(stderr).toContain("error FLY162: project 5 of gitlab.com belongs to");
    expect(stderr).toContain("Eggs/b/config.fly:17:18");
    expect(stderr).toContain("Nothing was written: the Nest would not be valid with it.");
    expect(contentOf(folder)).toEqual(before);
  });

  test("shows the rules across attributes, too", async () => {
    const { code, stderr } = await gosling(folderWith({ "nest.fly": NEST }), ["add", "egg", "b", "--yes", "--project-id", "5", "--group-id", "6", "--type", "serverless", "--timeout", "2h"]);
    expect(code).toBe(1);
    expect(stderr).toContain("gitlab has both project_id and group_id");
    expect(stderr).toContain("60m");
  });

  test("adds nothing to a Nest with errors, and shows them", async () => {
    const folder = folderWith(nestFiles({ a: { type: '"vn"' } }));
    const { code, stderr } = await gosling(folder, ["add", "egg", "b", "--yes", "--project-id", "5"]);
    expect(code).toBe(1);
    expect(stderr).toContain("FLY113");
    expect(stderr).toContain("Nothing was added: the Nest has errors. Mend them first.");
  });

  test.each([
    ["a", '"a" is taken'],
    ["A", '"A" is too much like "a"'],
    ["x y", '"x y" is no name'],
    ["../x", '"../x" is no name'],
    ["", '"" is no name'],
  ])("refuses the name %j", async (name, message) => {
    const folder = folderWith(nestFiles({ a: {} }));
    expect(await gosling(folder, ["add", "egg", name, "--yes", "--project-id", "5"])).toMatchObject({ code: 64, stderr: expect.stringContaining(message) as string });
  });

  test("refuses a file that is there, whatever is in it", async () => {
    const folder = folderWith({ "nest.fly": NEST, "Eggs/b/config.fly": "# nothing yet\n" });
    expect(await gosling(folder, ["add", "egg", "b", "--yes", "--project-id", "5"])).toMatchObject({ code: 1, stderr: expect.stringContaining("Eggs/b/config.fly is there already") as string });
    expect(read(folder, "Eggs/b/config.fly")).toBe("# nothing yet\n");
  });

  test("finds an Egg of that name wherever it stands", async () => {
    const folder = folderWith({ "nest.fly": NEST, "Eggs/other/config.fly": eggText("b") });
    expect(await gosling(folder, ["add", "egg", "b", "--yes", "--project-id", "5"])).toMatchObject({ code: 64, stderr: expect.stringContaining('"b" is taken') as string });
  });

  test("prints the file and writes nothing with --dry-run", async () => {
    const folder = folderWith({ "nest.fly": NEST });
    const { stdout } = await gosling(folder, ["add", "egg", "b", "--yes", "--project-id", "5", "--dry-run"]);
    expect(stdout).toMatch(/^egg "b" \{\n[^]*\}\n$/);
    expect(existsSync(join(folder, "Eggs"))).toBe(false);
  });

  test("prints data with --json", async () => {
    const folder = folderWith({ "nest.fly": NEST });
    const { stdout } = await gosling(folder, ["add", "egg", "b", "--yes", "--project-id", "5", "--json"]);
    expect(JSON.parse(stdout)).toEqual({ kind: "egg", name: "b", file: "Eggs/b/config.fly", written: true, text: read(folder, "Eggs/b/config.fly") });
  });

  test("outside of a Nest says how to make one", async () => {
    expect(await gosling(folderWith({}), ["add", "egg", "b"])).toMatchObject({ code: 1, stderr: expect.stringContaining("gosling init") as string });
  });
});

describe("gosling add bucket", () => {
  test("takes its repositories as flags", async () => {
    const folder = folderWith({ "nest.fly": NEST });
    expect((await gosling(folder, ["add", "bucket", "team", "--yes", "--repo", "api=gitlab.com:project:1", "--repo", "web=https://gl.example.org:8443:group:2"])).code).toBe(0);
    expect(read(folder, "Eggs/team/config.fly")).toContain(`  repositories {
    repo "api" {
      gitlab {
        server     = "gitlab.com"
        project_id = 1
      }
    }
    repo "web" {
      gitlab {
        server   = "https://gl.example.org:8443"
        group_id = 2
      }
    }
  }
`);
    expect((await gosling(folder, ["get", "bucket", "team", "repositories.repo.web.gitlab.server"])).stdout).toBe("gl.example.org:8443\n");
  });

  test.each([
    ["api", "is no repository. Write it like api=gitlab.com:project:12"],
    ["api=gitlab.com:repo:1", "is no repository"],
    ["a b=gitlab.com:project:1", '"a b" is no name'],
    ["api=no_host:project:1", "server is no host"],
    ["api=gitlab.com:project:x", "project_id must be an integer"],
    ["api=gitlab.com:group:0", "group_id must be at least 1"],
  ])("refuses --repo %j", async (repo, message) => {
    expect(await gosling(folderWith({ "nest.fly": NEST }), ["add", "bucket", "team", "--yes", "--repo", repo])).toMatchObject({ code: 64, stderr: expect.stringContaining(message) as string });
  });

  test("refuses a name that comes twice", async () => {
    const { code, stderr } = await gosling(folderWith({ "nest.fly": NEST }), ["add", "bucket", "team", "--yes", "--repo", "a=gitlab.com:project:1", "--repo", "a=gitlab.com:project:2"]);
    expect(code).toBe(64);
    expect(stderr).toContain("There is a repository a in the bucket already.");
  });

  test("shares its names with Eggs", async () => {
    expect(await gosling(folderWith(nestFiles({ a: {} })), ["add", "bucket", "a", "--yes", "--repo", "x=gitlab.com:project:1"])).toMatchObject({ code: 64, stderr: expect.stringContaining('"a" is taken. There is an egg of that name already.') as string });
  });
});

describe("gosling add job", () => {
  test("writes a task, or a script of several lines", async () => {
    const folder = folderWith({ "nest.fly": NEST });
    expect((await gosling(folder, ["add", "job", "rotate", "--task", "rotate-secrets", "--yes"])).code).toBe(0);
    expect((await gosling(folder, ["add", "job", "report", "--script", "cd x\ngosling status", "--schedule", "@daily", "--tags", "nest", "--type", "serverless", "--provider", "local"])).code).toBe(0);
    expect(read(folder, "Jobs/report.fly")).toBe(`job "report" {
  schedule = "@daily"
  script   = <<-EOT
    cd x
    gosling status
  EOT
  runner {
    type = "serverless"
    tags = ["nest"]
  }
  cloud {
    provider = "local"
  }
}
`);
    expect((await gosling(folder, ["list", "jobs", "--json"])).stdout).toContain("rotate-secrets");
  });

  test("needs no cloud where MotherGoose has one", async () => {
    const folder = folderWith({ "nest.fly": NEST, "MG/config.fly": 'mothergoose {\n  cloud {\n    provider = "aws"\n    region   = "eu-central-1"\n  }\n}\n' });
    expect((await gosling(folder, ["add", "job", "j", "--task", "drift", "--yes"])).code).toBe(0);
    expect(read(folder, "Jobs/j.fly")).not.toContain("cloud");
  });

  test("refuses a schedule that can't be read", async () => {
    expect(await gosling(folderWith({ "nest.fly": NEST }), ["add", "job", "j", "--task", "drift", "--yes", "--schedule", "61 * * * *"])).toMatchObject({ code: 64, stderr: expect.stringContaining("--schedule: schedule is no cron schedule") as string });
  });
});

describe("gosling add rift", () => {
  test("writes a file of its own at the root", async () => {
    const folder = folderWith({ "nest.fly": NEST, "rifts.fly": "# mine\n" });
    expect((await gosling(folder, ["add", "rift", "main", "--yes", "--max-size", "80GiB", "--docker", "true", "--registry", "docker.io,registry.gitlab.com"])).code).toBe(0);
    expect(read(folder, "rift-main.fly")).toBe(`rift "main" {
  cloud {
    provider = "local"
  }
  resources {
    cpu    = 2
    memory = "4GiB"
    disk   = 100
  }
  cache {
    max_size = "80GiB"
  }
  docker {
    enabled = true
  }
  registry {
    mirror = ["docker.io", "registry.gitlab.com"]
  }
}
`);
    expect(read(folder, "rifts.fly")).toBe("# mine\n");
    expect((await gosling(folder, ["add", "egg", "a", "--yes", "--project-id", "1", "--rift", "main"])).code).toBe(0);
  });
});

describe("every kind", () => {
  test.each(["egg", "bucket", "job", "rift"])("%s: its help has an example that works", async (word) => {
    const { code, stdout } = await gosling(folderWith({}), ["add", word, "--help"]);
    expect(code).toBe(0);
    const example = /^ {2}gosling (add .*)$/m.exec(stdout)?.[1] ?? "";
    const argv = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${example}`], { encoding: "utf8" }).split("\0").slice(0, -1);
    expect(await gosling(folderWith({ "nest.fly": NEST }), argv)).toMatchObject({ code: 0, stderr: "" });
  });
});
