import type { EC2Client, EC2ClientConfig } from "@aws-sdk/client-ec2";
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

export type AwsMachineState = "pending" | "running" | "stopping" | "stopped";

/** A machine that is there: one that shuts down, or has done so for good, is none any more. */
export interface AwsMachine {
  readonly instanceId: string;
  readonly state: AwsMachineState;
  /** Those that the constructs set: `gosling:nest`, `gosling:egg`, `gosling:runner` … */
  readonly tags: Readonly<Record<string, string>>;
}

const THERE: readonly AwsMachineState[] = ["pending", "running", "stopping", "stopped"];
/** Of one request, with growing waits in between. */
const ATTEMPTS = 5;
const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 30_000;

type Sdk = typeof import("@aws-sdk/client-ec2");

/**
 * The machines of a region that have, of each of these tags, one of the values; sorted by instance id.
 * @throws GoslingError `AWS_DENIED`, `AWS_UNREACHABLE`, `AWS_FAILED`
 */
export async function listMachines(place: AwsPlace, tags: Readonly<Record<string, readonly string[]>>): Promise<readonly AwsMachine[]> {
  return ask(place, "ec2:DescribeInstances", async (sdk, client) => {
    const Filters = [...Object.entries(tags).map(([name, Values]) => ({ Name: `tag:${name}`, Values: Values.map(literal) })), { Name: "instance-state-name", Values: [...THERE] }];
    const machines: AwsMachine[] = [];
    for await (const { Reservations = [] } of sdk.paginateDescribeInstances({ client }, { Filters })) {
      for (const { InstanceId, State, Tags = [] } of Reservations.flatMap(({ Instances = [] }) => Instances)) {
        const state = THERE.find((known) => known === State?.Name);
        if (InstanceId !== undefined && state !== undefined) machines.push({ instanceId: InstanceId, state, tags: Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value])) });
      }
    }
    return machines.sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
  });
}

/**
 * Ends machines for good; one that is gone already is no error. Does not wait until they are.
 * @throws GoslingError `AWS_DENIED`, `AWS_UNREACHABLE`, `AWS_FAILED`
 */
export async function endMachines(place: AwsPlace, instanceIds: readonly string[]): Promise<void> {
  // One by one: where one of several is unknown, AWS ends none.
  for (const id of instanceIds) {
    await ask(place, "ec2:TerminateInstances", async (sdk, client) => {
      try {
        await client.send(new sdk.TerminateInstancesCommand({ InstanceIds: [id] }));
      } catch (error) {
        if ((error as Error).name !== "InvalidInstanceID.NotFound") throw error;
      }
    });
  }
}

/** AWS reads `*` and `?` in a filter as patterns. */
function literal(value: string): string {
  return value.replace(/[\\*?]/g, "\\$&");
}

async function ask<T>(place: AwsPlace, action: string, work: (sdk: Sdk, client: EC2Client) => Promise<T>): Promise<T> {
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
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: ANSWER_TIMEOUT_MS, throwOnRequestTimeout: true },
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
