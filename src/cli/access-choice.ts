import type { NewRepository } from "../nest/new-nest";
import { NEST_ROLES, NEST_SECRET_PLACES, type NestRole, nestSecret } from "../vocabulary/conventions";
import { GoslingError } from "../vocabulary/error";
import { parseSecretReference } from "../vocabulary/secret";
import type { NestValues } from "../vocabulary/types";
import { EXIT } from "./context";
import { type GitAddress, parseGitAddress } from "./git-address";
import type { Prompts } from "./prompts";

/** Flags of `gosling init` that say how the Nest's repository is reached. */
export interface AccessFlags {
  /** A store, `STORE://PLACE`, or `none`. */
  readonly secrets?: string;
  readonly url?: string;
  /** A reference. */
  readonly apiToken?: string;
  readonly yes?: boolean;
}

/** What is known before anybody is asked. */
export interface AccessFacts {
  /** Name of the Nest. */
  readonly nest: string;
  /** What nest.fly says; absent: there is none yet. `serverWritten`: and not by default. */
  readonly existing?: { readonly repository?: Partial<NonNullable<NestValues["repository"]>>; readonly serverWritten: boolean };
  /** Where the folder's Git repository is pushed to. */
  readonly remote?: GitAddress;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How the Nest's repository is to be reached: all that is decided before anything is made. */
export interface AccessChoice {
  /** None: no keys are wanted. */
  readonly keys: readonly { readonly role: NestRole; readonly reference: string }[];
  /** For SSH. */
  readonly url?: string;
  readonly server?: string;
  /** Number or path of the project. */
  readonly project?: number | string;
  /** What registers the keys: a reference, or what somebody has typed. */
  readonly token?: { readonly reference: string } | { readonly typed: string };
}

export const STORES = Object.keys(NEST_SECRET_PLACES) as readonly (keyof typeof NEST_SECRET_PLACES)[];
const NONE = "none";
const LABELS: Readonly<Record<(typeof STORES)[number], string>> = { "aws-sm": "AWS Secrets Manager", "yc-lockbox": "Yandex Lockbox", vault: "HashiCorp Vault", file: "files of this machine" };

/**
 * Decides from flags, from what nest.fly and Git say, and from answers. Nobody is asked about a Nest that is there
 * already, unless `--secrets` asks for keys.
 * @throws GoslingError `BAD_ANSWER`, `NEST_SECRETS`, `NEST_URL`, with exit code 64
 */
export async function chooseAccess(flags: AccessFlags, facts: AccessFacts, prompts: Prompts | undefined): Promise<AccessChoice> {
  refuseBad(flags, facts.nest);
  const ask = flags.yes || (facts.existing !== undefined && flags.secrets === undefined) ? undefined : prompts;
  const store = flags.secrets ?? (await ask?.select({ message: STORE_QUESTION, options: [{ value: NONE, label: "nowhere yet", hint: "MotherGoose needs them, and Jobs that push to this repository" }, ...STORES.map((value) => ({ value, label: LABELS[value] }))], offered: NONE }));
  const keys = keysOf(store, facts);
  if (keys.length === 0) {
    const idle = flags.url !== undefined ? "--url" : flags.apiToken !== undefined ? "--api-token" : undefined;
    if (idle !== undefined) throw wrongUse("BAD_ANSWER", `${idle} is for the Nest's deploy keys, and none are wanted`, `Say where they are to be kept: --secrets ${STORES.join("|")}`);
    return { keys };
  }
  const address = givenAddress(flags, facts) ?? (await askAddress(ask));
  const repository = facts.existing?.repository;
  // A number is one of the server that nest.fly means; else the one that the repository is cloned from counts before the default.
  const meant = facts.existing?.serverWritten || repository?.projectId !== undefined ? repository?.server : undefined;
  const server = meant ?? address?.server;
  const project = repository?.projectId ?? address?.path;
  const token = givenToken(flags, facts) ?? (server === undefined || project === undefined ? undefined : await askToken(ask, server));
  return { keys, ...(address?.ssh !== undefined && { url: address.ssh }), ...(server !== undefined && { server }), ...(project !== undefined && { project }), ...(token && { token }) };
}

/** What a new nest.fly says of keys that are chosen. */
export function newRepository({ keys, url, server }: AccessChoice): NewRepository | undefined {
  const [readKey, writeKey] = (["read", "write"] as const).map((role) => keys.find((key) => key.role === role)?.reference);
  return readKey === undefined || writeKey === undefined ? undefined : { readKey, writeKey, ...(server !== undefined && server !== "gitlab.com" && { server }), ...(url !== undefined && { url }) };
}

/** A warning where a nest.fly that was there before its keys does not name them. */
export function unwrittenKeys({ keys }: AccessChoice, { existing }: AccessFacts): readonly string[] {
  if (existing === undefined) return [];
  const named = [existing.repository?.readKey, existing.repository?.writeKey];
  const lines = keys.filter(({ reference }) => !named.includes(reference)).map(({ role, reference }) => `${role}_key = ${JSON.stringify(reference)}`);
  return lines.length === 0 ? [] : [`nest.fly does not name the keys. Write into its block repository: ${lines.join(" and ")}`];
}

const STORE_QUESTION = "Where are the Nest's deploy keys to be kept?";

function refuseBad({ secrets, url, apiToken }: AccessFlags, nest: string): void {
  const complaints = [
    ...(secrets === undefined || secrets === NONE || placeOf(secrets, nest) !== undefined ? [] : [`--secrets: ${JSON.stringify(secrets)} is no place for keys. It is one of ${[NONE, ...STORES].join(", ")}, or a place in one of them, such as vault://kv/team.`]),
    ...(url === undefined || parseGitAddress(url)?.ssh !== undefined ? [] : [`--url: ${URL_COMPLAINT}`]),
    // Not repeated: it may be the token itself.
    ...(apiToken === undefined || parseSecretReference(apiToken).ok ? [] : ["--api-token takes a reference to a token, such as env://GITLAB_TOKEN, and never the token itself."]),
  ];
  if (complaints.length > 0) throw wrongUse("BAD_ANSWER", complaints.join("\n"), "gosling init --help tells what each flag takes.");
}

const URL_COMPLAINT = "a deploy key works by SSH: write the project's address like git@gitlab.com:acme/nest.git or ssh://git@gitlab.example.org:2222/acme/nest.git.";

/** Where the secrets of Nests begin: `vault` → `vault://secret/gosling`. */
function placeOf(store: string, nest: string): string | undefined {
  const place = Object.hasOwn(NEST_SECRET_PLACES, store) ? NEST_SECRET_PLACES[store as keyof typeof NEST_SECRET_PLACES] : store.replace(/\/+$/, "");
  const reference = parseSecretReference(nestSecret(place, nest, "read", "deploy-key"));
  return reference.ok && reference.value.version === undefined && Object.hasOwn(NEST_SECRET_PLACES, reference.value.backend) ? place : undefined;
}

/** With a store both keys, which nest.fly must not name elsewhere; without one those that it names. */
function keysOf(store: string | undefined, { nest, existing }: AccessFacts): AccessChoice["keys"] {
  if (store === NONE) return [];
  const place = store === undefined ? undefined : placeOf(store, nest);
  return NEST_ROLES.flatMap((role) => {
    const named = role === "read" ? existing?.repository?.readKey : existing?.repository?.writeKey;
    const wanted = place === undefined ? undefined : nestSecret(place, nest, role, "deploy-key");
    if (named !== undefined && wanted !== undefined && named !== wanted) throw wrongUse("NEST_SECRETS", `nest.fly names ${named} as ${role}_key already`, "Leave --secrets out to use what nest.fly names, or change it there.");
    const reference = named ?? wanted;
    return reference === undefined ? [] : [{ role, reference }];
  });
}

function givenAddress({ url }: AccessFlags, { existing, remote }: AccessFacts): GitAddress | undefined {
  const written = existing?.repository?.url === undefined ? undefined : parseGitAddress(existing.repository.url);
  const given = url === undefined ? undefined : parseGitAddress(url);
  if (given !== undefined && written !== undefined && given.ssh !== written.ssh) throw wrongUse("NEST_URL", `nest.fly says that the Nest's repository is ${written.ssh ?? written.path}`, "Leave --url out, or change url there.");
  return given ?? written ?? remote;
}

async function askAddress(prompts: Prompts | undefined): Promise<GitAddress | undefined> {
  const answer = await prompts?.text({ message: "Address of the Nest's GitLab project (Enter: there is none yet)", offered: "", check: (text) => (text.trim() === "" || parseGitAddress(text.trim())?.ssh !== undefined ? undefined : `${URL_COMPLAINT[0]?.toUpperCase() ?? ""}${URL_COMPLAINT.slice(1)}`) });
  return answer === undefined ? undefined : parseGitAddress(answer.trim());
}

/** The variable that a state in GitLab is read with, too. */
function givenToken({ apiToken }: AccessFlags, { env }: AccessFacts): AccessChoice["token"] {
  if (apiToken !== undefined) return { reference: apiToken };
  return env["GITLAB_TOKEN"] ? { reference: "env://GITLAB_TOKEN" } : undefined;
}

async function askToken(prompts: Prompts | undefined, server: string): Promise<AccessChoice["token"]> {
  const typed = (await prompts?.password({ message: `Access token for ${server} with the scope api, used once and not kept (Enter: none)` }))?.trim();
  return typed ? { typed } : undefined;
}

function wrongUse(code: string, message: string, hint: string): GoslingError {
  return new GoslingError(code, message, { hint, exitCode: EXIT.usage });
}
