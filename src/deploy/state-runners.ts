import { existsSync } from "node:fs";
import type { StateResource } from "../engine";
import type { StateRunner } from "./observe";
import { copyStack } from "./copy-stack";
import { openUnitStack, type EngineContext } from "./engine-context";
import type { UnitRecords } from "./record";
import { stateFile, type Workspace } from "./workspace";

/**
 * The runners that the engine's state holds, over all stacks of a unit; undefined where the record of
 * the last deployment says the same and no engine needs to be asked.
 */
export async function stateRunners(workspace: Workspace, { applied, pending }: UnitRecords, engine: EngineContext, scratch?: Workspace): Promise<ReadonlyMap<string, StateRunner> | undefined> {
  if (!pending) return undefined;
  // A record lists its stacks in the order of their shards.
  const shards = new Map([applied, pending].flatMap((record) => record?.stacks.map(({ name }, index) => [name, index + 1] as const) ?? []));
  const runners = new Map<string, StateRunner>();
  for (const [stack, shard] of shards) {
    if (!existsSync(stateFile(workspace, stack))) continue;
    // A dry run writes nothing, and the engine's own working files are written too: it reads a copy.
    if (scratch) await copyStack(workspace, stack, scratch);
    const resources = await openUnitStack(scratch ?? workspace, stack, engine).resources();
    for (const [id, runner] of runnersOf(resources, shard)) runners.set(id, runner);
  }
  return runners;
}

/** Reads runners out of a stack's resources: `runner` is there for each, `process` for those that are on. */
export function runnersOf(resources: readonly StateResource[], shard: number): ReadonlyMap<string, StateRunner> {
  const named = (name: string) => resources.filter((resource) => resource.type === "terraform_data" && resource.name === name && typeof resource.key === "string");
  const on = new Set(named("process").map((resource) => resource.key));
  return new Map(
    named("runner").flatMap(({ key, values }): [string, StateRunner][] => {
      const input = values["input"] as { readonly egg?: unknown; readonly revision?: unknown } | null | undefined;
      if (typeof input?.egg !== "string" || typeof input.revision !== "string") return [];
      return [[key as string, { home: input.egg, entry: { power: on.has(key) ? "on" : "off", revision: input.revision, shard, place: "local" } }]];
    }),
  );
}
