import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { PROVIDER_ADDRESS, type RehearsalCloud } from "./provider";

/** Name of a stack's configuration. */
const CONFIGURATION = "cdk.tf.json";
/** The engines merge files of this name over the others: this one takes the place of the stack's own back end. */
const OVERRIDE = "rehearsal_override.tf.json";

/** What a rehearsal has to know of a stack before it starts. */
export interface StackSource {
  readonly clouds: readonly RehearsalCloud[];
  /** Names of the variables that it declares. */
  readonly variables: ReadonlySet<string>;
  /** Why it can't be rehearsed; absent where it can. */
  readonly obstacle?: string;
}

interface Configuration {
  readonly terraform?: { readonly required_providers?: Readonly<Record<string, string | { readonly source?: string }>> };
  readonly variable?: Readonly<Record<string, unknown>>;
  readonly resource?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly module?: Readonly<Record<string, unknown>>;
}

/**
 * Reads a stack's configuration.
 *
 * @throws GoslingError `STACK_MISSING` where it can't be read.
 */
export async function readStackSource(folder: string): Promise<StackSource> {
  let configuration: Configuration;
  try {
    configuration = JSON.parse(await readFile(join(folder, CONFIGURATION), "utf8")) as Configuration;
  } catch (error) {
    throw new GoslingError("STACK_MISSING", `The stack's configuration in ${folder} cannot be read.`, { hint: "Run `gosling synth`.", cause: error });
  }
  const { terraform = {}, variable = {}, resource = {}, data = {} } = configuration;
  const providers = new Set([...Object.entries(terraform.required_providers ?? {}).map(([name, entry]) => shortAddress(name, entry)), ...[...Object.keys(resource), ...Object.keys(data)].map(providerOf)]);
  const clouds = (Object.keys(PROVIDER_ADDRESS) as RehearsalCloud[]).filter((cloud) => providers.has(PROVIDER_ADDRESS[cloud]));
  const foreign = [...providers].filter((address) => address !== BUILT_IN && !clouds.some((cloud) => PROVIDER_ADDRESS[cloud] === address));
  const variables = new Set(Object.keys(variable));
  const obstacle = obstacleOf(configuration, clouds, foreign);
  return { clouds, variables, ...(obstacle !== undefined && { obstacle }) };
}

/** A copy that works on a state of its own; removed by `done`. */
export async function copyForRehearsal(folder: string): Promise<{ readonly folder: string; done(): Promise<void> }> {
  const copy = await mkdtemp(join(tmpdir(), "gosling-rehearsal-"));
  await cp(join(folder, CONFIGURATION), join(copy, CONFIGURATION));
  await writeFile(join(copy, OVERRIDE), JSON.stringify({ terraform: { backend: { local: { path: "rehearsal.tfstate" } } } }));
  return { folder: copy, done: () => rm(copy, { recursive: true, force: true }) };
}

/** The engine's own provider, of `terraform_data`. */
const BUILT_IN = "terraform.io/builtin/terraform";

function obstacleOf({ resource = {}, data = {}, module = {} }: Configuration, clouds: readonly RehearsalCloud[], foreign: readonly string[]): string | undefined {
  if (hasProvisioner(resource)) return "its runners are processes of this machine: nothing of it can be played without starting them";
  if (foreign.length > 0) return `only the providers of AWS and Yandex Cloud can be played, not ${foreign.join(", ")}`;
  if (Object.keys(module).length > 0) return "it uses modules, which would have to be downloaded";
  if ("terraform_remote_state" in data) return "it reads another stack's state";
  return clouds.length === 0 ? "it has nothing in a cloud" : undefined;
}

function hasProvisioner(resources: Readonly<Record<string, unknown>>): boolean {
  const instances = Object.values(resources).flatMap((named) => Object.values(named as Readonly<Record<string, unknown>>));
  return instances.flat().some((instance) => typeof instance === "object" && instance !== null && "provisioner" in instance);
}

/** `hashicorp/aws` for `registry.terraform.io/hashicorp/aws`, `aws`, and an entry without a source. */
function shortAddress(name: string, entry: string | { readonly source?: string }): string {
  const source = (typeof entry === "string" ? undefined : entry.source) ?? name;
  return source.includes("/") ? source.split("/").slice(-2).join("/") : `hashicorp/${source}`;
}

/** The provider that the engines take a type to be of. */
function providerOf(type: string): string {
  const name = type.split("_")[0] ?? type;
  return name === "terraform" ? BUILT_IN : name === "yandex" ? PROVIDER_ADDRESS.yandex : `hashicorp/${name}`;
}
