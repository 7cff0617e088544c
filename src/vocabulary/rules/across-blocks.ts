import type { Draft } from "../check-block";
import { nameKey } from "../name";
import { nearest } from "../nearest";
import * as problems from "../problems";
import type { Problem } from "../schema";
import type { CloudValues, EggValues, EggsBucketValues, GitlabValues, RiftValues, UglyFoxValues } from "../types";

/** A block of the Nest with its label: what the rules across blocks look at. Paths of their problems begin with `type` and `name`. */
export interface NamedBlock {
  readonly type: "egg" | "eggsbucket" | "job" | "rift";
  readonly name: string;
}

/** Names that are equal, or that clouds can't tell apart. Eggs and buckets share one name space; Jobs and Rifts have their own. */
export function nameRules(blocks: readonly NamedBlock[]): readonly Problem[] {
  const found: Problem[] = [];
  const seen = new Map<string, NamedBlock & { readonly index: number }>();
  for (const [index, { type, name }] of blocks.entries()) {
    const space = type === "eggsbucket" ? "egg" : type;
    const key = `${space} ${nameKey(name)}`;
    const first = seen.get(key);
    if (!first) seen.set(key, { type, name, index });
    // Equal blocks have equal paths: the number of the block in the list tells them apart.
    else found.push(problems.nameTwice([type, name, ...sameBlock(first, { type, name }, index)], name, { path: [first.type, first.name], name: first.name, what: TITLES[first.type] }));
  }
  return found;
}

function sameBlock(first: NamedBlock, second: NamedBlock, index: number): readonly number[] {
  return first.type === second.type && first.name === second.name ? [index] : [];
}

const TITLES: Readonly<Record<NamedBlock["type"], string>> = { egg: "an Egg", eggsbucket: "a bucket", job: "a Job", rift: "a Rift" };

/** An Egg or a bucket with what the rules across blocks ask of it. */
export type EggBlock =
  | { readonly type: "egg"; readonly name: string; readonly draft: Draft<EggValues> }
  | { readonly type: "eggsbucket"; readonly name: string; readonly draft: Draft<EggsBucketValues> };

/** Two Eggs (or repositories of buckets) for one project or group of one server. */
export function projectRules(eggs: readonly EggBlock[]): readonly Problem[] {
  const found: Problem[] = [];
  const seen = new Map<string, { readonly path: problems.Path; readonly owner: string }>();
  for (const egg of eggs) {
    for (const { path, gitlab, owner } of repositoriesOf(egg)) {
      if (gitlab?.server === undefined) continue;
      for (const [attribute, word, id] of [
        ["project_id", "project", gitlab.projectId],
        ["group_id", "group", gitlab.groupId],
      ] as const) {
        if (id === undefined) continue;
        const key = `${gitlab.server} ${word} ${id}`;
        const first = seen.get(key);
        const place = [...path, attribute];
        if (first) found.push(problems.projectTwice(place, `${word} ${id}`, gitlab.server, first));
        else seen.set(key, { path: place, owner });
      }
    }
  }
  return found;
}

function repositoriesOf(egg: EggBlock): readonly { readonly path: problems.Path; readonly gitlab: Draft<GitlabValues> | undefined; readonly owner: string }[] {
  if (egg.type === "egg") return [{ path: [egg.type, egg.name, "gitlab"], gitlab: egg.draft.gitlab, owner: `Egg "${egg.name}"` }];
  return (egg.draft.repositories?.repo ?? []).map((repo) => ({
    path: [egg.type, egg.name, "repositories", "repo", repo.name ?? "", "gitlab"],
    gitlab: repo.gitlab,
    owner: `repo "${repo.name ?? ""}" of bucket "${egg.name}"`,
  }));
}

/** Rifts that don't exist, or stand in another cloud or region than the runners that use them. */
export function riftRules(eggs: readonly EggBlock[], rifts: readonly { readonly name: string; readonly draft: Draft<RiftValues> }[]): readonly Problem[] {
  const found: Problem[] = [];
  const known = new Map(rifts.map((rift) => [rift.name, rift.draft]));
  for (const { type, name, draft } of eggs) {
    if (draft.rift === undefined) continue;
    const path = [type, name, "rift"];
    const rift = known.get(draft.rift);
    if (!rift) {
      found.push(problems.unknownRift(path, draft.rift, nearest(draft.rift, known.keys())));
      continue;
    }
    const there = placeOf(rift.cloud);
    const here = placeOf(draft.cloud);
    if (there !== undefined && here !== undefined && there !== here) found.push(problems.distantRift(path, draft.rift, { path: ["rift", draft.rift, "cloud"], place: there }, here));
  }
  return found;
}

function placeOf(cloud: Draft<CloudValues> | undefined): string | undefined {
  if (cloud?.provider === undefined) return undefined;
  if (cloud.provider === "local") return "local";
  return cloud.region === undefined ? undefined : `${cloud.provider} ${cloud.region}`;
}

/** `renamed_from` that names a block which is still there, or that two blocks have. */
export function renameRules(eggs: readonly EggBlock[]): readonly Problem[] {
  const found: Problem[] = [];
  const living = new Map(eggs.map((egg) => [nameKey(egg.name), egg]));
  const taken = new Map<string, problems.Path>();
  for (const { type, name, draft } of eggs) {
    const from = draft.renamedFrom;
    if (from === undefined) continue;
    const path = [type, name, "renamed_from"];
    const key = nameKey(from);
    const alive = living.get(key);
    const first = taken.get(key);
    if (alive) found.push(problems.renamedFromLiving(path, from, [alive.type, alive.name]));
    else if (first) found.push(problems.renamedTwice(path, from, first));
    else taken.set(key, path);
  }
  return found;
}

/** Names in `eggs_entities` that no Egg and no bucket has. `names`: those of all that stand in the Nest, broken ones too. */
export function entityRules(uglyfox: Draft<UglyFoxValues>, names: readonly string[]): readonly Problem[] {
  const known = new Set(names);
  return (uglyfox.runnersCondition ?? []).flatMap((condition) =>
    (condition.eggsEntities ?? []).flatMap((entity, index) =>
      entity === "*" || known.has(entity) ? [] : [problems.unknownEntity(["uglyfox", "runners_condition", condition.name ?? "", "eggs_entities", index], entity, nearest(entity, known))],
    ),
  );
}
