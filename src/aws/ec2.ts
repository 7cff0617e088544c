import type { EC2Client, EC2ClientConfig, Filter, Tag } from "@aws-sdk/client-ec2";
import { sdkHandler } from "../network/sdk-handler";
import { GoslingError } from "../vocabulary/error";

/** A region, and how it is reached. */
export interface AwsPlace {
  readonly region: string;
  /**
   * `AWS_ENDPOINT_URL_EC2`, `AWS_ENDPOINT_URL`, `AWS_PROFILE` and the keys `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
   * `AWS_SESSION_TOKEN` count. Without keys the SDK looks where it always does: web identity, profiles, the machine's or
   * the container's role.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Of one request, with growing waits in between. */
const ATTEMPTS = 5;
const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 30_000;

type Sdk = typeof import("@aws-sdk/client-ec2");

/** What has, of each of these tags, one of the values. */
export function tagFilters(tags: Readonly<Record<string, readonly string[]>>): readonly Filter[] {
  return Object.entries(tags).map(([name, values]) => ({ Name: `tag:${name}`, Values: values.map(literal) }));
}

export function tagsOf(tags: readonly Tag[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** AWS reads `*` and `?` in a filter as patterns. */
export function literal(value: string): string {
  return value.replace(/[\\*?]/g, "\\$&");
}

/** Asks EC2 once, with a client of its own. `action` is what has to be allowed for it. */
export async function ask<T>(place: AwsPlace, action: string, work: (sdk: Sdk, client: EC2Client) => Promise<T>): Promise<T> {
  const sdk = await import("@aws-sdk/client-ec2");
  const client = new sdk.EC2Client(clientConfig(place));
  try {
    return await work(sdk, client);
  } catch (error) {
    throw explained(error, place.region, action);
  } finally {
    client.destroy();
  }
}

function clientConfig({ region, env }: AwsPlace): EC2ClientConfig {
  const endpoint = env["AWS_ENDPOINT_URL_EC2"] || env["AWS_ENDPOINT_URL"];
  const profile = env["AWS_PROFILE"];
  const [accessKeyId, secretAccessKey, sessionToken] = [env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env["AWS_SESSION_TOKEN"]];
  return {
    region,
    maxAttempts: ATTEMPTS,
    requestHandler: sdkHandler(env, { connectMs: CONNECT_TIMEOUT_MS, idleMs: ANSWER_TIMEOUT_MS }),
    ...(endpoint && { endpoint }),
    ...(profile ? { profile } : accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } }),
  };
}

const CREDENTIALS = /^(AuthFailure|ExpiredToken|RequestExpired|InvalidClientTokenId|SignatureDoesNotMatch|MissingAuthenticationToken|CredentialsProviderError|TokenProviderError)$/;

function explained(error: unknown, region: string, action: string): unknown {
  if (error instanceof GoslingError) return error;
  const { name, message, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } };
  if (CREDENTIALS.test(name)) {
    return new GoslingError("AWS_DENIED", `EC2 in ${region} does not take the credentials that are here, or there are none (${name})`, { hint: "Sign in again, or set AWS_PROFILE or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; a pipeline gets them with id_tokens.", cause: error });
  }
  if (name === "UnauthorizedOperation" || $metadata?.httpStatusCode === 403) {
    return new GoslingError("AWS_DENIED", `EC2 in ${region} denies ${action}`, { hint: `Allow ${action} to the identity that deploys.`, cause: error });
  }
  if ($metadata?.httpStatusCode === undefined || $metadata.httpStatusCode >= 500 || name === "RequestLimitExceeded" || name === "TimeoutError") {
    return new GoslingError("AWS_UNREACHABLE", `EC2 in ${region} does not answer ${action}, after ${ATTEMPTS} attempts: ${message || (error as NodeJS.ErrnoException).code || name}`, { hint: "Check the network and the region, and run the same command again.", cause: error });
  }
  return new GoslingError("AWS_FAILED", `EC2 in ${region} refuses ${action}: ${message} (${name})`, { hint: "Mend the cause and run the same command again.", cause: error });
}
