import { type Construct, HttpBackend, LocalBackend, S3Backend, type TerraformBackend } from "./cdktf";
import { OLDEST_ENGINE } from "./engine-requirement";

/** Where a stack's state is kept. Credentials are never part of it: the engine takes them from its environment. */
export type StackState = LocalState | S3State | GitlabState;

/** A file beside the engine. */
export interface LocalState {
  readonly kind: "local";
  /**
   * Relative to the folder that the engine runs in.
   * Default: `../../../.gosling/state/STACK.tfstate`, the Nest's for a stack in `gosling.out/stacks/STACK`.
   */
  readonly path?: string;
}

/** An object in a bucket: `tofu-states/STACK/terraform.tfstate`. Locked by the engine where it can (from 1.10). */
export interface S3State {
  readonly kind: "s3";
  readonly bucket: string;
  /** Region of the bucket. */
  readonly region: string;
  /** Address of another service that speaks S3, with scheme. Default: Amazon's own. */
  readonly endpoint?: string;
}

/** State that a GitLab project keeps, under the stack's name. */
export interface GitlabState {
  readonly kind: "gitlab";
  /** Host of the GitLab server: `gitlab.com`. */
  readonly server: string;
  /**
   * Number of the project. Default: the engine's environment names the addresses, in `TF_HTTP_ADDRESS`,
   * `TF_HTTP_LOCK_ADDRESS` and `TF_HTTP_UNLOCK_ADDRESS`.
   */
  readonly projectId?: number;
}

/** Oldest engine that locks a state in a bucket without a table beside it: OpenTofu 1.10, Terraform 1.10. */
const OLDEST_WITH_LOCK_FILE = [1, 10] as const;

/** Seconds before the engine asks GitLab again after an answer that may be another one soon. */
const RETRY_SECONDS = 5;

/** Makes the back end of a stack. Child: `backend`. */
export function makeBackend(stack: Construct, name: string, state: StackState, engineVersion?: string): TerraformBackend {
  switch (state.kind) {
    case "local":
      // Always set: the library's default writes an absolute path into the stack.
      return new LocalBackend(stack, { path: state.path ?? `../../../.gosling/state/${name}.tfstate` });
    case "s3":
      return s3Backend(stack, name, state, engineVersion);
    case "gitlab":
      return gitlabBackend(stack, name, state);
  }
}

/** Which engines may apply a stack with this state, where none is named. */
export function requiredEngine(state: StackState, engineVersion?: string): string {
  if (engineVersion !== undefined) return engineVersion;
  return state.kind === "s3" ? `>= ${OLDEST_WITH_LOCK_FILE.join(".")}.0` : OLDEST_ENGINE;
}

function s3Backend(stack: Construct, name: string, { bucket, region, endpoint }: S3State, engineVersion?: string): TerraformBackend {
  const backend = new S3Backend(stack, {
    bucket,
    key: `tofu-states/${name}/terraform.tfstate`,
    region,
    // Other services refuse the header that asks for Amazon's own encryption; their buckets encrypt by default.
    ...(endpoint === undefined ? { encrypt: true } : { endpoints: { s3: endpoint }, ...OTHER_SERVICE }),
  });
  if (hasLockFile(engineVersion)) backend.addOverride("use_lockfile", true);
  return backend;
}

/** What is Amazon's alone: accounts, the list of regions, the machine's own credentials, new checksums, a host for each bucket. */
const OTHER_SERVICE = {
  skipCredentialsValidation: true,
  skipRequestingAccountId: true,
  skipRegionValidation: true,
  skipMetadataApiCheck: true,
  skipS3Checksum: true,
  usePathStyle: true,
} as const;

function hasLockFile(engineVersion: string | undefined): boolean {
  if (engineVersion === undefined) return true;
  const [major = 0, minor = 0] = engineVersion.split(".").map(Number);
  return major > OLDEST_WITH_LOCK_FILE[0] || (major === OLDEST_WITH_LOCK_FILE[0] && minor >= OLDEST_WITH_LOCK_FILE[1]);
}

function gitlabBackend(stack: Construct, name: string, { server, projectId }: GitlabState): TerraformBackend {
  const address = `https://${server}/api/v4/projects/${projectId ?? ""}/terraform/state/${encodeURIComponent(name)}`;
  const addresses = projectId === undefined ? {} : { address, lockAddress: `${address}/lock`, unlockAddress: `${address}/lock` };
  // The library's type wants an address; the engine also takes it from its environment.
  return new HttpBackend(stack, { ...addresses, lockMethod: "POST", unlockMethod: "DELETE", retryWaitMin: RETRY_SECONDS } as ConstructorParameters<typeof HttpBackend>[1]);
}
