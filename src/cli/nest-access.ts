import { randomBytes } from "node:crypto";
import { keepKeys, type KeptKey, registerKeys, type RegisteredKeys } from "../deploy/access";
import { gitlabSession } from "../deploy/connect/session";
import { placeOfNestSecret, readNest } from "../nest";
import type { Secrets } from "../secrets";
import { GoslingError } from "../vocabulary/error";
import { parseSecretReference } from "../vocabulary/secret";
import type { AccessChoice } from "./access-choice";
import type { Context } from "./context";
import { secretFileWarning } from "./git-tracked";
import { withSecrets } from "./open-secrets";

/** How the Nest's repository can be reached now. */
export interface Access {
  readonly keys: readonly KeptKey[];
  readonly url?: string;
  /** Absent: nobody has asked GitLab, or it could not be asked. */
  readonly registered?: RegisteredKeys;
  /** Where the project's deploy keys are seen and added; absent: it isn't known which project it is. */
  readonly page?: string;
  readonly warnings: readonly string[];
  /** What came in between. Run again, it goes on from there. */
  readonly problem?: GoslingError;
}

/** Makes what is missing of the keys that were chosen, in the store and at GitLab. */
export async function makeAccess(context: Context, folder: string, nest: string, choice: AccessChoice): Promise<Access> {
  const model = (await readNest(folder, { environment: context.env })).nest;
  const wanted = choice.keys.map((key) => ({ ...key, ...(model && { place: placeOfNestSecret(model, key.reference) }) }));
  return withSecrets(context, folder, nest, async (secrets) => {
    const { keys, problem } = await keepKeys(wanted, { secrets, nest, randomBytes, ...(choice.url !== undefined && { url: choice.url }) });
    const kept = { keys, ...(choice.url !== undefined && { url: choice.url }), warnings: await fileWarnings(folder, keys) };
    const page = pageOf(choice);
    if (problem || choice.token === undefined || choice.server === undefined || choice.project === undefined) return { ...kept, ...(page !== undefined && { page }), ...(problem && { problem }) };
    const registration = await register(context, nest, keys, { server: choice.server, project: choice.project, token: choice.token }, secrets);
    return { ...kept, ...(page !== undefined && { page }), ...registration, warnings: [...kept.warnings, ...registration.warnings] };
  });
}

async function register(context: Context, nest: string, keys: readonly KeptKey[], { server, project, token }: Required<Pick<AccessChoice, "server" | "project" | "token">>, secrets: Secrets): Promise<Pick<Access, "registered" | "page" | "problem" | "warnings">> {
  const resolve = (reference: string): Promise<string> => ("typed" in token ? Promise.resolve(token.typed) : secrets.read(reference));
  const session = gitlabSession({ env: context.env, now: context.now, resolve, ...(context.pause && { pause: context.pause }) });
  try {
    const { gitlab, warnings } = await session.open(server, "typed" in token ? "your answer" : token.reference, ["deploy keys"]);
    const registered = await registerKeys(gitlab, project, nest, keys);
    return { registered, page: settingsPage(registered.project.webUrl), warnings };
  } catch (problem) {
    if (problem instanceof GoslingError) return { problem, warnings: [] };
    throw problem;
  } finally {
    await session.close();
  }
}

function pageOf({ server, project }: AccessChoice): string | undefined {
  if (server === undefined || project === undefined) return undefined;
  // A number leads to the project's first page only.
  return typeof project === "number" ? `https://${server}/projects/${project}` : settingsPage(`https://${server}/${project}`);
}

function settingsPage(project: string): string {
  return `${project}/-/settings/repository#js-deploy-keys-settings`;
}

async function fileWarnings(folder: string, keys: readonly KeptKey[]): Promise<readonly string[]> {
  const files = keys.flatMap(({ reference }) => {
    const parsed = parseSecretReference(reference);
    return parsed.ok && parsed.value.backend === "file" ? [parsed.value.name] : [];
  });
  const found = await Promise.all(files.map((file) => secretFileWarning(folder, file)));
  return found.flatMap((warning) => warning ?? []);
}
