import type { Draft } from "./check-block";
import { durationSeconds } from "./duration";
import * as problems from "./problems";
import type { Problem } from "./schema";
import { SERVERLESS_TIMEOUT_SECONDS, type ServerlessLimits, serverlessLimits } from "./serverless-limits";
import type { EggValues, EggsBucketValues, JobValues } from "./types";

/** What the choice between a machine and a serverless runner looks at. All of it may be missing in a draft. */
export interface RunnerDemand {
  readonly type?: "vm" | "serverless" | "auto";
  readonly provider?: "aws" | "yandex" | "local";
  readonly engine?: "fargate" | "lambda";
  /** As written, `1h`, and where it stands. */
  readonly timeout?: string;
  readonly timeoutPath: problems.Path;
  readonly executor?: "shell" | "docker";
  readonly resources: Draft<EggValues["resources"]>;
  readonly nadirMax?: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Container image of the runner. */
  readonly image?: string;
  /** Further texts that a runner is told. */
  readonly told?: readonly (string | undefined)[];
}

/** The decision and why, one sentence each. */
export interface RunnerTypeDecision {
  readonly type: "vm" | "serverless";
  readonly reasons: readonly string[];
}

/** The demand of an Egg or a bucket. `nadirMax` is the `max_count` of a `runners_condition` that names it, where it has no `pool` of its own. */
export function demandOfEgg(egg: Draft<EggValues> | Draft<EggsBucketValues>, nadirMax?: number): RunnerDemand {
  return {
    type: egg.type,
    provider: egg.cloud?.provider,
    engine: egg.runner?.serverlessEngine,
    timeout: egg.runner?.timeout,
    timeoutPath: ["runner", "timeout"],
    executor: egg.runner?.executor,
    resources: egg.resources ?? {},
    nadirMax: egg.pool ? egg.pool.nadir?.maxCount : nadirMax,
    environment: { ...egg.environment, ...egg.secrets },
    ...(egg.runner?.image !== undefined && { image: egg.runner.image }),
    told: [egg.caCertificate, egg.runner?.startupScript],
  };
}

export function demandOfJob(job: Draft<JobValues>): RunnerDemand {
  return {
    type: job.runner?.type,
    provider: job.cloud?.provider,
    timeout: job.timeout,
    timeoutPath: ["timeout"],
    executor: "shell",
    resources: job.resources ?? {},
    environment: { ...job.environment, ...job.secrets },
  };
}

/** Decides what a runner is. `auto` becomes `serverless` where nothing speaks against it. */
export function decideRunnerType(demand: RunnerDemand): RunnerTypeDecision {
  if (demand.type !== "auto") return { type: demand.type ?? "vm", reasons: [`type is "${demand.type ?? "vm"}"`] };
  const obstacles = serverlessObstacles(demand);
  if (obstacles.length > 0) return { type: "vm", reasons: obstacles.map((obstacle) => obstacle.summary) };
  const limits = serverlessLimits(demand.provider ?? "local", demand.engine);
  return { type: "serverless", reasons: [`a timeout of ${demand.timeout ?? "1h"} is within the 60m of serverless runners`, `nothing asks for Docker, a Nadir or more than ${limits.name} ${limits.name.endsWith("s") ? "have" : "has"}`] };
}

/** All that speaks against a serverless runner, as problems: they are errors where `serverless` was asked for, reasons for `vm` where it was not. */
export function serverlessObstacles(demand: RunnerDemand): readonly Problem[] {
  const found: Problem[] = [];
  if (demand.timeout !== undefined && durationSeconds(demand.timeout) > SERVERLESS_TIMEOUT_SECONDS) {
    found.push(problems.notServerless("FLY130", demand.timeoutPath, `a timeout of ${demand.timeout} is over the 60m of serverless runners`, 'Lower timeout to "60m".'));
  }
  if (demand.executor === "docker") {
    found.push(problems.notServerless("FLY133", ["runner", "executor"], "the docker executor needs a machine", 'Serverless runners have no Docker: use executor = "shell".'));
  }
  if ((demand.nadirMax ?? 0) > 0) {
    found.push(problems.notServerless("FLY134", ["pool", "nadir", "max_count"], "a Nadir needs machines", "Nothing of a serverless runner can sleep: remove nadir."));
  }
  if (demand.provider) addResources(demand, serverlessLimits(demand.provider, demand.engine), found);
  return found;
}

function addResources(demand: RunnerDemand, limits: ServerlessLimits, found: Problem[]): void {
  const { cpu, memory, disk, architecture, instanceTypes, machineImage } = demand.resources;
  const over = (name: string, value: number | undefined, most: number | undefined, unit: string): void => {
    if (value === undefined || most === undefined || value <= most) return;
    found.push(problems.notServerless("FLY135", ["resources", name], `${name} of ${value} ${unit} is over the ${most} ${unit} of ${limits.name}`, `Lower ${name} to ${most}.`));
  };
  over("cpu", cpu, limits.cpu, "vCPU");
  over("memory", memory, limits.memoryMb, "MB");
  over("disk", disk, limits.diskGb, "GB");
  if (architecture !== undefined && !limits.architectures.includes(architecture)) {
    found.push(problems.notServerless("FLY135", ["resources", "architecture"], `${limits.name} have no ${architecture}`, 'Use architecture = "amd64".'));
  }
  if (instanceTypes) found.push(problems.notServerless("FLY135", ["resources", "instance_types"], "instance_types asks for machines", "Remove it."));
  if (machineImage !== undefined) found.push(problems.notServerless("FLY135", ["resources", "machine_image"], "machine_image asks for machines", "Remove it."));
  if (demand.image !== undefined && limits.images && !limits.images.pattern.test(demand.image)) {
    found.push(problems.notServerless("FLY135", ["runner", "image"], `${limits.name} can't run an image of another registry`, `Use ${limits.images.example}.`));
  }
  // All that a runner is told is in its environment; what little is told of every runner is counted when it is made.
  const bytes = environmentBytes(demand.environment) + (demand.told ?? []).reduce((sum, text = "") => sum + Buffer.byteLength(text), 0);
  if (limits.environmentBytes !== undefined && bytes > limits.environmentBytes) {
    found.push(problems.notServerless("FLY135", ["environment"], `an environment of ${bytes} bytes is over the ${limits.environmentBytes} of ${limits.name}`, "Shorten it; secrets count too."));
  }
}

function environmentBytes(environment: Readonly<Record<string, string | undefined>>): number {
  let bytes = 0;
  for (const [name, value = ""] of Object.entries(environment)) bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  return bytes;
}
