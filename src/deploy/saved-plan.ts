import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Nest } from "../nest/model";
import { writeFileAtomically } from "../runner/atomic-file";
import { GoslingError } from "../vocabulary/error";
import type { UnitDecision } from "./decide-unit";
import { deployNest, type DeploymentPlan, type DeployOptions } from "./deploy";
import type { PlannedUnit } from "./plan";
import type { UnitResult } from "./reconcile";
import type { DeploymentSite } from "./site";
import type { UnitPlan } from "./situation";

/** A plan in a file: what was decided for each unit, and the engine's own plans. */
export interface SavedPlan {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly nest: string;
  readonly units: ReadonlyMap<string, SavedUnit>;
}

interface SavedUnit {
  readonly unit: string;
  readonly decision: UnitDecision;
  /** The unit's newest deployment when it was planned. */
  readonly after: string | null;
  readonly stacks: readonly { readonly stack: string; readonly configurationHash: string; readonly plan: string }[];
}

interface SavedFile {
  readonly format: 1;
  readonly nest: string;
  readonly units: readonly SavedUnit[];
}

/**
 * Writes a plan for `deploy --plan`, for its owner alone: the engine's plans may hold secrets of the state.
 * @throws GoslingError `PLAN_NOT_SAVABLE`
 */
export async function writeSavedPlan(cwd: string, file: string, plan: DeploymentPlan, nest: Nest, { store }: DeploymentSite): Promise<void> {
  const open = plan.units.filter(({ decision }) => decision.action !== "none");
  const failed = open.filter(({ error }) => error !== undefined);
  // Told with the plan; there is nothing to keep of it.
  if (failed.length > 0) return;
  const obstacles = open.flatMap((unit) => obstacle(unit) ?? []);
  if (obstacles.length > 0) {
    throw new GoslingError("PLAN_NOT_SAVABLE", `Not all of this plan can be saved:${obstacles.map((text) => `\n  ${text}`).join("")}`, { hint: "Deploy these without a saved plan first: gosling deploy --target NAME" });
  }
  const units = await Promise.all(
    open.map(async ({ unit, decision, stackPlans = [] }): Promise<SavedUnit> => {
      const stacks = await Promise.all(stackPlans.map(async ({ stack, configurationHash, file: from }) => ({ stack, configurationHash, plan: (await readFile(from)).toString("base64") })));
      return { unit, decision, after: await newestDeployment(unit, store), stacks };
    }),
  );
  const content: SavedFile = { format: 1, nest: nest.name, units };
  await writeFileAtomically(resolve(cwd, file), `${JSON.stringify(content)}\n`);
}

/** What the engine can't plan before something else was applied. */
function obstacle({ unit, decision, takesOver, provisional }: PlannedUnit): string | undefined {
  if (decision.action === "replace") return `${unit}: what is there has to go before the new one can be planned`;
  if (takesOver !== undefined) return `${unit}: it takes over the state of ${takesOver}, which a plan does not move`;
  if (provisional) return `${unit}: its further stacks need what the first one makes`;
  return undefined;
}

/** @throws GoslingError `PLAN_UNREADABLE` */
export async function readSavedPlan(cwd: string, file: string): Promise<SavedPlan> {
  const unreadable = (why: string, cause?: unknown): GoslingError => new GoslingError("PLAN_UNREADABLE", `${file} can't be used as a plan: ${why}`, { hint: `Make one with: gosling plan --out ${basename(file)}`, cause });
  const text = await readFile(resolve(cwd, file), "utf8").catch((error: NodeJS.ErrnoException) => {
    throw unreadable(error.code === "ENOENT" ? "there is no such file" : (error.code ?? error.message), error);
  });
  let content: SavedFile;
  try {
    content = JSON.parse(text) as SavedFile;
  } catch (error) {
    throw unreadable("it is none of gosling plan --out", error);
  }
  if (content.format !== 1 || !Array.isArray(content.units)) throw unreadable("it is of another version of Gosling");
  return { file, nest: content.nest, units: new Map(content.units.map((unit) => [unit.unit, unit])) };
}

/**
 * Does what a saved plan holds, and only that: a unit of which anything differs from what was planned is refused.
 * @throws GoslingError `PLAN_STALE` for a plan of another Nest.
 */
export async function applySavedPlan(saved: SavedPlan, nest: Nest, options: Omit<DeployOptions, "targets" | "saved">): Promise<readonly UnitResult[]> {
  if (saved.nest !== nest.name) throw new GoslingError("PLAN_STALE", `${saved.file} is a plan of the Nest ${saved.nest}, and this one is ${nest.name}`, { hint: "Run it in that Nest." });
  if (saved.units.size === 0) return [];
  return deployNest(nest, { ...options, targets: [...saved.units.keys()], saved });
}

/**
 * The engine's plans of one unit, by stack, where all is as it was planned.
 * @throws GoslingError `PLAN_STALE`
 */
export async function plansOf({ unit, decision, wanted }: UnitPlan, { units, file }: SavedPlan, { store }: DeploymentSite): Promise<ReadonlyMap<string, Buffer>> {
  const planned = units.get(unit);
  const hashes = new Map(planned?.stacks.map(({ stack, configurationHash }) => [stack, configurationHash]));
  const stale = !planned
    ? "it was not planned"
    : (await newestDeployment(unit, store)) !== planned.after
      ? "it was deployed since"
      : JSON.stringify(decision) !== JSON.stringify(planned.decision)
        ? "what is to be done with its runners has changed"
        : wanted?.stacks.some(({ name, configurationHash }) => hashes.has(name) && hashes.get(name) !== configurationHash)
          ? "its configuration has changed"
          : undefined;
  if (stale !== undefined) throw new GoslingError("PLAN_STALE", `${unit} is not what ${file} has planned: ${stale}`, { hint: "Plan again: gosling plan --out FILE" });
  return new Map(planned?.stacks.map(({ stack, plan }) => [stack, Buffer.from(plan, "base64")]));
}

async function newestDeployment(unit: string, store: DeploymentSite["store"]): Promise<string | null> {
  return (await store.history({ unit, limit: 1 }))[0]?.id ?? null;
}
