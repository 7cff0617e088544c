import { randomBytes } from "node:crypto";
import { gitlabPackages, startPackagesServer, type GitlabPackages } from "./gitlab-packages";
import { startMoto } from "./moto";

/** A place for the state of a Nest that several folders share. */
export interface SharedPlace {
  /** The block `state` of nest.fly; `encryption`: what stands in it. */
  block(encryption?: string): string;
  /** What the command line needs to reach it. */
  readonly environment: Readonly<Record<string, string>>;
  /** All that is kept there, by its name. */
  kept(): Promise<ReadonlyMap<string, Buffer>>;
  /** Leaves the engine's lock of a stack there, as a killed engine does. */
  leaveLock(stack: string, id: string): Promise<void>;
  close(): Promise<void>;
}

/** A bucket in moto. */
export async function bucketPlace(): Promise<SharedPlace & { readonly endpoint: string; bucket(): Promise<string> }> {
  const moto = await startMoto();
  const { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } = await import("@aws-sdk/client-s3");
  const client = new S3Client({ region: moto.region, endpoint: moto.endpoint, forcePathStyle: true, credentials: moto.credentials });
  let bucket = "";
  const place = {
    endpoint: moto.endpoint,
    async bucket() {
      bucket = `state-${randomBytes(6).toString("hex")}`;
      await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } }));
      return bucket;
    },
    block: (encryption: string = "enabled = false") => `state {\n    backend  = "s3"\n    bucket   = "${bucket}"\n    region   = "${moto.region}"\n    endpoint = "${moto.endpoint}"\n    encryption {\n      ${encryption}\n    }\n  }`,
    environment: { AWS_ACCESS_KEY_ID: moto.credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: moto.credentials.secretAccessKey, AWS_EC2_METADATA_DISABLED: "true" },
    async kept() {
      const keys = ((await client.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents ?? []).map(({ Key = "" }) => Key);
      return new Map(await Promise.all(keys.map(async (Key) => [Key, Buffer.from((await (await client.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body?.transformToByteArray()) ?? [])] as const)));
    },
    leaveLock: async (stack: string, id: string) => void (await client.send(new PutObjectCommand({ Bucket: bucket, Key: `tofu-states/${stack}/terraform.tfstate.tflock`, Body: JSON.stringify(engineLock(id)) }))),
    async close() {
      client.destroy();
      await moto.close();
    },
  };
  await place.bucket();
  return place;
}

/** A GitLab project, as one of its own pipeline's jobs sees it. */
export async function projectPlace(token = "job-token-7"): Promise<SharedPlace & { readonly gitlab: GitlabPackages; withoutRecords(work: () => Promise<void>): Promise<void> }> {
  const gitlab = gitlabPackages({ token });
  const server = await startPackagesServer(gitlab);
  return {
    gitlab,
    block: (encryption = "enabled = false") => `state {\n    backend = "gitlab"\n    encryption {\n      ${encryption}\n    }\n  }`,
    environment: { CI_API_V4_URL: server.api, CI_PROJECT_ID: "7", CI_JOB_TOKEN: token },
    async kept() {
      const files = gitlab.files.map(({ name, version, file, content }, index) => [`${name}/${version}/${file} ${index}`, content] as const);
      return new Map([...files, ...gitlab.states, ...[...gitlab.locks].map(([name, { ID }]) => [`lock of ${name}`, Buffer.from(ID)] as const)]);
    },
    async leaveLock(stack, id) {
      const headers = { authorization: `Basic ${Buffer.from(`gitlab-ci-token:${token}`).toString("base64")}` };
      const { status } = await fetch(`${server.api}/projects/7/terraform/state/${stack}/lock`, { method: "POST", headers, body: JSON.stringify(engineLock(id)) });
      if (status !== 200) throw new Error(`${stack} is locked already`);
    },
    /** What was recorded until now is away while `work` lasts. */
    async withoutRecords(work) {
      const files = gitlab.files.splice(0);
      try {
        await work();
      } finally {
        gitlab.files.splice(0, gitlab.files.length, ...files);
      }
    },
    close: () => server.close(),
  };
}

function engineLock(id: string): Readonly<Record<string, string>> {
  return { ID: id, Operation: "OperationTypeApply", Info: "", Who: "ada@build-7", Version: "1.12.6", Created: "2026-11-27T10:00:00.000Z", Path: "" };
}

/** A Nest with a machine on AWS and one serverless Egg, all on AWS. */
export function sharedNest(state: string): Readonly<Record<string, string>> {
  return { "nest.fly": `nest {\n  name = "acme"\n  ${state}\n}\n`, "Eggs/api/config.fly": machineEgg("api"), "Eggs/lint/config.fly": serverlessEgg("lint") };
}

/** @param apex How many machines are on, at least and at most. */
export function machineEgg(name: string, [least, most]: readonly [number, number] = [1, 2]): string {
  return eggOf(name, { type: "vm", concurrent: most, runner: 'executor   = "docker"\n    image      = "debian:13"', more: `pool {\n    apex {\n      min_count = ${least}\n      max_count = ${most}\n    }\n  }` });
}

export function serverlessEgg(name: string, more = ""): string {
  return eggOf(name, { type: "serverless", concurrent: 2, runner: 'image      = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/runner:1"', more });
}

function eggOf(name: string, { type, concurrent, runner, more }: { readonly concurrent: number; readonly type: string; readonly runner: string; readonly more: string }): string {
  return `egg "${name}" {
  type = "${type}"
  cloud {
    provider = "aws"
    region   = "eu-central-1"
  }
  resources {
    cpu    = 2
    memory = "2GiB"
    disk   = 10
  }
  runner {
    tags       = ["${name}"]
    concurrent = ${concurrent}
    timeout    = "10m"
    ${runner}
  }
  gitlab {
    server     = "gitlab.example.com"
    project_id = ${[...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 100_000}
  }
  ${more}
}
`;
}
