import { readFileSync } from "node:fs";

/** What a synthesis wrote, and from what: `gosling.out/manifest.json`. */
export interface Manifest {
  readonly format: 1;
  /** Version of Gosling. */
  readonly gosling: string;
  /** Name and version of the engine library: `cdktf 0.21.0`. */
  readonly library: string;
  /** By name, sorted. */
  readonly stacks: Readonly<Record<string, ManifestStack>>;
}

export interface ManifestStack {
  /** Egg's or bucket's name; `job.NAME` for a Job, `rift.NAME` for a Rift, `service.mothergoose`. */
  readonly unit: string;
  readonly kind: "egg" | "eggsbucket" | "job" | "rift" | "mothergoose";
  readonly cloud: "local" | "aws" | "yandex";
  /** What runs: machines, or what starts when it is asked. */
  readonly runnerType: "vm" | "serverless";
  /** Which of the unit's stacks it is, from 1. */
  readonly shard: number;
  /** Revision of the configuration that new runners, or the service, are made with. */
  readonly revision: string;
  /** SHA-256 of all that the stack is made from. */
  readonly inputHash: string;
  /** SHA-256 of the stack's file. */
  readonly outputHash: string;
}

/** The manifest at `path`; undefined where there is none or it is damaged: then every stack is made anew. */
export function readManifest(path: string): Manifest | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isManifest(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || ["ENOENT", "ENOTDIR", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

function isManifest(value: unknown): value is Manifest {
  if (!isObject(value) || value["format"] !== 1 || typeof value["gosling"] !== "string" || typeof value["library"] !== "string" || !isObject(value["stacks"])) return false;
  return Object.values(value["stacks"]).every(isStack);
}

const TEXTS = ["unit", "kind", "cloud", "runnerType", "revision", "inputHash", "outputHash"] as const;

function isStack(value: unknown): boolean {
  return isObject(value) && typeof value["shard"] === "number" && TEXTS.every((field) => typeof value[field] === "string");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
