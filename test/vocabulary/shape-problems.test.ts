import { checkEgg, checkEggsBucket, checkJob, checkMotherGoose, checkNest, checkUglyFox } from "../../src/vocabulary/check";
import type { Problem } from "../../src/vocabulary/schema";
import { block, bucket, condition, egg, job, line, uglyfox } from "./inputs";

const rule = (text: unknown) => checkUglyFox(uglyfox([condition("all", ["*"])], [block({ condition: text, action: "keep" }, {}, ["a"])])).problems;

/** What is wrong → what is said. */
const cases: readonly (readonly [string, readonly Problem[], readonly string[]])[] = [
  ["an unknown attribute", checkEgg(egg({ runner: { idle_timout: "5m" } })).problems, ['FLY101 runner.idle_timout: runner has no attribute "idle_timout" | Did you mean "idle_timeout"?']],
  ["an unknown attribute like no other", checkEgg(egg({ resources: { gpus: 1 } })).problems, ['FLY101 resources.gpus: resources has no attribute "gpus" | Its attributes are cpu, memory, disk, architecture, instance_types, machine_image.']],
  ["an attribute where there are none", checkEggsBucket(bucket({ more: { repositories: block({ x: 1 }, { repo: block({}, { gitlab: block({ server: "gitlab.com", group_id: 1 }) }, ["a"]) }) } })).problems, ['FLY101 repositories.x: repositories has no attribute "x" | It has no attributes.']],
  ["an unknown block", checkEgg(egg({ more: { runers: block({}) } })).problems, ['FLY102 runers: egg has no block "runers" | Did you mean "runner"?']],
  ["a block where there are none", checkEgg(egg({ more: { proxy: block({}, { auth: block({}) }) } })).problems, ['FLY102 proxy.auth: proxy has no block "auth" | It has no blocks.']],
  ["a missing attribute", checkNest(block({})).problems, ['FLY103 : nest lacks "name" | It is required. Add name = "acme".']],
  ["a missing block", checkMotherGoose(block({})).problems, ["FLY104 : mothergoose lacks its cloud block | It is required. Add cloud { … }."]],
  ["a missing labelled block", checkEggsBucket(bucket({ more: { repositories: block({}) } })).problems, ['FLY104 repositories: repositories lacks its repo "…" block | It is required. Add repo "…" { … }.']],
  ["two of which one is wanted", checkEgg(egg({ gitlab: { group_id: 2 } })).problems, ["FLY105 gitlab.group_id: gitlab has both project_id and group_id | Exactly one of project_id, group_id must be given. Remove the other."]],
  ["none of which one is wanted", checkJob(job({ task: null })).problems, ["FLY105 : job needs task or script | Exactly one of task, script must be given, and none is. Add one."]],
  ["a block again", checkEgg(egg({ more: { proxy: [block({}), block({})] } })).problems, ["FLY106 proxy.1: proxy stands twice | It may stand once. Put everything into one block."]],
  ["a label too many", checkEgg(egg({ more: { proxy: block({}, {}, ["x"]) } })).problems, ["FLY107 proxy: proxy has no label | Found 1. Write proxy { … }."]],
  ["a label too few", checkUglyFox(uglyfox([block({ eggs_entities: ["*"] }, {}, [])])).problems, ['FLY107 runners_condition.0: runners_condition has one label, its name | Found none. Write runners_condition "my-name" { … }.']],
  ["a label of the block itself too many", checkEgg({ ...egg(), labels: ["a", "b"] }).problems, ['FLY107 : egg has one label, its name | Found 2. Write egg "my-name" { … }.']],
  ["a name that is none", checkEgg({ ...egg(), labels: ["my app"] }).problems, ['FLY108 : "my app" is no name | It may hold only letters, digits, - and _. A name has 1–63 letters, digits, - and _.']],
  ["a label again", checkUglyFox(uglyfox([condition("a", ["*"]), condition("a", ["x"])])).problems, ['FLY109 runners_condition.a.1: "a" is taken | There is a runners_condition of that name already. Rename one of the two.']],
  ["a label like another", checkUglyFox(uglyfox([condition("a-b", ["*"]), condition("A_b", ["x"])])).problems, ['FLY109 runners_condition.A_b: "A_b" is too much like "a-b" | There is a runners_condition "a-b"; names that differ only in case or in - against _ look the same to a cloud. Rename one of the two.']],
  ["a block as attribute", checkEgg(block({ ...egg().attributes, proxy: {} }, egg().blocks)).problems, ['FLY110 proxy: proxy is a block | Write proxy { … }, without "=".']],
  ["an attribute as block", checkEgg(egg({ more: { environment: block({}) } })).problems, ['FLY110 environment: environment is an attribute | Write environment = { DOCKER_DRIVER = "overlay2" }.']],
  ["a number in quotes", checkEgg(egg({ resources: { cpu: "2" } })).problems, ['FLY111 resources.cpu: cpu must be an integer, not a string | Expected integer, found string "2". Write it without quotes.']],
  ["a string where a list belongs", checkEgg(egg({ runner: { tags: "docker" } })).problems, ['FLY111 runner.tags: tags must be a list(string), not a string | Expected list(string), found string "docker". Write ["docker"].']],
  ["a number where a duration belongs", checkEgg(egg({ runner: { timeout: 60 } })).problems, ['FLY111 runner.timeout: timeout must be a duration, not a number | Expected duration, found number 60. Write "60s", "60m" or "60h".']],
  ["a fraction where an integer belongs", checkEgg(egg({ runner: { concurrent: 1.5 } })).problems, ["FLY111 runner.concurrent: concurrent must be an integer, not a number | Expected integer, found number 1.5. Write a whole number."]],
  ["a word for a bool", checkEgg(egg({ runner: { locked: "true" } })).problems, ['FLY111 runner.locked: locked must be a bool, not a string | Expected bool, found string "true". Write it without quotes.']],
  ["a number where a string belongs", checkEgg(egg({ egg: { environment: { A: 1 } } })).problems, ['FLY111 environment.A: A must be a string, not a number | Expected string, found number 1. Write "1".']],
  ["a list where a map belongs", checkEgg(egg({ egg: { environment: [] } })).problems, ["FLY111 environment: environment must be a map(string), not a list | Expected map(string), found list."]],
  ["a map where a secret belongs", checkEgg(egg({ egg: { secrets: { A: { b: "hunter2" } } } })).problems, ["FLY111 secrets.A: A must be a secret, not a map | Expected secret, found map."]],
  ["too small a number", checkEgg(egg({ runner: { concurrent: 0 } })).problems, ["FLY112 runner.concurrent: concurrent must be at least 1 | Found 0. Stay within the limit."]],
  ["an integer beyond all", checkEgg(egg({ gitlab: { project_id: 12345678901234567890n } })).problems, ["FLY112 gitlab.project_id: project_id is too large | Found 12345678901234567890; integers go up to 9007199254740991. Write a smaller one."]],
  ["too small a size", checkEgg(egg({ resources: { memory: "64MiB" } })).problems, ['FLY112 resources.memory: memory must be at least 128 MB | Found "64MiB". Stay within the limit.']],
  ["too small a size as a number", checkEgg(egg({ resources: { memory: 64 } })).problems, ["FLY112 resources.memory: memory must be at least 128 MB | Found 64 MB. Stay within the limit."]],
  ["a percentage over 100", checkUglyFox(uglyfox([condition("a", ["*"], { cpu_threshold: 101 })])).problems, ["FLY112 runners_condition.a.apex.cpu_threshold: cpu_threshold must be 0 to 100 | Found 101. Stay within the limit."]],
  ["a Job over ten minutes", checkJob(job({ timeout: "11m" })).problems, ['FLY112 timeout: timeout must be at most 10m | Found "11m". Stay within the limit.']],
  ["no time at all", checkEgg(egg({ runner: { timeout: "0s" } })).problems, ['FLY112 runner.timeout: timeout must be longer than nothing | Found "0s". Stay within the limit.']],
  ["a value that is not of the list", checkEgg(egg({ egg: { type: "serverles" } })).problems, ['FLY113 type: type must be "vm", "serverless" or "auto" | Found "serverles". Did you mean "serverless"?']],
  ["a value far from the list", checkEgg(egg({ runner: { executor: "kubernetes" } })).problems, ['FLY113 runner.executor: executor must be "shell" or "docker" | Found "kubernetes". Take one of them.']],
  ["a text that is no duration", checkEgg(egg({ runner: { timeout: "1.5h" } })).problems, ['FLY114 runner.timeout: timeout is no duration | Found "1.5h": its units are d, h, m and s, not ".". Write it like "90s", "10m", "1h30m" or "2d".']],
  ["a text that is no schedule", checkJob(job({ schedule: "0 0 30 2 *" })).problems, ['FLY114 schedule: schedule is no cron schedule | Found "0 0 30 2 *": it never comes: February has no day 30. Write it like "0 2 * * *", "*/15 9-17 * * mon-fri" or "@daily".']],
  ["a text that is no time zone", checkJob(job({ timezone: "Berlin" })).problems, ['FLY114 timezone: timezone is no time zone | Found "Berlin": no such time zone is known; "UTC" and "Europe/Berlin" are examples. Write it like "UTC" or "Europe/Berlin".']],
  ["a secret's value, which is not repeated", checkEgg(egg({ gitlab: { api_token: "glpat-0123456789" } })).problems, ['FLY114 gitlab.api_token: api_token is no secret reference | It starts with yc-lockbox://, aws-sm://, vault://, env:// or file://; a value itself never stands in a Fly file. Write it like "aws-sm://team/my-app/token", "yc-lockbox://SECRET/KEY", "vault://PATH/KEY", "env://NAME" or "file://PATH".']],
  ["a text without the form of its attribute", checkNest(block({ name: "Acme" })).problems, ['FLY115 name: name must hold only lower-case letters, digits and "-", at most 20 characters | Found "Acme". Write it in that form.']],
  ["a proxy with a password, which is not repeated", checkEgg(egg({ more: { proxy: block({ http: "http://me:hunter2@proxy.example.com" }) } })).problems, ['FLY115 proxy.http: http must be a URL such as "http://proxy.example.com:3128", without user name and password | Found "http://***MASKED***@proxy.example.com". Write it in that form.']],
  ["an item of a list without the form", checkEgg(egg({ runner: { tags: ["a", "b,c"] } })).problems, ['FLY115 runner.tags.1: tags[1] must be a tag: 1–255 characters, no comma, no space around it | Found "b,c". Write it in that form.']],
  ["an empty list", checkJob(job({}, { on_failure: block({ notify: [] }) })).problems, ["FLY116 on_failure.notify: notify needs at least one item | Add one, or leave the attribute out."]],
  ["an item twice", checkEgg(egg({ runner: { tags: ["a", "b", "a"] } })).problems, ['FLY116 runner.tags.2: "a" stands twice in tags | Remove one of the two.']],
  ["a variable's name that is none", checkEgg(egg({ egg: { environment: { "MY-VAR": "x" } } })).problems, ['FLY117 environment.MY-VAR: "MY-VAR" is no name of an environment variable | It may hold letters, digits and _, and no digit first. Rename it.']],
  ["a variable's value that is none", checkEgg(egg({ egg: { environment: { A: "x\0y" } } })).problems, ['FLY118 environment.A: "A" holds a NUL character | No process can have such an environment variable. Remove the character.']],
  ["a condition that can't be read", rule("age >"), ["FLY119 policies.rule.a.condition: condition can't be read | A field or a value is expected here. A condition looks like failed_count >= 3 AND age > 1h."]],
  ["a condition in another language", rule("cpu > 1 && disk > 2"), ['FLY119 policies.rule.a.condition: condition can\'t be read | "&&" has no meaning here. Did you mean AND?']],
  ["a field that there isn't", rule("stat == 'apex'"), ['FLY120 policies.rule.a.condition: there is no field "stat" | Did you mean state?']],
  ["types that can't be compared", rule("age > 60"), ["FLY121 policies.rule.a.condition: age is a duration and 60 is a number: they can't be compared | Compare values of one type, such as age > 1h, cpu > 80 or state == 'apex'."]],
];

test.each(cases)("%s", (_, problems, expected) => expect(problems.map(line)).toEqual(expected));

test("every code of this kind has its case", () => {
  const told = new Set(cases.flatMap(([, problems]) => problems.map(({ code }) => code)));
  const all = Array.from({ length: 21 }, (_, index) => `FLY${101 + index}`);
  expect(all.filter((code) => !told.has(code))).toEqual([]);
});

test("a word of a condition is marked by its place in the text", () => {
  expect(rule("cpu > 80 AND agee > 1h")).toMatchObject([{ span: { start: 13, end: 17 }, suggestion: "age" }]);
});

test("the first of two is shown beside the second", () => {
  expect(checkEgg(egg({ gitlab: { group_id: 2 } })).problems[0]?.related).toEqual([{ path: ["gitlab", "project_id"], message: "the first of them" }]);
  expect(checkEgg(egg({ runner: { tags: ["a", "a"] } })).problems[0]?.related).toEqual([{ path: ["runner", "tags", 0], message: "the first one" }]);
});
