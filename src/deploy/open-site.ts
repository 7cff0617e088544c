import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { type Engine, encryptionSettings, type Environment, stateEncryption, type StateEncryption } from "../engine";
import type { ResolveSecret } from "../secrets";
import type { DeploymentStore } from "../store/deployment-store";
import type { GitlabPlace } from "../store/gitlab-http";
import { noSealing, type Sealing } from "../store/sealing";
import { openSqliteStore } from "../store/sqlite-store";
import type { UnitLocks } from "../store/unit-locks";
import { GoslingError } from "../vocabulary/error";
import type { NestValues } from "../vocabulary/types";
import { localUnitLocks } from "./lock";
import type { DeploymentSite } from "./site";
import { databaseFile, type Workspace } from "./workspace";

export interface SiteOptions {
  /** Absolute path of the Nest. */
  readonly nestRoot: string;
  /** Where the state is; default: on this machine. */
  readonly settings?: Pick<NestValues, "state" | "repository">;
  readonly env: Environment;
  /** Reads the key of the state. */
  readonly resolve: ResolveSecret;
  /** The engine that will work with the state; without one, states can't be worked with. */
  readonly engine?: Engine;
  /** Nothing is written, not even where nothing is there yet. */
  readonly readOnly?: boolean;
}

export interface OpenedSite {
  readonly site: DeploymentSite;
  /** How the engine reaches a stack's state. */
  readonly environment: (stack: string) => Environment;
  /** How states and plans are encrypted by an engine. */
  readonly encryption: (engine: Engine) => StateEncryption;
}

/**
 * Opens where a Nest's deployments are recorded and locked: beside the engine's state. Nothing is asked of a server yet.
 * @throws GoslingError `STATE_MOVED`, `STATE_UNENCRYPTED`, `STATE_KEY_INVALID`, `GITLAB_PROJECT_UNKNOWN`,
 *   `GITLAB_TOKEN_MISSING`, and those of secrets.
 */
export async function openSite(options: SiteOptions): Promise<OpenedSite> {
  const { nestRoot, settings, env, engine, readOnly = false } = options;
  const workspace: Workspace = { root: nestRoot };
  const state = settings?.state ?? { backend: "local" as const };
  // States of this machine that were written before there was a key are taken over; shared ones when somebody says so.
  const acceptClear = state.backend === "local" || env["GOSLING_STATE_ACCEPT_CLEAR"] === "1";
  const sealing = await sealingOf(state, options, acceptClear);
  const encryptionOf = engine && (await encryptionSettings(state, engine, options.resolve, { acceptClear }));
  const encryption = (each: Engine): StateEncryption => (encryptionOf ? stateEncryption(encryptionOf, each) : { extra: {}, warnings: [], keys: [] });
  const found = { workspace, state: state.backend };
  if (state.backend === "local") return { site: { ...found, store: openSqliteStore(databaseFile(workspace), { ...(sealing && { sealing }), readOnly }), locks: localUnitLocks(workspace) }, environment: () => ({}), encryption };

  await checkNotMoved(workspace, async () => openSqliteStore(databaseFile(workspace), { sealing: (await sealingOf(state, options, true)) ?? noSealing, readOnly: true }), state.backend);
  if (state.backend === "s3") {
    const { bucket = "", region = "", endpoint } = state;
    const credentials = awsCredentials(env);
    const place = { bucket, region, env, ...(endpoint !== undefined && { endpoint }), ...(credentials && { credentials }) };
    const { openS3Store } = await import("../store/s3-store.js");
    const { s3UnitLocks } = await import("../store/s3-unit-locks.js");
    const store: DeploymentStore = openS3Store({ ...place, ...(sealing && { sealing }) });
    const locks: UnitLocks = s3UnitLocks({ ...place, who: holder(env), newId: randomUUID });
    return { site: { ...found, store, locks }, environment: () => ({}), encryption };
  }
  const place = gitlabPlace(settings?.repository, env);
  const { openGitlabStore } = await import("../store/gitlab-store.js");
  const { gitlabUnitLocks } = await import("../store/gitlab-unit-locks.js");
  const store: DeploymentStore = openGitlabStore({ ...place, ...(sealing && { sealing }) });
  const locks: UnitLocks = gitlabUnitLocks({ ...place, who: holder(env), newId: randomUUID });
  return { site: { ...found, store, locks }, environment: (stack) => httpEnvironment(stack, place, env, settings?.repository?.projectId === undefined), encryption };
}

async function sealingOf({ encryption }: Pick<NestValues["state"], "encryption">, { resolve, env }: Pick<SiteOptions, "resolve" | "env">, acceptPlain: boolean): Promise<Sealing | undefined> {
  if (!encryption?.enabled) return undefined;
  if (encryption.key !== undefined) {
    const { keySealing } = await import("../store/sealing.js");
    const previous = encryption.previousKey;
    return keySealing({ key: await resolve(encryption.key), ...(previous !== undefined && { oldKeys: [await resolve(previous)] }), acceptPlain });
  }
  if (encryption.kmsKey === undefined) return undefined;
  const { kmsSealing } = await import("../store/kms-sealing.js");
  return kmsSealing({ kmsKey: encryption.kmsKey, env, acceptPlain });
}

/** Where something is deployed with its state here, the new place knows nothing of it: all of it would be made once more. */
async function checkNotMoved(workspace: Workspace, open: () => Promise<DeploymentStore>, backend: string): Promise<void> {
  if (!existsSync(databaseFile(workspace))) return;
  const store = await open();
  try {
    const units = [...(await store.current()).keys()];
    if (units.length === 0) return;
    throw new GoslingError("STATE_MOVED", `nest.state names the back end ${backend}, and the state of ${units.slice(0, 5).join(", ")}${units.length > 5 ? " …" : ""} is in .gosling of this folder`, {
      hint: "Take the block state out of nest.fly, destroy these (gosling destroy), and deploy them again with the new state.",
    });
  } finally {
    await store.close();
  }
}

/** Keys that the environment names, which the engine takes first as well; without them the SDK looks where it always does. */
function awsCredentials(env: Environment): { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string } | undefined {
  const [accessKeyId, secretAccessKey, sessionToken] = [env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env["AWS_SESSION_TOKEN"]];
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) } : undefined;
}

/** Who holds a lock, as others are told. */
function holder(env: Environment): string {
  return env["CI_JOB_URL"] || `${env["USER"] ?? env["LOGNAME"] ?? "somebody"}@${hostname()}, process ${process.pid}`;
}

/** The Nest's project: as nest.fly names it, else the pipeline's own. */
function gitlabPlace(repository: NestValues["repository"], env: Environment): GitlabPlace {
  const project = repository?.projectId ?? (env["CI_PROJECT_ID"] || undefined);
  const named = repository?.projectId !== undefined;
  const api = named ? `https://${repository?.server ?? "gitlab.com"}/api/v4` : env["CI_API_V4_URL"] || undefined;
  if (project === undefined || api === undefined) {
    throw new GoslingError("GITLAB_PROJECT_UNKNOWN", "State in GitLab needs the Nest's project, and nothing names it here", {
      hint: "Write repository { server = \"…\" project_id = … } into the block nest. In a pipeline GitLab's own variables name it.",
    });
  }
  const [personal, job] = [env["GITLAB_TOKEN"], env["CI_JOB_TOKEN"]];
  if (!personal && !job) {
    throw new GoslingError("GITLAB_TOKEN_MISSING", "State in GitLab needs a token, and there is none in the environment", {
      hint: "Set GITLAB_TOKEN to a token with the scope api. In a pipeline CI_JOB_TOKEN is enough.",
    });
  }
  const token = personal ? { kind: "private" as const, value: personal } : { kind: "job" as const, value: job as string };
  return { api, project, token, env: env as NodeJS.ProcessEnv };
}

/** How the engine reaches a state in GitLab. What the surroundings say already counts. */
function httpEnvironment(stack: string, { api, project, token }: GitlabPlace, env: Environment, withAddress: boolean): Environment {
  const address = `${api}/projects/${encodeURIComponent(String(project))}/terraform/state/${encodeURIComponent(stack)}`;
  return {
    ...(withAddress && { TF_HTTP_ADDRESS: address, TF_HTTP_LOCK_ADDRESS: `${address}/lock`, TF_HTTP_UNLOCK_ADDRESS: `${address}/lock` }),
    ...(!env["TF_HTTP_PASSWORD"] && { TF_HTTP_USERNAME: token.kind === "job" ? "gitlab-ci-token" : "gosling", TF_HTTP_PASSWORD: token.value }),
  };
}
