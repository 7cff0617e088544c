import { eggText, nestFiles } from "../support/nest-files";
import { read, told } from "./check";

describe("one nest block, in nest.fly", () => {
  test("none is an error", async () => {
    expect(await told({ "nest.fly": "# empty\n" })).toEqual(["nest.fly:1:1 FLY160 "]);
  });

  test("a second one is an error that shows the first", async () => {
    const { diagnostics } = await read({ "nest.fly": 'nest {\n  name = "a"\n}\nnest {\n  name = "b"\n}\n' });
    expect(diagnostics).toMatchObject([{ code: "FLY161", range: { start: { line: 4 } }, related: [{ file: "nest.fly", range: { start: { line: 1 } } }] }]);
  });

  test("it does not stand anywhere else", async () => {
    expect(await told({ "nest.fly": "", "other.fly": 'nest {\n  name = "a"\n}\n' })).toEqual(["other.fly:1:1 FLY170 nest"]);
  });
});

describe("each block in its folder", () => {
  test.each([
    ["Jobs/a.fly", eggText("a"), 'egg "a"'],
    ["eggs.fly", eggText("a"), 'egg "a"'],
    ["Eggs/main/config.fly", 'rift "main" {\n  cloud {\n    provider = "local"\n  }\n  resources {\n    cpu = 1\n    memory = 512\n    disk = 5\n  }\n}\n', 'rift "main"'],
    ["MG/config.fly", 'uglyfox {\n  pruning {\n  }\n  runners_condition "all" {\n    eggs_entities = ["*"]\n  }\n}\n', "uglyfox"],
    ["UF/config.fly", 'job "a" {\n  schedule = "@daily"\n  script = "true"\n  runner {\n  }\n  cloud {\n    provider = "local"\n  }\n}\n', 'job "a"'],
  ])("in %s it is an error", async (file, text, header) => {
    expect(await told(nestFiles({}, { [file]: text }))).toEqual([`${file}:1:1 FLY170 ${header}`]);
  });

  test("a folder of another name is a warning", async () => {
    const { nest, diagnostics } = await read(nestFiles({ one: eggText("two") }));
    expect(nest?.eggs.map((egg) => egg.name)).toEqual(["two"]);
    expect(diagnostics).toMatchObject([{ severity: "warning", code: "FLY171", range: { start: { line: 1, column: 5 } } }]);
  });

  test("so is a Job's file of another name", async () => {
    const job = 'job "nightly" {\n  schedule = "@daily"\n  script = "true"\n  runner {\n  }\n  cloud {\n    provider = "local"\n  }\n}\n';
    expect(await told(nestFiles({}, { "Jobs/other.fly": job }))).toEqual(['Jobs/other.fly:1:5 FLY171 "nightly"']);
  });

  test("a folder may hold more Eggs beside the one of its name", async () => {
    expect(await told(nestFiles({ one: eggText("one") + eggText("two") }))).toEqual([]);
  });

  test("a thousand Eggs in a folder of another name are one warning", async () => {
    expect(await told(nestFiles({ all: eggText("one") + eggText("two") }))).toEqual(['Eggs/all/config.fly:1:5 FLY171 "one"']);
  });
});

describe("names", () => {
  test("are unique over all files, and the second shows the first", async () => {
    const { diagnostics } = await read(nestFiles({ a: {}, b: eggText("a", { gitlab: 'server = "gitlab.com"\nproject_id = 9' }) }));
    expect(diagnostics).toMatchObject([{ code: "FLY109", file: "Eggs/b/config.fly", related: [{ file: "Eggs/a/config.fly" }] }]);
  });

  test("differ in more than case and - against _", async () => {
    expect(await told(nestFiles({ "my-app": {}, My_App: {} }))).toEqual(['Eggs/my-app/config.fly:1:5 FLY109 "my-app"']);
  });

  test("are shared by Eggs and buckets, and not by Jobs", async () => {
    const bucket = eggText("web", { gitlab: 'server = "gitlab.com"\nproject_id = 9' })
      .replace("egg", "eggsbucket")
      .replace(/gitlab \{[^}]*\}/, (gitlab) => `repositories {\n repo "r" {\n ${gitlab}\n }\n }`);
    const job = 'job "web" {\n  schedule = "@daily"\n  script = "true"\n  runner {\n  }\n  cloud {\n    provider = "local"\n  }\n}\n';
    expect(await told(nestFiles({ web: {}, zoo: bucket }, { "Jobs/web.fly": job }))).toEqual(['Eggs/zoo/config.fly:1:12 FLY109 "web"']);
  });

  test("in a block whose name is taken, all else is checked too", async () => {
    const second = eggText("a", { type: '"vm "', gitlab: 'server = "gitlab.com"\nproject_id = 9' });
    expect(await told(nestFiles({ a: {}, b: second }))).toEqual(['Eggs/b/config.fly:1:5 FLY109 "a"', 'Eggs/b/config.fly:2:10 FLY113 "vm "']);
  });
});

describe("rules between blocks", () => {
  const project = { gitlab: 'server = "https://gitlab.com"\nproject_id = 7' };

  test("two Eggs for one project of one server", async () => {
    expect(await told(nestFiles({ a: project, b: project }))).toEqual(["Eggs/b/config.fly:17:14 FLY162 7"]);
  });

  test("the same number on another server is another project", async () => {
    expect(await told(nestFiles({ a: project, b: { gitlab: 'server = "gitlab.example.org"\nproject_id = 7' } }))).toEqual([]);
  });

  test("a Rift that does not exist is suggested its neighbour", async () => {
    const { diagnostics } = await read(nestFiles({ a: { more: 'rift = "mian"' } }, { "rifts.fly": RIFT }));
    expect(diagnostics).toMatchObject([{ code: "FLY163", detail: 'Did you mean "main"?', fix: { text: '"main"' } }]);
  });

  test("a Rift in another region", async () => {
    const egg = { cloud: 'provider = "aws"\nregion = "eu-west-1"', more: 'rift = "main"' };
    const rift = RIFT.replace('provider = "local"', 'provider = "aws"\nregion = "eu-central-1"');
    expect(await told(nestFiles({ a: egg }, { "rifts.fly": rift }))).toEqual(['Eggs/a/config.fly:20:10 FLY164 "main"']);
  });

  test("renamed_from names an Egg that lives", async () => {
    expect(await told(nestFiles({ a: { more: 'renamed_from = "b"' }, b: {} }))).toEqual(['Eggs/a/config.fly:19:18 FLY165 "b"']);
  });

  test("a Job without a cloud, and one that takes MotherGoose's", async () => {
    const job = 'job "j" {\n  schedule = "@daily"\n  script = "true"\n  runner {\n  }\n}\n';
    const goose = 'mothergoose {\n  cloud {\n    provider = "yandex"\n    region = "ru-central1"\n    folder_id = "b1g"\n  }\n}\n';
    expect(await told(nestFiles({}, { "Jobs/j.fly": job }))).toEqual(['Jobs/j.fly:1:1 FLY149 job "j"']);
    const { nest } = await read(nestFiles({}, { "Jobs/j.fly": job, "MG/config.fly": goose }));
    expect(nest?.jobs[0]?.values.cloud).toMatchObject({ provider: "yandex", region: "ru-central1", folderId: "b1g" });
  });

  test("folder_id comes from mothergoose.cloud", async () => {
    const egg = { cloud: 'provider = "yandex"\nregion = "ru-central1"' };
    const goose = 'mothergoose {\n  cloud {\n    provider = "yandex"\n    region = "ru-central1"\n    folder_id = "b1g"\n  }\n}\n';
    expect(await told(nestFiles({ a: egg }))).toEqual(["Eggs/a/config.fly:3:3 FLY143 cloud"]);
    const { nest } = await read(nestFiles({ a: egg }, { "MG/config.fly": goose }));
    expect(nest?.eggs[0]?.values.cloud.folderId).toBe("b1g");
  });

  test("a condition that names no Egg, and an Egg in two conditions", async () => {
    const uglyfox = 'uglyfox {\n  pruning {\n  }\n  runners_condition "x" {\n    eggs_entities = ["my-app", "my-ap"]\n  }\n  runners_condition "y" {\n    eggs_entities = ["my-app"]\n  }\n}\n';
    expect(await told(nestFiles({ "my-app": {} }, { "UF/config.fly": uglyfox }))).toEqual(['UF/config.fly:5:32 FLY168 "my-ap"', 'UF/config.fly:8:22 FLY167 "my-app"']);
  });

  test("a condition that gives an Egg by name more than it may have", async () => {
    const uglyfox = 'uglyfox {\n  pruning {\n  }\n  runners_condition "x" {\n    eggs_entities = ["a"]\n    apex {\n      max_count = 4\n    }\n  }\n}\n';
    expect(await told(nestFiles({ a: {} }, { "UF/config.fly": uglyfox }))).toEqual(["UF/config.fly:7:19 FLY137 4"]);
  });
});

const RIFT = 'rift "main" {\n  cloud {\n    provider = "local"\n  }\n  resources {\n    cpu = 1\n    memory = 512\n    disk = 5\n  }\n}\n';

describe("errors without follow-up noise", () => {
  test("a reference that leads nowhere is one error, and no missing attribute", async () => {
    const egg = { resources: "cpu = var.cpus\n    memory = 512\n    disk = 5", gitlab: 'server = "gitlab.com"\n    project_id = local.id' };
    expect(await told(nestFiles({ a: egg }))).toEqual(["Eggs/a/config.fly:7:15 FLY051 cpus", "Eggs/a/config.fly:17:24 FLY051 id"]);
  });

  test("a broken line hides neither its neighbours nor the other files, and nothing is called missing for it", async () => {
    const broken = eggText("a").replace("concurrent = 3", "concurrent = 3 3").replace('type = "vm"', 'type = "vn"').replace("cpu    = 1", "cpu 1");
    const codes = (await told(nestFiles({ a: broken, b: { type: '"wm"' } }))).map((line) => line.replace(/ \S+$/, ""));
    expect(codes.filter((line) => /FLY10[345]/.test(line))).toEqual([]);
    expect(codes).toEqual(expect.arrayContaining(["Eggs/a/config.fly:2:10 FLY113", "Eggs/b/config.fly:2:10 FLY113"]));
  });

  test("an Egg that is lost to a broken header is not called missing elsewhere", async () => {
    const uglyfox = 'uglyfox {\n  pruning {\n  }\n  runners_condition "x" {\n    eggs_entities = ["a"]\n  }\n}\n';
    const lines = await told(nestFiles({ a: eggText("a").replace('egg "a" {', 'egg "a" = = {') }, { "UF/config.fly": uglyfox }));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !line.startsWith("Eggs/a/config.fly"))).toEqual([]);
  });

  test("a local that is lost to a broken line is not called missing elsewhere", async () => {
    const lines = await told(nestFiles({ a: { more: "description = local.text" } }, { "locals.fly": 'locals {\n  text = = "x"\n  other "y"\n}\n' }));
    expect(lines.filter((line) => !line.startsWith("locals.fly"))).toEqual([]);
    expect(lines).not.toEqual([]);
  });

  test("a block that lacks its name is not called missing elsewhere", async () => {
    expect(await told(nestFiles({ a: { more: 'rift = "main"' } }, { "rifts.fly": RIFT.replace(' "main"', "") }))).toEqual(["rifts.fly:1:1 FLY107 rift"]);
  });

  test("an attribute is wrong inside a list or an object exactly where it is wrong", async () => {
    const egg = {
      runner: 'tags = ["docker", 3]\n    concurrent = 3\n    agent_config = { limit = 3 }',
      more: 'environment = { GOOD = "1", BAD = 2 }\n  secrets = { "a b" = "env://X", C = "hunter2" }',
    };
    expect(await told(nestFiles({ a: egg }))).toEqual([
      "Eggs/a/config.fly:12:23 FLY111 3",
      "Eggs/a/config.fly:14:22 FLY140 limit",
      "Eggs/a/config.fly:20:37 FLY111 2",
      'Eggs/a/config.fly:21:15 FLY117 "a b"',
      'Eggs/a/config.fly:21:38 FLY114 "*******"',
    ]);
  });

  test("names of JavaScript's own are names like others", async () => {
    expect(await told(nestFiles({ a: { more: "__proto__ = 1\n  constructor {\n  }\n  toString = 2" } }))).toEqual([
      "Eggs/a/config.fly:19:3 FLY101 __proto__",
      "Eggs/a/config.fly:20:3 FLY102 constructor",
      "Eggs/a/config.fly:22:3 FLY101 toString",
    ]);
  });

  test("a number that no integer holds is refused and never rounded", async () => {
    expect(await told(nestFiles({ a: { gitlab: 'server = "gitlab.com"\n    project_id = 9007199254740993' } }))).toEqual(["Eggs/a/config.fly:17:18 FLY112 9007199254740993"]);
  });
});

describe("sensitive variables", () => {
  const variables = { "variables.fly": 'variable "token" {\n  type      = string\n  default   = "canary-4711"\n  sensitive = true\n}\nlocals {\n  url = "https://x:${var.token}@h"\n}\n' };

  test("must not reach the configuration, and the error shows the way", async () => {
    const { diagnostics } = await read(nestFiles({ a: { more: "environment = { SAFE = \"1\", URL = local.url }" } }, variables));
    expect(diagnostics).toMatchObject([{ code: "FLY300", file: "Eggs/a/config.fly", range: { start: { line: 19, column: 37 } } }]);
    expect(diagnostics[0]?.detail).toContain("var.token → local.url → egg.a.environment.URL");
    expect(JSON.stringify(diagnostics)).not.toContain("canary");
  });

  test("may be declared and used among variables", async () => {
    expect(await told(nestFiles({ a: {} }, variables))).toEqual([]);
  });
});
