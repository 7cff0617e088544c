import { locate, type Path } from "../fly/locate";
import type { TopBlock } from "./blocks";
import type { CheckedNest } from "./check-nest";
import type { Egg, Job, Nest, Place } from "./model";

/** A place of the Nest that needs a secret. */
export interface SecretUse {
  /** The reference, never a value. */
  readonly reference: string;
  readonly purpose: "api token" | "runner token" | "webhook secret" | "job secret" | "state key";
  /** What it is for: `runner token of egg web-app`, `NPM_TOKEN of egg web-app`, `state key`. */
  readonly title: string;
  /** Cloud of the runners that read it; absent: the engine reads it, wherever it runs. */
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

/** Every secret that the Nest needs, in the order of its files' blocks; the state's key last. */
export function secretUses(checked: CheckedNest, nest: Nest): readonly SecretUse[] {
  const owners = new Map([...nest.eggs, ...nest.jobs].map((owner) => [`${owner.kind} ${owner.name}`, owner]));
  const uses = [...checked.eggs, ...checked.jobs].flatMap(({ top }) => {
    const owner = owners.get(`${top.type} ${top.name}`);
    return owner ? usesOf(top, owner) : [];
  });
  const { encryption, backend, region, endpoint } = nest.values.state;
  // Another service's region is none of AWS.
  const ofAws = backend === "s3" && endpoint === undefined && region !== undefined;
  for (const [name, reference, title] of [["key", encryption?.key, "state key"], ["previous_key", encryption?.previousKey, "previous state key"]] as const) {
    if (checked.nest && reference !== undefined) uses.push(secretUse(checked.nest.top, ["state", "encryption", name], { reference, purpose: "state key", title, written: true, ...(ofAws && { region }) }));
  }
  return uses;
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
