import { randomUUID } from "node:crypto";
import type { SecretsManagerClient, SecretsManagerClientConfig } from "@aws-sdk/client-secrets-manager";
import { sdkHandler } from "../network/sdk-handler";
import type { SecretReference } from "../vocabulary/secret";
import { explainAwsError, isAnswer, isMissing, isPassingAwsError } from "./aws-errors";
import type { Doing } from "./failure";
import { type Timing, withRetries } from "./retry";
import { entryOf, notEntries, parseEntries, type SecretEntries, withEntry } from "./secret-entry";
import type { SecretPlace, SecretStore } from "./secret-store";

export interface AwsStoreOptions {
  /**
   * `AWS_REGION`, `AWS_DEFAULT_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL_SECRETS_MANAGER`, `AWS_ENDPOINT_URL` and
   * the keys `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` count. Without keys the SDK looks
   * where it always does: web identity, profiles, the machine's or the container's role.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timing: Timing;
  /** For one request. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Tags of secrets that are made. Default: none. */
  readonly tags?: Readonly<Record<string, string>>;
}

type Sdk = typeof import("@aws-sdk/client-secrets-manager");

/**
 * `aws-sm://NAME/KEY#VERSION`: AWS Secrets Manager. NAME is a secret's name or ARN, its value a JSON object, KEY one of
 * its keys with a text behind it. VERSION is a version id where it has 32 to 64 letters, digits or `-`, as ids have,
 * else a stage; absent: `AWSCURRENT`.
 *
 * The region is the ARN's, else that of the place (an Egg's `cloud.region`), else that of the environment.
 *
 * Secrets Manager can't change one key of a secret alone, so two who write to one secret at the same moment may
 * lose one of the two values; both are among its versions.
 */
export function awsStore(options: AwsStoreOptions): SecretStore {
  const { env, timing, timeoutMs } = options;
  const clients = new Map<string, Promise<{ readonly sdk: Sdk; readonly client: SecretsManagerClient }>>();

  const open = async (region: string | undefined) => {
    const sdk = await import("@aws-sdk/client-secrets-manager");
    return { sdk, client: new sdk.SecretsManagerClient(clientConfig(env, region)) };
  };

  /** Sends one command, with retries. */
  const send = async <T>(reference: SecretReference, place: SecretPlace | undefined, doing: Doing, work: (sdk: Sdk, client: SecretsManagerClient, signal: AbortSignal) => Promise<T>): Promise<T> => {
    const region = regionOf(reference, place, env);
    const key = region ?? "";
    const opened = clients.get(key) ?? open(region);
    clients.set(key, opened);
    const { sdk, client } = await opened;
    try {
      return await withRetries((signal) => work(sdk, client, signal), isPassingAwsError, timing, timeoutMs);
    } catch (error) {
      throw explainAwsError(error, { reference, doing, region, credentials: isAnswer(error) ? await credentialsOf(client) : [] });
    }
  };

  const fetch = async (reference: SecretReference, place: SecretPlace | undefined, doing: Doing): Promise<SecretEntries> => {
    const answer = await send(reference, place, doing, (sdk, client, abortSignal) => client.send(new sdk.GetSecretValueCommand({ SecretId: reference.name, ...versionOf(reference) }), { abortSignal }));
    if (answer.SecretString === undefined) throw notEntries(reference, "is binary");
    return parseEntries(answer.SecretString, reference);
  };

  return {
    backend: "aws-sm",
    async read(reference, place) {
      return entryOf(await fetch(reference, place, "read"), reference);
    },
    async write(reference, value, { replace, tagged = true, ...place }) {
      const old = await fetch(reference, place, "written").catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
      const SecretString = JSON.stringify(withEntry(old ?? {}, reference, value, replace));
      // One token for all tries: what a lost answer has done is not done again.
      const ClientRequestToken = randomUUID();
      if (old === undefined && !isArn(reference.name)) {
        const Tags = Object.entries((tagged && options.tags) || {}).map(([Key, Value]) => ({ Key, Value }));
        const made = await send(reference, place, "written", async (sdk, client, abortSignal) => {
          try {
            await client.send(new sdk.CreateSecretCommand({ Name: reference.name, SecretString, ClientRequestToken, ...(Tags.length > 0 && { Tags }) }), { abortSignal });
            return true;
          } catch (error) {
            // It is there without a value.
            if ((error as Error).name === "ResourceExistsException") return false;
            throw error;
          }
        });
        if (made) return;
      }
      await send(reference, place, "written", (sdk, client, abortSignal) => client.send(new sdk.PutSecretValueCommand({ SecretId: reference.name, SecretString, ClientRequestToken }), { abortSignal }));
    },
    async close() {
      for (const opened of clients.values()) (await opened).client.destroy();
    },
  };
}

function clientConfig(env: AwsStoreOptions["env"], region: string | undefined): SecretsManagerClientConfig {
  const endpoint = env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] || env["AWS_ENDPOINT_URL"];
  const profile = env["AWS_PROFILE"];
  const [accessKeyId, secretAccessKey, sessionToken] = [env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env["AWS_SESSION_TOKEN"]];
  return {
    // Retries are ours: all stores do them alike.
    retryStrategy: { retry: (next, args) => next(args) },
    requestHandler: sdkHandler(env),
    ...(region !== undefined && { region }),
    ...(endpoint && { endpoint }),
    ...(profile ? { profile } : accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } }),
  };
}

/** What a request was signed with, wherever it came from: from the environment, a profile, a role. */
async function credentialsOf(client: SecretsManagerClient): Promise<readonly (string | undefined)[]> {
  const used = await client.config.credentials().catch(() => undefined);
  return [used?.secretAccessKey, used?.sessionToken];
}

/** The region of a secret; undefined: what the SDK finds in the profile. */
function regionOf({ name }: SecretReference, place: SecretPlace | undefined, env: AwsStoreOptions["env"]): string | undefined {
  const [, ofArn] = /^arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):/.exec(name) ?? [];
  return ofArn ?? place?.region ?? (env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || undefined);
}

function isArn(name: string): boolean {
  return name.startsWith("arn:");
}

function versionOf({ version }: SecretReference): { readonly VersionId?: string; readonly VersionStage?: string } {
  if (version === undefined) return {};
  return /^[A-Za-z0-9-]{32,64}$/.test(version) ? { VersionId: version } : { VersionStage: version };
}
