import { locate, type Path } from "../fly/locate";
import { NEST_ROLES, NEST_SECRET_PLACES, type NestRole, nestSecret, secretScheme, urlBeside } from "../vocabulary/conventions";
import type { TopBlock } from "./blocks";
import type { CheckedNest } from "./check-nest";
import type { Egg, Job, Nest, Place } from "./model";

/** A place of the Nest that needs a secret. */
export interface SecretUse {
  /** The reference, never a value. */
  readonly reference: string;
  readonly purpose: "api token" | "runner token" | "webhook secret" | "job secret" | "deploy key" | "Nest URL" | "state key";
  /** What it is for: `runner token of egg web-app`, `NPM_TOKEN of egg web-app`, `deploy key (read)`, `state key`. */
  readonly title: string;
  /** Of what reaches the Nest's own repository: who does it. */
  readonly role?: NestRole;
  /** Cloud of the runners that read it; absent: the engine or the service reads it, wherever it runs. */
  readonly provider?: "aws" | "yandex" | "local";
  /** Region of AWS whose store it is in, unless the reference itself says one. */
  readonly region?: string;
  /** Folder of Yandex Cloud whose Lockbox it is in, unless the reference names the secret by its id. */
  readonly folderId?: string;
  /** Whether a file says it; else it follows from the names by convention. */
  readonly written: boolean;
  /** Where it is written; by convention: where the block begins that it follows from. */
  readonly place: Place;
  /** Block and path in it, for diagnostics. */
  readonly at: { readonly top: TopBlock; readonly path: Path };
}

/** Every secret that the Nest needs, in the order of its files' blocks; the Nest's own last. */
export function secretUses(checked: CheckedNest, nest: Nest): readonly SecretUse[] {
  return [...unitUses(checked, nest), ...ownUses(checked, nest)];
}

/** What Eggs, buckets and Jobs need. */
export function unitUses(checked: CheckedNest, nest: Nest): readonly SecretUse[] {
  const owners = new Map([...nest.eggs, ...nest.jobs].map((owner) => [`${owner.kind} ${owner.name}`, owner]));
  return [...checked.eggs, ...checked.jobs].flatMap(({ top }) => {
    const owner = owners.get(`${top.type} ${top.name}`);
    return owner ? usesOf(top, owner) : [];
  });
}

/** The references of `unitUses` alone: for a thousand Eggs a tenth of the work. */
export function* unitReferences({ eggs, jobs }: Nest): Iterable<string> {
  for (const { repositories, values } of [...eggs, ...jobs]) {
    yield* Object.values(values.secrets);
    for (const { gitlab } of repositories) yield* [gitlab.apiToken, gitlab.runnerToken, gitlab.webhookSecret];
  }
}

/** What the Nest itself needs: deploy keys, and the state's key. */
export function ownUses(checked: CheckedNest, nest: Nest): readonly SecretUse[] {
  const uses = NEST_ROLES.flatMap((role) => nestUses(checked, nest, role));
  const { encryption } = nest.values.state;
  const region = regionOfState(nest);
  for (const [name, reference, title] of [["key", encryption?.key, "state key"], ["previous_key", encryption?.previousKey, "previous state key"]] as const) {
    if (checked.nest && reference !== undefined) uses.push(secretUse(checked.nest.top, ["state", "encryption", name], { reference, purpose: "state key", title, written: true, ...(region !== undefined && { region }) }));
  }
  return uses;
}

/** Another service's region is none of AWS. */
function regionOfState({ values: { state } }: Nest): string | undefined {
  return state.backend === "s3" && state.endpoint === undefined ? state.region : undefined;
}

/** Where a secret of the Nest itself is: with MotherGoose, which reads it there; without one on AWS, with the state. */
export function placeOfNestSecret(nest: Nest, reference: string): Pick<SecretUse, "region" | "folderId"> {
  const cloud = nest.mothergoose?.values.cloud;
  const region = cloud?.provider === "aws" ? cloud.region : regionOfState(nest);
  const folderId = cloud?.provider === "yandex" ? cloud.folderId : undefined;
  if (reference.startsWith("aws-sm://")) return region === undefined ? {} : { region };
  return reference.startsWith("yc-lockbox://") && folderId !== undefined ? { folderId } : {};
}

/** What a role reaches the Nest's repository with: as nest.fly names it, or what MotherGoose looks for by convention. */
function nestUses({ nest: block, mothergoose: service }: CheckedNest, nest: Nest, role: NestRole): readonly SecretUse[] {
  const { readKey, writeKey } = nest.values.repository ?? {};
  const named = role === "read" ? readKey : writeKey;
  const cloud = nest.mothergoose?.values.cloud;
  const key = named ?? (role === "read" && cloud ? nestSecret(NEST_SECRET_PLACES[secretScheme(cloud.provider)], nest.name, role, "deploy-key") : undefined);
  const at = named === undefined ? service && { top: service.top, path: [] } : block && { top: block.top, path: ["repository", `${role}_key`] };
  if (key === undefined || at === undefined) return [];
  const place = placeOfNestSecret(nest, key);
  const url = urlBeside(key);
  const add = (purpose: "deploy key" | "Nest URL", reference: string): SecretUse => secretUse(at.top, at.path, { ...place, role, reference, purpose, title: `${purpose} (${role})`, written: named !== undefined });
  return [add("deploy key", key), ...(url === undefined ? [] : [add("Nest URL", url)])];
}

function usesOf(top: TopBlock, owner: Egg | Job): SecretUse[] {
  const { provider = "local", region, folderId } = owner.values.cloud ?? {};
  const shared = { provider, ...(provider === "aws" && region !== undefined && { region }), ...(provider === "yandex" && folderId !== undefined && { folderId }) };
  const ofOwner = `of ${owner.kind === "eggsbucket" ? "bucket" : owner.kind} ${owner.name}`;
  const uses = Object.entries(owner.values.secrets).map(([name, reference]) => secretUse(top, ["secrets", name], { ...shared, reference, purpose: "job secret", title: `${name} ${ofOwner}`, written: true }));
  for (const { name, gitlab } of owner.repositories) {
    const path = owner.kind === "egg" ? ["gitlab"] : owner.kind === "job" ? [] : ["repositories", "repo", name, "gitlab"];
    const said = owner.kind === "egg" ? owner.values.gitlab : owner.kind === "job" ? undefined : owner.values.repositories.repo.find((repo) => repo.name === name)?.gitlab;
    const add = (purpose: SecretUse["purpose"], attribute: string, reference: string, written: boolean): void => {
      const title = owner.kind === "eggsbucket" ? `${purpose} of bucket ${owner.name}, ${name}` : `${purpose} ${ofOwner}`;
      uses.push(secretUse(top, [...path, attribute], { ...shared, reference, purpose, title, written }));
    };
    add("api token", "api_token", gitlab.apiToken, said?.apiToken !== undefined);
    add("runner token", "runner_token", gitlab.runnerToken, said?.runnerToken !== undefined);
    add("webhook secret", "webhook_secret", gitlab.webhookSecret, said?.webhookSecret !== undefined);
  }
  return uses;
}

/** Lines are worked out when someone asks. */
function secretUse(top: TopBlock, path: Path, use: Omit<SecretUse, "place" | "at">): SecretUse {
  let range: Place["range"] | undefined;
  const place = {
    file: top.source.file,
    get range() {
      return (range ??= top.source.range(locate(top.block, { path, code: "" }).span));
    },
  };
  return { ...use, place, at: { top, path } };
}
