import { join } from "node:path";
import { folderWith } from "../support/folder";
import { gosling } from "../support/command-line";
import { NEST, nestFiles } from "../support/nest-files";

const LOCAL = join(__dirname, "../../examples/nest-local");
const FULL = join(__dirname, "../../examples/nest-full");

describe("gosling list", () => {
  test("shows everything by kind", async () => {
    expect(await gosling(LOCAL, ["list"])).toEqual({
      code: 0,
      stderr: "",
      stdout: `Eggs
  NAME     TYPE        CLOUD  APEX  NADIR  TAGS             SERVES
  docs     serverless  local  0-2   0      local demo docs  gitlab.com project 102
  web-app  vm          local  2-3   0-1    local demo web   gitlab.com project 101

Buckets
  NAME      TYPE  CLOUD  APEX  NADIR  TAGS                 SERVES
  platform  vm    local  1-2   0      local demo platform  gitlab.com project 201, gitlab.example.org group 7

Jobs
  NAME            SCHEDULE   TIME ZONE  TASK            TYPE        CLOUD  ENABLED
  report          0 0 * * *  UTC        script          serverless  local  yes
  rotate-secrets  0 2 * * *  UTC        rotate-secrets  serverless  local  yes
`,
    });
  });

  test("shows one kind where one is asked for", async () => {
    expect((await gosling(FULL, ["list", "rifts"])).stdout).toBe(`NAME    CLOUD               USED BY
main    aws eu-central-1    platform, web-app
moscow  yandex ru-central1  data-pipeline
`);
  });

  test("prints data with --json", async () => {
    const all = JSON.parse((await gosling(FULL, ["list", "--json"])).stdout) as Record<string, { name: string }[]>;
    expect(Object.fromEntries(Object.entries(all).map(([kind, items]) => [kind, items.map(({ name }) => name)]))).toEqual({
      eggs: ["bench", "data-pipeline", "docs", "lint", "mobile", "web-app"],
      buckets: ["platform", "tools"],
      jobs: ["drift", "report", "rotate-secrets"],
      rifts: ["main", "moscow"],
    });
    expect(JSON.parse((await gosling(FULL, ["list", "buckets", "--json"])).stdout)).toEqual(all["buckets"]);
  });

  test("of an empty Nest says how to begin", async () => {
    expect((await gosling(folderWith({ "nest.fly": NEST }), ["list"])).stdout).toContain("gosling add egg");
  });

  test("refuses a kind that there is not", async () => {
    expect(await gosling(LOCAL, ["list", "ponds"])).toMatchObject({ code: 64, stderr: expect.stringContaining("eggs, buckets, jobs, rifts") as string });
  });

  test("of a Nest with errors tells them and lists nothing", async () => {
    expect(await gosling(folderWith(nestFiles({ a: { type: '"vn"' } })), ["list"])).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("FLY113") as string });
  });
});
