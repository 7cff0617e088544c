/** What a cloud's serverless runners have. Absent: no limit that we know of. */
export interface ServerlessLimits {
  /** As people call it. */
  readonly name: string;
  /** Longest job in seconds. */
  readonly timeoutSeconds: number;
  readonly cpu?: number;
  readonly memoryMb?: number;
  readonly diskGb?: number;
  readonly architectures: readonly string[];
  /** Names and values of all environment variables together, in bytes. */
  readonly environmentBytes?: number;
  /** Registries whose images can be run, where not those of all can. */
  readonly images?: { readonly pattern: RegExp; readonly example: string };
}

/** Longest job of a serverless runner on any cloud: 60 minutes. */
export const SERVERLESS_TIMEOUT_SECONDS = 3600;
/** The platform ends a Lambda function after 15 minutes. */
export const LAMBDA_TIMEOUT_SECONDS = 900;

const BOTH = ["amd64", "arm64"];

/**
 * Sources (November 2026): AWS, "Fargate task sizes" (16 vCPU, 120 GB) and "Fargate task ephemeral storage" (200 GiB);
 * AWS, "Lambda quotas" (15 min, 10,240 MB of memory, as much in /tmp; at 10,240 MB 6 vCPU); Yandex Cloud, "Serverless
 * Containers quotas and limits" (1 h, 4 vCPU, 8 GB, 10 GB, amd64, 4 KB of environment, secrets included, images of Yandex Container Registry only).
 */
export function serverlessLimits(provider: "aws" | "yandex" | "local", engine: "fargate" | "lambda" | undefined): ServerlessLimits {
  if (provider === "yandex") return { name: "Yandex Serverless Containers", timeoutSeconds: SERVERLESS_TIMEOUT_SECONDS, cpu: 4, memoryMb: 8192, diskGb: 10, architectures: ["amd64"], environmentBytes: 4096, images: { pattern: /^cr\.yandex\//, example: "cr.yandex/REGISTRY/NAME:TAG" } };
  if (provider === "local") return { name: "serverless runners", timeoutSeconds: SERVERLESS_TIMEOUT_SECONDS, architectures: BOTH };
  if (engine === "lambda") return { name: "Lambda", timeoutSeconds: LAMBDA_TIMEOUT_SECONDS, cpu: 6, memoryMb: 10_240, diskGb: 10, architectures: BOTH };
  return { name: "Fargate", timeoutSeconds: SERVERLESS_TIMEOUT_SECONDS, cpu: 16, memoryMb: 122_880, diskGb: 200, architectures: BOTH };
}
