import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { openGitlabStore, openS3Store, openSqliteStore, type DeploymentStore, type Sealing } from "../../src/store";
import type { Deployment, DeploymentKind, DeploymentRecord } from "../../src/store/deployment";
import { deploymentId } from "../../src/store/deployment-id";
import { contentOf, folderWith } from "./folder";
import { gitlabPackages, startPackagesServer, type GitlabPackages } from "./gitlab-packages";
import { startMoto, type Moto } from "./moto";

/** Where all that tests begin was begun, in milliseconds; each deployment a second after the one before. */
const START = Date.parse("2026-11-27T12:00:00.000Z");
let seconds = 0;

/** The time of the deployment that was made last. */
export const now = (): Date => new Date(START + seconds * 1000);

export function nextId(): string {
  seconds += 1;
  return deploymentId(now(), randomBytes(4).toString("hex"));
}

export function record(unit: string, at = now().toISOString(), more: Partial<DeploymentRecord> = {}): DeploymentRecord {
  return {
    format: 1,
    unit,
    kind: "egg",
    cloud: "local",
    location: "",
    runnerType: "vm",
    revision: "0a1b2c3d",
    pool: { apex: { minCount: 0, maxCount: 2 }, nadir: { minCount: 0, maxCount: 0 } },
    stacks: [{ name: unit, configurationHash: "ab".repeat(32) }],
    runners: { r1: { power: "on", revision: "0a1b2c3d", shard: 1, place: "local" } },
    engine: { name: "tofu", version: "1.12.6" },
    at,
    ...more,
  };
}

export function deployment(unit: string, kind: DeploymentKind = "deploy", more: Partial<Deployment> = {}): Deployment {
  const id = nextId();
  return { id, unit, kind, record: record(unit), by: "ada", ...more };
}

/** One of the places that a store can be in, fresh. */
export interface StorePlace {
  /** Opens it once more, as another process would. */
  open(options?: { readonly sealing?: Sealing; readonly indexEvery?: number }): DeploymentStore;
  /** All bytes that are kept there. */
  bytes(): Promise<Buffer>;
}

export function sqlitePlace(): StorePlace & { readonly path: string } {
  const folder = folderWith({});
  const path = join(folder, ".gosling", "gosling.db");
  return {
    path,
    open: (options) => openSqliteStore(path, options),
    bytes: async () => Buffer.from(Object.values(contentOf(folder)).join("\n"), "latin1"),
  };
}

export interface S3Server {
  readonly moto: Moto;
  place(): Promise<StorePlace & { readonly bucket: string; keys(): Promise<readonly string[]> }>;
  close(): Promise<void>;
}

export async function s3Server(): Promise<S3Server> {
  const moto = await startMoto();
  const { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } = await import("@aws-sdk/client-s3");
  const client = new S3Client({ region: moto.region, endpoint: moto.endpoint, forcePathStyle: true, credentials: moto.credentials });
  return {
    moto,
    place: async () => {
      const bucket = `state-${randomBytes(6).toString("hex")}`;
      await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } }));
      const keys = async () => ((await client.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents ?? []).map(({ Key = "" }) => Key);
      return {
        bucket,
        keys,
        open: (options) => openS3Store({ bucket, region: moto.region, endpoint: moto.endpoint, credentials: moto.credentials, now, ...options }),
        bytes: async () => {
          const parts = await Promise.all((await keys()).map(async (Key) => [Buffer.from(Key), await (await client.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body?.transformToByteArray()]));
          return Buffer.concat(parts.flat().map((part) => part ?? Buffer.alloc(0)));
        },
      };
    },
    close: async () => {
      client.destroy();
      await moto.close();
    },
  };
}

export interface GitlabPackagesServer {
  place(options?: { readonly duplicates?: boolean }): Promise<StorePlace & { readonly packages: GitlabPackages; readonly api: string }>;
  close(): Promise<void>;
}

/** Each place is a server of its own: they cost nothing. */
export function gitlabServers(): GitlabPackagesServer {
  const servers: { close(): Promise<void> }[] = [];
  return {
    place: async (options = {}) => {
      const packages = gitlabPackages(options);
      const server = await startPackagesServer(packages);
      servers.push(server);
      return {
        packages,
        api: server.api,
        open: (opening) => openGitlabStore({ api: server.api, project: 7, token: { kind: "private", value: "glpat-test" }, now, sleep: async () => undefined, ...opening }),
        bytes: async () => Buffer.concat(packages.files.map(({ content }) => content)),
      };
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
