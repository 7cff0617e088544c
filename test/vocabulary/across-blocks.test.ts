import { type Draft, type EggBlock, type EggValues, type RiftValues, checkEgg, checkEggsBucket, checkUglyFox, entityRules, nameRules, projectRules, renameRules, riftRules } from "../../src/vocabulary";
import { bucket, condition, egg, line, uglyfox, type EggParts } from "./inputs";

const eggBlock = (name: string, parts: EggParts = {}): EggBlock => ({ type: "egg", name, draft: checkEgg(egg(parts)).draft });
const bucketBlock = (name: string, parts: EggParts = {}): EggBlock => ({ type: "eggsbucket", name, draft: checkEggsBucket(bucket(parts)).draft });
const rift = (name: string, cloud: Draft<RiftValues["cloud"]>) => ({ name, draft: { cloud } });

describe("names", () => {
  test("an Egg and a bucket share one name space", () => {
    expect(nameRules([{ type: "egg", name: "team" }, { type: "eggsbucket", name: "team" }]).map(line)).toEqual(['FLY109 eggsbucket.team: "team" is taken | There is an Egg of that name already. Rename one of the two.']);
  });
  test("two of one kind and name are told apart by their number", () => {
    expect(nameRules([{ type: "job", name: "a" }, { type: "egg", name: "a" }, { type: "job", name: "a" }]).map(line)).toEqual(['FLY109 job.a.2: "a" is taken | There is a Job of that name already. Rename one of the two.']);
  });
  test("case and - against _ tell no names apart", () => {
    expect(nameRules([{ type: "rift", name: "my-rift" }, { type: "rift", name: "My_Rift" }]).map(line)).toEqual([
      'FLY109 rift.My_Rift: "My_Rift" is too much like "my-rift" | There is a Rift "my-rift"; names that differ only in case or in - against _ look the same to a cloud. Rename one of the two.',
    ]);
  });
  test("Eggs, Jobs and Rifts may share a name", () => expect(nameRules([{ type: "egg", name: "a" }, { type: "job", name: "a" }, { type: "rift", name: "a" }])).toEqual([]));
});

describe("projects", () => {
  test("two Eggs for one project of one server, however the server is written", () => {
    expect(projectRules([eggBlock("a"), eggBlock("b", { gitlab: { server: "https://GitLab.com" } })]).map(line)).toEqual([
      'FLY162 egg.b.gitlab.project_id: project 1 of gitlab.com belongs to Egg "a" already | Two Eggs for one would both answer its jobs. Remove one, or join them in one Egg.',
    ]);
  });
  test("an Egg and a bucket's repository", () => {
    expect(projectRules([bucketBlock("team"), eggBlock("a", { gitlab: { server: "gitlab.example.org", project_id: null, group_id: 2 } })]).map(line)).toEqual([
      'FLY162 egg.a.gitlab.group_id: group 2 of gitlab.example.org belongs to repo "web" of bucket "team" already | Two Eggs for one would both answer its jobs. Remove one, or join them in one Egg.',
    ]);
  });
  test("one number on two servers, or as project and as group, is two", () => {
    expect(projectRules([eggBlock("a"), eggBlock("b", { gitlab: { server: "gitlab.example.org" } }), eggBlock("c", { gitlab: { project_id: null, group_id: 1 } })])).toEqual([]);
  });
});

describe("Rifts", () => {
  const aws = { provider: "aws", region: "eu-central-1" } as const;
  test("one that does not exist", () => {
    expect(riftRules([eggBlock("a", { egg: { rift: "mian" } })], [rift("main", { provider: "local" })]).map(line)).toEqual(['FLY163 egg.a.rift: there is no Rift "mian" | Did you mean "main"?']);
    expect(riftRules([eggBlock("a", { egg: { rift: "main" } })], []).map(line)).toEqual(['FLY163 egg.a.rift: there is no Rift "main" | Add rift "main" { … }, or remove the attribute.']);
  });
  test("one in another cloud or region", () => {
    expect(riftRules([eggBlock("a", { egg: { rift: "main" }, cloud: aws })], [rift("main", { provider: "aws", region: "eu-west-1" })]).map(line)).toEqual([
      'FLY164 egg.a.rift: Rift "main" stands elsewhere | It is in aws eu-west-1, the runners are in aws eu-central-1. Name a Rift beside them.',
    ]);
    expect(riftRules([eggBlock("a", { egg: { rift: "main" } })], [rift("main", aws)]).map(({ code }) => code)).toEqual(["FLY164"]);
  });
  test("one beside the runners", () => expect(riftRules([eggBlock("a", { egg: { rift: "main" }, cloud: aws })], [rift("main", aws)])).toEqual([]));
  test("one whose place is not known is no mistake of the Egg's", () => expect(riftRules([eggBlock("a", { egg: { rift: "main" }, cloud: aws })], [rift("main", { provider: "aws" })])).toEqual([]));
});

describe("renamed_from", () => {
  test("names a living Egg", () => {
    expect(renameRules([eggBlock("old-app"), eggBlock("a", { egg: { renamed_from: "old_app" } })]).map(line)).toEqual([
      'FLY165 egg.a.renamed_from: "old_app" is still there | renamed_from takes over the state of an Egg that is gone. Remove renamed_from, or the old Egg.',
    ]);
  });
  test("names the Egg itself", () => expect(renameRules([eggBlock("a", { egg: { renamed_from: "a" } })]).map(({ code }) => code)).toEqual(["FLY165"]));
  test("stands in two blocks", () => {
    expect(renameRules([eggBlock("a", { egg: { renamed_from: "x" } }), bucketBlock("b", { egg: { renamed_from: "x" } })]).map(line)).toEqual([
      'FLY166 eggsbucket.b.renamed_from: "x" is taken over already | Its state can go to one Egg only. Keep renamed_from in one of them.',
    ]);
  });
  test("names one that is gone", () => expect(renameRules([eggBlock("a", { egg: { renamed_from: "x" } })])).toEqual([]));
});

test("a condition may name only Eggs and buckets that there are", () => {
  const { draft } = checkUglyFox(uglyfox([condition("a", ["my-ap", "team"]), condition("b", ["*"])]));
  expect(entityRules(draft, ["my-app", "team"]).map(line)).toEqual(['FLY168 uglyfox.runners_condition.a.eggs_entities.0: there is no Egg "my-ap" | Did you mean "my-app"?']);
  expect(entityRules(draft, ["my-ap", "team"])).toEqual([]);
});

test("drafts with holes are looked at as far as they go", () => {
  const empty: EggBlock = { type: "egg", name: "a", draft: {} as Draft<EggValues> };
  expect([...projectRules([empty]), ...riftRules([empty], []), ...renameRules([empty]), ...entityRules({}, [])]).toEqual([]);
});
