import type { Owner, RunnerAttributes, RunnerDetails } from "../../gitlab";

/** Whose runners a registration is for. */
export interface RegistrationName {
  /** `nest.name` */
  readonly nest: string;
  /** Egg's or bucket's name, `job.NAME` for a Job. */
  readonly unit: string;
  /** Of a bucket; absent where there is one repository. */
  readonly repository?: string;
}

export function registrationPath({ nest, unit, repository }: RegistrationName): string {
  return [nest, unit, ...(repository === undefined ? [] : [repository])].join("/");
}

/** A runner registration as the Nest asks for it. */
export interface WantedRegistration {
  readonly name: RegistrationName;
  readonly owner: Owner;
  /** All but the note, which holds the token's fingerprint too. A paused runner stays paused. */
  readonly attributes: Omit<RunnerAttributes, "maintenanceNote" | "paused">;
  /** Reference behind which its token is kept. */
  readonly token: string;
  /** What it was called before, and where its token was then: `renamed_from`. */
  readonly former?: { readonly name: RegistrationName; readonly token: string };
}

/** Every description of ours begins so: lists of runners hold nothing else that tells them. */
export function descriptionStart(nest: string): string {
  return `gosling ${nest}/`;
}

const LONGEST_DESCRIPTION = 250;

/** `gosling acme/web-app`, with the Egg's own description behind it where it has one. */
export function registrationDescription(name: RegistrationName, words: string | undefined): string {
  const own = (words ?? "").replace(/\s+/g, " ").trim();
  return `gosling ${registrationPath(name)}${own === "" ? "" : `: ${own}`}`.slice(0, LONGEST_DESCRIPTION).trimEnd();
}

/** What the first line of our maintenance notes says. */
export interface RegistrationMark {
  readonly path: string;
  /** Fingerprint of the token that was written to the secret store; absent: none was yet. */
  readonly token?: string;
  /** When a rotation put another registration in its place, in milliseconds since 1970. */
  readonly replacedAt?: number;
}

export function registrationNote(name: RegistrationName, token: string | undefined, replacedAt?: number): string {
  const replaced = replacedAt === undefined ? "" : `\nReplaced at ${new Date(replacedAt).toISOString()}: it goes once no machine uses it any more.`;
  return `gosling ${registrationPath(name)} token:${token ?? "none"}${replaced}\nMade and kept by Gosling from the Nest ${name.nest}: gosling connect sets back what is changed here by hand.`;
}

export function readMark(note: string): RegistrationMark | undefined {
  const match = /^gosling ([A-Za-z0-9._/-]+) token:(none|[0-9a-f]{12})$/m.exec(note.split("\n", 1)[0] ?? "");
  const [, path, token] = match ?? [];
  const replacedAt = Date.parse(/^Replaced at (\S+Z):/m.exec(note)?.[1] ?? "");
  return path === undefined ? undefined : { path, ...(token !== undefined && token !== "none" && { token }), ...(!Number.isNaN(replacedAt) && { replacedAt }) };
}

/** A registration on the server, with the mark that makes it ours. */
export interface FoundRegistration extends RunnerDetails {
  readonly mark?: RegistrationMark;
  /** Why it can't be removed now; asked only of what the Nest has no use for. */
  readonly inUse?: string;
}
