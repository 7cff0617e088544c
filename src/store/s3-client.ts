import type { S3Client, S3ClientConfig, S3ServiceException } from "@aws-sdk/client-s3";
import { sdkHandler } from "../network/sdk-handler";
import { GoslingError } from "../vocabulary/error";

/** Where objects are kept: `nest.state`. */
export interface S3Place {
  readonly bucket: string;
  readonly region: string;
  /** Address of another service that speaks S3, with scheme. Default: Amazon's own. */
  readonly endpoint?: string;
  /** In front of every key, without a slash at its end. Default: `gosling`, beside the states' `tofu-states`. */
  readonly prefix?: string;
  /** Default: where the SDK, and the engine, look for them. */
  readonly credentials?: S3ClientConfig["credentials"];
  /** For proxies and certificates. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 30_000;
/** Of one request, with growing waits in between: a throttled bucket, an answer that was lost. */
const ATTEMPTS = 5;

/** Objects of one bucket below a prefix. Keys are given without the prefix. */
export class S3Objects {
  private opened: Promise<{ readonly sdk: typeof import("@aws-sdk/client-s3"); readonly client: S3Client }> | undefined;

  constructor(private readonly place: S3Place) {}

  async get(key: string): Promise<Buffer | undefined> {
    return this.ask(key, async (sdk, client, at) => {
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand(at));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      } catch (error) {
        if ((error as Error).name === "NoSuchKey") return undefined;
        throw error;
      }
    });
  }

  async has(key: string): Promise<boolean> {
    return this.ask(key, async (sdk, client, at) => {
      try {
        await client.send(new sdk.HeadObjectCommand(at));
        return true;
      } catch (error) {
        // An answer without a body can't say whether it is the object or the bucket that is missing.
        if (statusOf(error) === 404) return false;
        throw error;
      }
    });
  }

  /** Writes an object that isn't there yet. @returns false where there is one with other content. */
  async create(key: string, content: Buffer): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      const status = await this.ask(key, async (sdk, client, at) => {
        try {
          await client.send(new sdk.PutObjectCommand({ ...at, Body: content, IfNoneMatch: "*" }));
          return 200;
        } catch (error) {
          if (statusOf(error) === 412 || statusOf(error) === 409) return statusOf(error);
          throw error;
        }
      });
      if (status === 200) return true;
      const kept = await this.get(key);
      // The answer to an earlier attempt may have been lost: then it is ours.
      if (kept || attempt === ATTEMPTS) return kept?.equals(content) === true;
      // 409: somebody else was writing it in the same moment, and has not succeeded.
    }
  }

  async put(key: string, content: Buffer): Promise<void> {
    await this.ask(key, (sdk, client, at) => client.send(new sdk.PutObjectCommand({ ...at, Body: content })));
  }

  async delete(key: string): Promise<void> {
    await this.ask(key, (sdk, client, at) => client.send(new sdk.DeleteObjectCommand(at)));
  }

  /** Keys that begin so, ascending. `pageSize`: how many are asked for at once, at most 1,000. */
  async *list(beginning: string, pageSize = 1000): AsyncGenerator<string> {
    const prefix = this.prefixed(beginning);
    const cut = this.prefixed("").length;
    for (let token: string | undefined; ; ) {
      const page = await this.ask(beginning, (sdk, client) => client.send(new sdk.ListObjectsV2Command({ Bucket: this.place.bucket, Prefix: prefix, MaxKeys: pageSize, ContinuationToken: token })));
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key.slice(cut);
      token = page.NextContinuationToken;
      if (!page.IsTruncated || token === undefined) return;
    }
  }

  close(): void {
    void this.opened?.then(({ client }) => client.destroy());
    this.opened = undefined;
  }

  private prefixed(key: string): string {
    return `${this.place.prefix ?? "gosling"}/${key}`;
  }

  private async ask<T>(key: string, work: (sdk: typeof import("@aws-sdk/client-s3"), client: S3Client, at: { Bucket: string; Key: string }) => Promise<T>): Promise<T> {
    const { sdk, client } = await (this.opened ??= connect(this.place));
    try {
      return await work(sdk, client, { Bucket: this.place.bucket, Key: this.prefixed(key) });
    } catch (error) {
      throw explained(error, this.place, this.prefixed(key));
    }
  }
}

async function connect({ region, endpoint, credentials, env = {} }: S3Place): Promise<{ readonly sdk: typeof import("@aws-sdk/client-s3"); readonly client: S3Client }> {
  const sdk = await import("@aws-sdk/client-s3");
  const client = new sdk.S3Client({
    region,
    maxAttempts: ATTEMPTS,
    requestHandler: sdkHandler(env, { connectMs: CONNECT_TIMEOUT_MS, idleMs: ANSWER_TIMEOUT_MS }),
    ...(credentials && { credentials }),
    // Other services know neither a host for each bucket nor the new checksums.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" as const, responseChecksumValidation: "WHEN_REQUIRED" as const }),
  });
  return { sdk, client };
}

function statusOf(error: unknown): number | undefined {
  return (error as S3ServiceException).$metadata?.httpStatusCode;
}

function explained(error: unknown, { bucket, region, endpoint }: S3Place, key: string): unknown {
  if (error instanceof GoslingError) return error;
  const { name, message } = error as Error;
  const where = `s3://${bucket}/${key}`;
  const status = statusOf(error);
  if (name === "NoSuchBucket" || (status === 404 && name !== "NoSuchKey")) {
    return new GoslingError("STORE_MISSING", `There is no bucket ${bucket}${endpoint === undefined ? ` in ${region}` : ` at ${endpoint}`}`, { hint: "Make it, or name another one in nest.state. Let it keep versions of its objects: they are your backups.", cause: error });
  }
  if (name === "CredentialsProviderError") {
    return new GoslingError("STORE_DENIED", `There are no credentials for ${where}`, { hint: "Log in to the cloud, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; a static access key for another service than Amazon's.", cause: error });
  }
  if (status === 401 || status === 403) {
    return new GoslingError("STORE_DENIED", `${where} is denied: ${name}`, { hint: `Allow s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on its objects, to the identity that deploys.`, cause: error });
  }
  if (status === 301 || name === "PermanentRedirect" || name === "AuthorizationHeaderMalformed") {
    return new GoslingError("STORE_MISSING", `The bucket ${bucket} is not in ${region}`, { hint: "Set `region` in nest.state to the bucket's.", cause: error });
  }
  if (status === 429 || status === 503) {
    return new GoslingError("STORE_BUSY", `${where} is throttled, after ${ATTEMPTS} attempts`, { hint: "Run the same command again in a minute.", cause: error });
  }
  if (status === 501) {
    return new GoslingError("STORE_FAILED", `The service at ${endpoint ?? region} can't write an object only where there is none (If-None-Match)`, { hint: "Take a service that can, or keep the state in GitLab.", cause: error });
  }
  if (status === undefined || name === "TimeoutError") {
    return new GoslingError("STORE_UNREACHABLE", `${where} can't be reached: ${message || (error as NodeJS.ErrnoException).code || name}`, { hint: "Check the network, and `region` and `endpoint` in nest.state.", cause: error });
  }
  return new GoslingError("STORE_FAILED", `${where} failed: ${name} (status ${status})`, { hint: "Run the same command again; should it stay, ask whoever runs the service.", cause: error });
}
