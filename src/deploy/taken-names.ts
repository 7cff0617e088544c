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
 * Types that are found by a name which their configuration holds, by the attribute that holds it. Of what else AWS has
 * only once by its name, queues, clusters and state machines are given back to who makes the same once more. On Yandex
 * Cloud the id is not the name.
 */
const NAMED_BY: Readonly<Record<string, string>> = {
  aws_cloudwatch_log_group: "name",
  aws_dynamodb_table: "name",
  aws_iam_instance_profile: "name",
  aws_iam_role: "name",
  aws_lambda_function: "function_name",
  aws_pipes_pipe: "name",
  aws_scheduler_schedule_group: "name",
  aws_security_group: "name",
  aws_ssm_parameter: "name",
};
/** The one of them that is imported by an id, which EC2 knows. */
const SECURITY_GROUP = "aws_security_group";

/** A resource that could not be made since something of its name is there. */
export interface TakenName {
  readonly address: string;
  readonly type: string;
  readonly name: string;
  /** The tags that make it one of this unit. */
  readonly marks: Tags;
}

type Tags = Readonly<Record<string, string>>;
type Resources = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** The names that an apply has found taken, of resources that can be found by them. Pure. */
export function takenNames(error: unknown, configuration: string): readonly TakenName[] {
  if (!(error instanceof EngineFailure) || error.code !== "ENGINE_FAILED") return [];
  const { resource = {} } = JSON.parse(configuration) as { readonly resource?: Resources };
  return error.diagnostics.filter(isNameTaken).flatMap(({ address = "" }): TakenName[] => {
    const [type = "", own = "", ...instance] = address.split(".");
    const settings = resource[type]?.[own];
    const name = settings?.[NAMED_BY[type] ?? ""];
    const marks = marksIn(settings?.["tags"]);
    return instance.length > 0 || typeof name !== "string" || name.includes("${") || !(MARK_OF_NEST in marks) ? [] : [{ address, type, name, marks }];
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
  readonly region: string;
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

interface Found extends TakenName {
  /** What it is imported by. */
  readonly id: string;
}

/**
 * Those of them that are this unit's. The engine imports them into a state that nobody keeps: in the stack's own,
 * somebody else's would be removed with the unit, if anything came in between.
 */
async function ownOf(names: readonly TakenName[], unfinished: UnfinishedStack): Promise<readonly Found[]> {
  if (names.length === 0) return [];
  const { name, stack, configuration, variables, context } = unfinished;
  try {
    // What is made anew under its own name stands in its own way, and is no stranger.
    const known = new Set(await stack.list());
    const found = (await Promise.all(names.filter(({ address }) => !known.has(address)).map((taken) => withId(taken, unfinished)))).flat();
    if (found.length === 0) return [];
    return await inScratch(async (scratch) => {
      await putConfiguration(scratch, name, configuration);
      await writeFile(join(stackFolder(scratch, name), "own_override.tf.json"), JSON.stringify({ terraform: { backend: { local: {} } } }));
      const copy = openUnitStack(scratch, name, context);
      // Nothing else is in that state, so no runner is either.
      for (const { address, id } of found) await copy.import(address, id, { variables: { ...variables, ...("runners" in variables && { runners: {} }) } });
      const tags = new Map((await copy.resources()).map(({ address, values }) => [address, values["tags"] as Tags | null]));
      return found.filter(({ address, marks }) => Object.entries(marks).every(([mark, value]) => tags.get(address)?.[mark] === value));
    });
  } catch (error) {
    if (error instanceof GoslingError && !isInterruption(error)) return [];
    throw error;
  }
}

async function withId(taken: TakenName, { region, context: { env } }: UnfinishedStack): Promise<readonly Found[]> {
  const { type, name, marks } = taken;
  if (type !== SECURITY_GROUP) return [{ ...taken, id: name }];
  const { findSecurityGroups } = await import("../aws/index.js");
  const ids = await findSecurityGroups({ region, env }, name, Object.fromEntries(Object.entries(marks).map(([mark, value]) => [mark, [value]])));
  // Each network may have one of that name: of several nobody can tell which was in the way.
  return ids.length === 1 ? ids.map((id) => ({ ...taken, id })) : [];
}
