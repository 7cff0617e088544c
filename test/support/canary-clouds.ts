import { join } from "node:path";
import { type Canary, canary, caught, keyCanary, plainCanary } from "./canary";
import { type CloudNest, cloudNest } from "./cloud-nest";
import type { TestEngine } from "./engines";
import { type FaultyProxy, faultyProxy, type ProxiedRequest } from "./faulty-proxy";
import { bucketPlace, projectPlace } from "./shared-nest";

/** What a request to the server of the state is about. */
export type Subject = "records" | "secrets" | "state";

/** A Nest on clouds of which every secret, and all that signs in anywhere, is a canary. */
export interface CanaryClouds {
  readonly nest: CloudNest;
  /** Home folder of all commands; the Nest is in it. */
  readonly home: string;
  readonly eggs: readonly string[];
  /** Reference → value, of secrets that are to be put into their stores. */
  readonly secrets: Readonly<Record<string, string>>;
  /** For the environment of a command: another key of the state, one that is none. */
  readonly otherKeys: Readonly<Record<"wrong" | "malformed", Readonly<Record<string, string>>>>;
  /** Those of the Nest, those of its surroundings, and what servers have made until now. */
  canaries(): readonly Canary[];
  /** What the clouds have been told, and what is kept where the state is, by a name for it. */
  kept(): Promise<Readonly<Record<string, string>>>;
  dispose(): Promise<void>;
}

/** One whose state a server keeps. */
export interface SharedCanaryClouds extends CanaryClouds {
  /** Lets that server fail. */
  readonly proxy: FaultyProxy;
  /** What it keeps. */
  readonly subjects: readonly Subject[];
  subjectOf(request: ProxiedRequest): Subject;
  leaveLock(stack: string): Promise<void>;
}

type Cloud = "aws" | "yandex";

const FOLDER = "b1g0123456789abcdefg";
const CLOUDS: Readonly<Record<Cloud, { readonly block: string; readonly image: string; reference(egg: string, key: string): string }>> = {
  aws: { block: 'provider = "aws"\n    region   = "eu-central-1"', image: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/runner:1", reference: (egg, key) => `aws-sm://team/${egg}/${key}` },
  yandex: { block: `provider  = "yandex"\n    region    = "ru-central1"\n    folder_id = "${FOLDER}"`, image: "cr.yandex/crp0123456789abcdefg/runner:1", reference: (egg, key) => `yc-lockbox://team-${egg}/${key}` },
};
const LOCK = "11111111-2222-4333-8444-555555555555";

interface Egg {
  readonly name: string;
  readonly cloud: Cloud;
  readonly type: "vm" | "serverless";
}

/** State in a bucket, secrets in Secrets Manager: both are moto's. */
export async function canariesInBucket(engine: TestEngine): Promise<SharedCanaryClouds> {
  const place = await bucketPlace();
  const isOfSecrets = ({ headers }: ProxiedRequest): boolean => headers["x-amz-target"] !== undefined;
  const proxy = await faultyProxy(place.endpoint, (message, request) =>
    isOfSecrets(request) ? JSON.stringify({ __type: "AccessDeniedException", message }) : `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`,
  );
  const made = await canaryClouds(engine, [{ name: "api", cloud: "aws", type: "vm" }], place.block('key = "env://STATE_KEY"').replace(place.endpoint, proxy.url), { ...place.environment, AWS_ENDPOINT_URL_SECRETS_MANAGER: proxy.url });
  return {
    ...made,
    proxy,
    subjects: ["records", "secrets", "state"],
    subjectOf: (request) => (isOfSecrets(request) ? "secrets" : request.path.includes("/tofu-states/") ? "state" : "records"),
    leaveLock: (stack) => place.leaveLock(stack, LOCK),
    kept: async () => ({ ...(await made.kept()), ...texts(await place.kept()) }),
    async dispose() {
      await made.dispose();
      await Promise.all([proxy.close(), place.close()]);
    },
  };
}

/** State in a GitLab project, as a pipeline reaches it; secrets in Lockbox. */
export async function canariesInProject(engine: TestEngine): Promise<SharedCanaryClouds> {
  const job = plainCanary("job token");
  const place = await projectPlace(job.value);
  const { CI_API_V4_URL: api = "", ...environment } = place.environment;
  const proxy = await faultyProxy(new URL(api).origin, (message) => JSON.stringify({ message }));
  const made = await canaryClouds(engine, [{ name: "mobile", cloud: "yandex", type: "vm" }], place.block('key = "env://STATE_KEY"'), { ...environment, CI_API_V4_URL: api.replace(new URL(api).origin, proxy.url) }, [job]);
  return {
    ...made,
    proxy,
    subjects: ["records", "state"],
    subjectOf: ({ path }) => (/\/terraform\/state\/(?!gosling-lock)/.test(path) ? "state" : "records"),
    leaveLock: (stack) => place.leaveLock(stack, LOCK),
    kept: async () => ({ ...(await made.kept()), ...texts(await place.kept()) }),
    async dispose() {
      await made.dispose();
      await Promise.all([proxy.close(), place.close()]);
    },
  };
}

/** Machines and serverless runners on both clouds; their states are in clear, in the Nest's folder. */
export function canariesOnBothClouds(engine: TestEngine): Promise<CanaryClouds> {
  return canaryClouds(engine, [{ name: "web", cloud: "aws", type: "vm" }, { name: "lint", cloud: "aws", type: "serverless" }, { name: "app", cloud: "yandex", type: "vm" }, { name: "docs", cloud: "yandex", type: "serverless" }], "", {});
}

async function canaryClouds(engine: TestEngine, eggs: readonly Egg[], state: string, environment: Readonly<Record<string, string>>, more: readonly Canary[] = []): Promise<CanaryClouds> {
  const [stateKey, wrongKey, malformedKey] = [keyCanary("state key"), keyCanary("other state key"), plainCanary("malformed state key")];
  const apiToken = plainCanary("API token", "glpat-");
  const [awsKey, awsSession] = [plainCanary("secret key of AWS"), plainCanary("session token of AWS")];
  const oidc = plainCanary("OIDC token");
  const jobs = eggs.map(({ name }) => canary(`job secret of ${name}`));
  const files = Object.fromEntries(eggs.map((egg, index) => [`Eggs/${egg.name}/config.fly`, eggText(egg, index + 1)]));
  const nest = await cloudNest(
    engine,
    { ...files, "nest.fly": `nest {\n  name = "canaries"\n  ${state}\n}\n` },
    // An OIDC token is exchanged for others, which nobody has told us of.
    { ...environment, STATE_KEY: stateKey.value, AWS_REGION: "eu-central-1", AWS_SECRET_ACCESS_KEY: awsKey.value, AWS_SESSION_TOKEN: awsSession.value, YC_TOKEN: "", YC_OIDC_TOKEN: oidc.value, YC_SERVICE_ACCOUNT_ID: "aje0123456789abcdefg" },
    { keepState: true },
  );
  const { around, cloud } = nest;
  around.gitlab.addToken(apiToken.value, ["api"], { expires_at: "2099-01-01" });
  eggs.forEach((_, index) => around.gitlab.addProject(index + 1, `acme/project-${index + 1}`));
  const own = [stateKey, wrongKey, malformedKey, apiToken, awsKey, awsSession, oidc, ...jobs, ...more];
  return {
    nest,
    home: join(nest.root, ".."),
    eggs: eggs.map(({ name }) => name),
    secrets: Object.fromEntries(eggs.flatMap((egg, index) => [[CLOUDS[egg.cloud].reference(egg.name, "api"), apiToken.value], [CLOUDS[egg.cloud].reference(egg.name, "job"), jobs[index]?.value ?? ""]])),
    otherKeys: { wrong: { STATE_KEY: wrongKey.value }, malformed: { STATE_KEY: malformedKey.value } },
    canaries: () => [...own, ...[...around.gitlab.world.runners.values()].map(({ token = "" }) => caught("runner token", token)), ...[...around.yandex.tokens].map((token) => caught("IAM token", token))],
    kept: async () => Object.fromEntries(cloud.world.objects().map(({ type, id, attributes }) => [`${type} ${id} in the cloud`, JSON.stringify(attributes)])),
    dispose: () => nest.dispose(),
  };
}

function texts(kept: ReadonlyMap<string, Buffer>): Readonly<Record<string, string>> {
  return Object.fromEntries([...kept].map(([name, content]) => [`${name} beside the state`, `${name}\n${content.toString("latin1")}`]));
}

function eggText({ name, cloud, type }: Egg, project: number): string {
  const { block, image, reference } = CLOUDS[cloud];
  const isMachine = type === "vm";
  return `egg "${name}" {
  type = "${type}"
  cloud {
    ${block}
  }
  resources {
    cpu    = 1
    memory = 2048
    disk   = 10
  }
  runner {
    tags       = ["${name}"]
    concurrent = 2
    timeout    = "10m"
    ${isMachine ? 'startup_script = "echo started with $JOB"' : `image      = "${image}"`}
  }
  gitlab {
    server       = "gitlab.example.com"
    project_id   = ${project}
    api_token    = "${reference(name, "api")}"
    runner_token = "${reference(`${name}-runner`, "token")}"
  }
  secrets = { JOB = "${reference(name, "job")}" }
  ${isMachine ? "pool {\n    apex {\n      min_count = 1\n      max_count = 2\n    }\n  }" : ""}
}
`;
}
