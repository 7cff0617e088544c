import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EngineFailure, isNameTaken, NAME_TAKEN, type Stack, type StackVariables } from "../engine";
import { MACHINE_MARKS } from "../synth/machine-marks";
import { GoslingError } from "../vocabulary/error";
import { type EngineContext, openUnitStack } from "./engine-context";
import { isInterruption } from "./failures";
import { putConfiguration } from "./put-configuration";
import { inScratch } from "./scratch";
import { stackFolder } from "./workspace";

/**
 * Types that are imported by a name which their configuration holds, by the attribute that holds it. Of what else AWS
 * has only once by its name, queues, clusters and state machines are given back to who makes the same once more; the id
 * of a security group is nowhere in a configuration, nor is any on Yandex Cloud.
 */
const NAMED_BY: Readonly<Record<string, string>> = {
  aws_cloudwatch_log_group: "name",
  aws_dynamodb_table: "name",
  aws_iam_instance_profile: "name",
  aws_iam_role: "name",
  aws_lambda_function: "function_name",
  aws_pipes_pipe: "name",
  aws_scheduler_schedule_group: "name",
  aws_ssm_parameter: "name",
};

/** A resource that could not be made since something of its name is there. */
export interface TakenName {
  readonly address: string;
  readonly id: string;
  /** The tags that make it one of this unit. */
  readonly marks: Tags;
}

type Tags = Readonly<Record<string, unknown>>;
type Resources = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** The names that an apply has found taken, of resources that can be found by them. Pure. */
export function takenNames(error: unknown, configuration: string): readonly TakenName[] {
  if (!(error instanceof EngineFailure) || error.code !== "ENGINE_FAILED") return [];
  const { resource = {} } = JSON.parse(configuration) as { readonly resource?: Resources };
  return error.diagnostics.filter(isNameTaken).flatMap(({ address = "" }): TakenName[] => {
    const [type = "", name = "", ...instance] = address.split(".");
    const settings = resource[type]?.[name];
    const id = settings?.[NAMED_BY[type] ?? ""];
    const marks = marksIn(settings?.["tags"]);
    return instance.length > 0 || typeof id !== "string" || id.includes("${") || !(MARK_OF_NEST in marks) ? [] : [{ address, id, marks }];
  });
}

const { nest: MARK_OF_NEST, revision: MARK_OF_REVISION } = MACHINE_MARKS.aws;

/** What says whose it is. The revision says with which configuration it was made, and that may be an older one. */
function marksIn(tags: unknown): Tags {
  return Object.fromEntries(Object.entries((tags ?? {}) as Tags).filter(([name]) => name.startsWith("gosling:") && name !== MARK_OF_REVISION));
}

/** A stack that is applied after a deployment that did not end well. */
export interface UnfinishedStack {
  readonly name: string;
  readonly stack: Stack;
  readonly configuration: string;
  readonly variables: StackVariables;
  readonly context: EngineContext;
  /** Why the deployments since the last good one have failed. */
  readonly reasons: () => Promise<readonly string[]>;
}

/**
 * Applies a stack, and takes into its state what is there already under the names of its own resources where its tags say
 * that it is this unit's: an engine that was killed has made it, and could not write it down. What is somebody else's,
 * and what can't be looked at, stays as it is, and the engine's error is told.
 *
 * A name that was found taken before was so when nothing could have been lost yet: it belongs to the same Nest deployed
 * from elsewhere, with a state that this one doesn't know.
 *
 * @param taken Called with the address of each resource that was taken up.
 */
export async function applyTakingUp<T>(apply: () => Promise<T>, unfinished: UnfinishedStack, taken: (address: string) => void): Promise<T> {
  const seen = new Set<string>();
  for (;;) {
    try {
      return await apply();
    } catch (error) {
      const names = takenNames(error, unfinished.configuration).filter(({ address }) => !seen.has(address));
      for (const { address } of names) seen.add(address);
      const own = await ownOf(await newlyTaken(names, unfinished), unfinished);
      if (own.length === 0) throw error;
      const { stack, variables } = unfinished;
      for (const { address, id } of own) {
        await stack.import(address, id, { variables });
        taken(address);
      }
    }
  }
}

async function newlyTaken(names: readonly TakenName[], { reasons }: UnfinishedStack): Promise<readonly TakenName[]> {
  const told = names.length === 0 ? [] : (await reasons()).filter((reason) => NAME_TAKEN.test(reason));
  return names.filter(({ address }) => !told.some((reason) => reason.includes(`(${address}`)));
}

/**
 * Those of them that are this unit's. The engine imports them into a state that nobody keeps: in the stack's own,
 * somebody else's would be removed with the unit, if anything came in between.
 */
async function ownOf(names: readonly TakenName[], { name, configuration, variables, context }: UnfinishedStack): Promise<readonly TakenName[]> {
  if (names.length === 0) return [];
  return inScratch(async (scratch) => {
    await putConfiguration(scratch, name, configuration);
    await writeFile(join(stackFolder(scratch, name), "own_override.tf.json"), JSON.stringify({ terraform: { backend: { local: {} } } }));
    const stack = openUnitStack(scratch, name, context);
    try {
      // Nothing else is in that state, so no runner is either.
      for (const { address, id } of names) await stack.import(address, id, { variables: { ...variables, ...("runners" in variables && { runners: {} }) } });
      const found = new Map((await stack.resources()).map(({ address, values }) => [address, values["tags"] as Tags | null]));
      return names.filter(({ address, marks }) => Object.entries(marks).every(([mark, value]) => found.get(address)?.[mark] === value));
    } catch (error) {
      if (error instanceof GoslingError && !isInterruption(error)) return [];
      throw error;
    }
  });
}
