/** How often a runner reads its secrets anew while it runs, in seconds: so long a new value takes to reach it. */
export const SECRET_REFRESH_SECONDS = 300;

/**
 * What one runner is told: the contract between the constructs, which write it into a stack (a record
 * beside a local runner, a part of cloud-init on a machine), and `gosling runner`, which reads it.
 * It names secrets and never holds one.
 */
export interface RunnerConfiguration {
  /** Version of this format. */
  readonly format: 1;
  /** `nest.name`. */
  readonly nest: string;
  /** Name of the Egg, bucket or Job that the runner belongs to. */
  readonly egg: string;
  /** Hash over all other fields: two runners with one revision are configured alike. */
  readonly revision: string;
  readonly cloud: "local" | "aws" | "yandex";
  readonly type: "vm" | "serverless";
  /** What the agent serves: one `[[runners]]` each; one for an Egg, several for a bucket. */
  readonly repositories: readonly RunnerRepository[];
  readonly executor: "shell" | "docker";
  /** Container image of jobs (`docker`). */
  readonly image?: string;
  /** GitLab tags that the runner is registered with. */
  readonly tags: readonly string[];
  readonly runUntagged: boolean;
  readonly protected: boolean;
  readonly locked: boolean;
  /** Longest job, in seconds. */
  readonly timeoutSeconds: number;
  /** Version of gitlab-runner; absent: the one that fits the server. */
  readonly agentVersion?: string;
  /** Merged into each `[[runners]]` of config.toml. */
  readonly agentConfig: Readonly<Record<string, unknown>>;
  /** Shell script, run once before the agent starts. */
  readonly startupScript?: string;
  readonly proxy?: { readonly http?: string; readonly https?: string; readonly noProxy?: readonly string[] };
  /** PEM text of a company's certificate authority. */
  readonly caCertificate?: string;
  /** Environment of the jobs, byte for byte. */
  readonly environment: Readonly<Record<string, string>>;
  /** Environment variable of the jobs → secret reference. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** One GitLab project or group that a runner serves. */
export interface RunnerRepository {
  /** Name of the `repo` block; the Egg's own name where there is one repository. */
  readonly name: string;
  /** Base URL of the GitLab server, `https://gitlab.com`. */
  readonly url: string;
  readonly projectId?: number;
  readonly groupId?: number;
  /** Secret reference of the runner's authentication token (`glrt-…`). */
  readonly runnerToken: string;
}
