import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { onPath } from "../support/shells";

/** Amazon's APIs on this machine. */
export interface Moto {
  readonly url: string;
  /** What an engine needs to find it: addresses and credentials. */
  readonly env: Readonly<Record<string, string>>;
  /** From now on only callers with known credentials are served; with `false` everybody is. */
  demandCredentials(demanded: boolean): Promise<void>;
  makeBucket(name: string): Promise<void>;
  /** Content of an object; nothing where there is none. */
  object(bucket: string, key: string): Promise<string | undefined>;
  /** ARN of a new KMS key. */
  makeKmsKey(): Promise<string>;
  stop(): Promise<void>;
}

/** `describe` where moto_server is on the PATH; else one skipped test that says so. */
export const describeWithMoto = (title: string, tests: () => void): void => {
  if (onPath("moto_server") !== undefined) return describe(title, tests);
  describe(title, () => {
    test.skip("skipped: moto_server is not on the PATH", () => undefined);
  });
};

export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore", detached: true });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const deadline = Date.now() + 60_000;
  while (!(await fetch(`${url}/moto-api/data.json`).then((response) => response.ok, () => false))) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error("moto_server did not start");
    await delay(50);
  }
  const signed = (service: string) => ({ authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0` });
  return {
    url,
    env: { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_ENDPOINT_URL_KMS: url, AWS_ENDPOINT_URL_STS: url, AWS_EC2_METADATA_DISABLED: "true", AWS_MAX_ATTEMPTS: "1" },
    demandCredentials: async (demanded) => {
      await fetch(`${url}/moto-api/reset-auth`, { method: "POST", body: demanded ? "0" : "1000000" });
    },
    makeBucket: async (name) => {
      const body = "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>";
      const { status } = await fetch(`${url}/${name}`, { method: "PUT", headers: signed("s3"), body });
      if (status !== 200) throw new Error(`no bucket: ${status}`);
    },
    object: async (bucket, key) => {
      const response = await fetch(`${url}/${bucket}/${key}`, { headers: signed("s3") });
      return response.status === 404 ? undefined : response.text();
    },
    makeKmsKey: async () => {
      const headers = { ...signed("kms"), "x-amz-target": "TrentService.CreateKey", "content-type": "application/x-amz-json-1.1" };
      const response = await fetch(url, { method: "POST", headers, body: "{}" });
      return ((await response.json()) as { KeyMetadata: { Arn: string } }).KeyMetadata.Arn;
    },
    stop: async () => {
      // The program on the PATH may be a shim that starts another one: both are in this group.
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
      await ended;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
