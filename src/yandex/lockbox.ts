import type { Payload_Entry } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/lockbox/v1/payload.js";
import type { Secret } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/lockbox/v1/secret.js";
import { isYandexError, YandexError } from "./error";
import { finished } from "./operation";
import { getPayloadByName } from "./payload-by-name";
import type { YandexCloud } from "./yandex-cloud";

/** A secret by its id, or by its name in a folder. */
export type SecretAddress = { readonly secretId: string } | { readonly folderId: string; readonly name: string };

/** Limits of Lockbox: length of a secret's name, form and length of an entry's key, bytes of all values of a version. */
export const LOCKBOX_LIMITS = { name: 100, key: /^[-_./\\@0-9a-zA-Z]{1,256}$/, valueBytes: 65_536 } as const;

const PAGE_SIZE = 1_000;
const WRITE_LIMIT_MS = 60_000;
const WRITE_PAUSE_MS = 500;

/** Whether a text is an id that Lockbox gave; everything else is a name. The constructs tell them apart in the same way. */
export function isSecretId(text: string): boolean {
  return /^e6q[0-9a-z]{17}$/.test(text);
}

/**
 * The entries of a secret's version: key → bytes.
 * @param versionId Absent: the current one.
 * @throws YandexError
 */
export async function readPayload(cloud: YandexCloud, address: SecretAddress, versionId = ""): Promise<ReadonlyMap<string, Buffer>> {
  if ("secretId" in address) return payloadById(cloud, address.secretId, versionId);
  try {
    const { entries } = await cloud.call("lockbox-payload", getPayloadByName, { folderId: address.folderId, secretName: address.name, versionId });
    return entries;
  } catch (error) {
    // An installation that doesn't know the method yet: the name is looked up, which takes a further right.
    if (!isYandexError(error) || error.status !== "UNIMPLEMENTED") throw error;
    const secret = await findSecret(cloud, address.folderId, address.name);
    if (secret === undefined) throw new YandexError("YANDEX_MISSING", "Yandex Cloud has no secret of this name in the folder");
    return payloadById(cloud, secret.id, versionId);
  }
}

async function payloadById(cloud: YandexCloud, secretId: string, versionId: string): Promise<ReadonlyMap<string, Buffer>> {
  const { GetPayloadRequest, PayloadServiceService } = await import("@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/lockbox/v1/payload_service.js");
  const { entries } = await cloud.call("lockbox-payload", PayloadServiceService.get, GetPayloadRequest.fromPartial({ secretId, versionId }));
  return new Map(entries.map((entry) => [entry.key, bytesOf(entry)]));
}

function bytesOf({ textValue, binaryValue }: Payload_Entry): Buffer {
  return binaryValue ?? Buffer.from(textValue ?? "", "utf8");
}

/**
 * Sets one entry of a secret in a new version, which becomes the current one; the other entries stay. A name that is
 * not there becomes a secret.
 * @param options.replace Whether an entry that is there may be replaced; where not, it `exists`.
 * @throws YandexError
 */
export async function writeEntry(cloud: YandexCloud, address: SecretAddress, key: string, value: string, { replace }: { readonly replace: boolean }): Promise<"written" | "exists"> {
  const change = async (secret: Secret): Promise<"written" | "exists"> => {
    if (!replace && secret.currentVersion?.payloadEntryKeys.includes(key)) return "exists";
    await addVersion(cloud, secret.id, key, value);
    return "written";
  };
  if ("secretId" in address) return change(await getSecret(cloud, address.secretId));
  const { folderId, name } = address;
  const found = await findSecret(cloud, folderId, name);
  if (found) return change(found);
  try {
    await createSecret(cloud, folderId, name, key, value);
    return "written";
  } catch (error) {
    // Somebody was faster.
    const other = isYandexError(error) && error.status === "ALREADY_EXISTS" ? await findSecret(cloud, folderId, name) : undefined;
    if (other === undefined) throw error;
    return change(other);
  }
}

async function addVersion(cloud: YandexCloud, secretId: string, key: string, textValue: string): Promise<void> {
  const { AddVersionRequest, SecretServiceService } = await definitions();
  // What isn't named stays as it is in the current version, on which the new one is based.
  const operation = await cloud.call("lockbox", SecretServiceService.addVersion, AddVersionRequest.fromPartial({ secretId, payloadEntries: [{ key, textValue }] }), { changes: true });
  await finished(cloud, operation, writing(cloud, "lockbox.v1.SecretService/AddVersion"));
}

async function createSecret(cloud: YandexCloud, folderId: string, name: string, key: string, textValue: string): Promise<void> {
  const { CreateSecretRequest, SecretServiceService } = await definitions();
  const request = CreateSecretRequest.fromPartial({ folderId, name, labels: { "gosling-managed-by": "gosling" }, versionPayloadEntries: [{ key, textValue }] });
  const operation = await cloud.call("lockbox", SecretServiceService.create, request, { changes: true });
  await finished(cloud, operation, writing(cloud, "lockbox.v1.SecretService/Create"));
}

async function getSecret(cloud: YandexCloud, secretId: string): Promise<Secret> {
  const { GetSecretRequest, SecretServiceService } = await definitions();
  return cloud.call("lockbox", SecretServiceService.get, GetSecretRequest.fromPartial({ secretId }));
}

/** @throws YandexError `YANDEX_REFUSED` where several have the name. */
async function findSecret(cloud: YandexCloud, folderId: string, name: string): Promise<Secret | undefined> {
  const { ListSecretsRequest, SecretServiceService } = await definitions();
  const found: Secret[] = [];
  for (let pageToken = ""; ; ) {
    const page = await cloud.call("lockbox", SecretServiceService.list, ListSecretsRequest.fromPartial({ folderId, pageSize: PAGE_SIZE, pageToken }));
    found.push(...page.secrets.filter((secret) => secret.name === name));
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  if (found.length > 1) throw new YandexError("YANDEX_REFUSED", `Yandex Cloud has ${found.length} secrets of this name in the folder`, { hint: "Name the one that is meant by its id, or rename the others." });
  return found[0];
}

function definitions(): Promise<typeof import("@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/lockbox/v1/secret_service.js")> {
  return import("@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/lockbox/v1/secret_service.js");
}

function writing({ edges }: YandexCloud, call: string): { readonly call: string; readonly deadline: number; readonly pauseMs: number } {
  return { call, deadline: edges.now() + WRITE_LIMIT_MS, pauseMs: WRITE_PAUSE_MS };
}
