import type { EggsBucket, Job, MotherGoose, Nest, Place, PoolLimits, Rift, SingleEgg } from "../../src/nest/model";
import type { CloudValues, EggValues, NestValues, ResourcesValues, RunnerValues } from "../../src/vocabulary/types";

/** Models of Nests as the reader gives them, for tests that are about synthesis alone. */
export const local: CloudValues = { provider: "local", preemptible: false, tags: {}, network: { assignPublicIp: false } };
export const small: ResourcesValues = { cpu: 1, memory: 512, disk: 1, architecture: "amd64" };
export const shell: RunnerValues = {
  tags: ["shell"],
  concurrent: 3,
  idleTimeout: "10m",
  timeout: "1h",
  executor: "shell",
  runUntagged: false,
  protected: false,
  locked: true,
  agentConfig: {},
};

export function placeIn(file: string, line = 1): Place {
  return { file, range: { start: { line, column: 1, byte: 0 }, end: { line, column: 2, byte: 1 } } };
}

export function poolOf(apex: number, nadir = 0): PoolLimits {
  return { apex: { minCount: 0, maxCount: apex }, nadir: { minCount: 0, maxCount: nadir, idleTimeout: "30m" }, source: "a test" };
}

export function eggNamed(name: string, changes: Partial<EggValues> = {}, pool: PoolLimits = poolOf(3)): SingleEgg {
  const values: EggValues = { type: "vm", environment: {}, secrets: {}, cloud: local, resources: small, runner: shell, gitlab: { server: "gitlab.com", projectId: 1 }, ...changes };
  return {
    kind: "egg",
    name,
    place: placeIn(`Eggs/${name}/config.fly`, 3),
    values,
    runnerType: { type: values.type === "serverless" ? "serverless" : "vm", reasons: [] },
    pool,
    repositories: [repository(name, values.gitlab)],
  };
}

export function bucketNamed(name: string, repositories: readonly string[]): EggsBucket {
  const { gitlab: _, ...values } = eggNamed(name).values;
  const repo = repositories.map((repositoryName, index) => ({ name: repositoryName, gitlab: { server: "gitlab.example.org", groupId: index + 1 } }));
  return {
    kind: "eggsbucket",
    name,
    place: placeIn(`Eggs/${name}/config.fly`),
    values: { ...values, repositories: { repo } },
    runnerType: { type: "vm", reasons: [] },
    pool: poolOf(3),
    repositories: repo.map((each) => repository(each.name, each.gitlab)),
  };
}

export function jobNamed(name: string, enabled = true): Job {
  return {
    kind: "job",
    name,
    place: placeIn(`Jobs/${name}.fly`),
    values: { schedule: "0 2 * * *", timezone: "UTC", task: "drift", timeout: "10m", environment: {}, secrets: {}, enabled, runner: { type: "vm", tags: ["nest"] }, cloud: local, resources: small },
    runnerType: { type: "vm", reasons: [] },
    pool: poolOf(1),
    repositories: [repository(name, { server: "gitlab.com", projectId: 9 })],
  };
}

export function riftNamed(name: string, cloud: CloudValues = local): Rift {
  return { kind: "rift", name, place: placeIn("rifts.fly", 7), values: { cloud, resources: small, cache: { maxSize: 100, maxAge: "30d" } } };
}

export function gooseOn(cloud: CloudValues): MotherGoose {
  return {
    kind: "mothergoose",
    place: placeIn("MG/config.fly", 1),
    values: {
      cloud,
      service: { memory: 512, timeout: "30s", minInstances: 0, maxInstances: 10 },
      workers: { memory: 1024, timeout: "15m", maxInstances: 20 },
      database: { deletionProtection: true },
      queue: { visibilityTimeout: "20m", maxReceives: 5, retention: "4d" },
      triggers: { gitSync: "*/5 * * * *", healthCheck: "*/10 * * * *" },
    },
  };
}

export function nestOf(root: string, parts: Partial<Pick<Nest, "eggs" | "jobs" | "rifts" | "mothergoose" | "uglyfox">> & { readonly values?: Partial<NestValues> }): Nest {
  return { root, name: "acme", eggs: [], jobs: [], rifts: [], ...parts, values: { name: "acme", state: { backend: "local" }, ...parts.values } };
}

function repository(name: string, gitlab: { readonly server: string; readonly projectId?: number; readonly groupId?: number; readonly runnerToken?: string }): SingleEgg["repositories"][number] {
  const secret = (key: string): string => `file://gitlab/${gitlab.server}/${name}/${key}`;
  return { name, gitlab: { ...gitlab, apiToken: secret("api-token"), runnerToken: gitlab.runnerToken ?? secret("runner-token"), webhookSecret: secret("webhook-secret") } };
}
