import type { UnitStatus } from "../../deploy/status";
import type { Egg, Job, Nest, Repository } from "../../nest/model";
import { unitName } from "../../vocabulary/unit-stacks";

/** A Nest as nodes and edges, from left to right: the Nest, its Eggs, buckets and Jobs, their runners, what they serve. */
export interface NestGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphNode {
  /** Unique, and the same in every drawing of the same Nest: `egg my-app`. */
  readonly id: string;
  readonly kind: "nest" | "egg" | "eggsbucket" | "job" | "runners" | "project" | "group";
  readonly title: string;
  /** Further lines, most important first. */
  readonly details: readonly string[];
  /** Of runners: whether they are there, or only what the Nest allows. */
  readonly deployed?: boolean;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

/** Runners listed by name; of more their number is told. */
const LISTED_RUNNERS = 4;

/** Pure; deterministic. `status` holds what is deployed, and may be empty. */
export function nestGraph(nest: Nest, status: readonly UnitStatus[]): NestGraph {
  const nodes = new Map<string, GraphNode>();
  const edges: GraphEdge[] = [];
  const add = (node: GraphNode, from?: string): void => {
    if (!nodes.has(node.id)) nodes.set(node.id, node);
    if (from !== undefined) edges.push({ from, to: node.id });
  };
  const found = new Map(status.map((unit) => [unit.unit, unit]));
  const root = { id: "nest", kind: "nest", title: nest.name, details: [cloudsOf(nest)].filter(Boolean) } as const;
  add(root);
  for (const owner of [...nest.eggs, ...nest.jobs]) {
    const unit = unitName(owner.kind, owner.name);
    const node = ownerNode(owner);
    const runners = runnersNode(unit, owner, found.get(unit));
    add(node, root.id);
    add(runners, node.id);
    for (const repository of owner.repositories) add(repositoryNode(owner, repository), runners.id);
  }
  for (const gone of status.filter(({ deployment }) => deployment === "removed")) {
    // It has no runners.
    if (gone.kind === "rift" || gone.kind === "mothergoose") continue;
    const node = { id: `${gone.kind} ${gone.unit}`, kind: gone.kind, title: gone.unit, details: ["no longer in the Nest"] } as const;
    add(node, root.id);
    add(deployedRunners(gone.unit, gone, []), node.id);
  }
  return { nodes: [...nodes.values()], edges };
}

function cloudsOf(nest: Nest): string {
  const clouds = [...nest.eggs, ...nest.jobs].map((owner) => owner.values.cloud?.provider ?? "local");
  return [...new Set(clouds)].sort().join(", ");
}

function ownerNode(owner: Egg | Job): GraphNode {
  const { kind, name, values } = owner;
  const place = [values.cloud?.provider ?? "local", values.cloud?.region ?? ""].filter(Boolean).join(" ");
  if (owner.kind === "job") {
    const { schedule, task, enabled } = owner.values;
    return { id: `job ${name}`, kind, title: name, details: [`Job · ${task ?? "script"}`, `${enabled ? schedule : "not enabled"} · ${place}`] };
  }
  const chosen = owner.values.type === "auto" ? `${owner.runnerType.type} (auto)` : owner.runnerType.type;
  return { id: `${kind} ${name}`, kind, title: name, details: [`${kind === "egg" ? "Egg" : "bucket"} · ${chosen} · ${place}`, ...(owner.values.description === undefined ? [] : [owner.values.description])] };
}

function runnersNode(unit: string, owner: Egg | Job, status: UnitStatus | undefined): GraphNode {
  const tags = [`tags ${(owner.values.runner.tags ?? []).join(", ")}`];
  const isThere = status !== undefined && status.deployment !== "not deployed";
  if (isThere && (status.runners.length > 0 || owner.runnerType.type === "vm")) return deployedRunners(unit, status, tags);
  const { apex, nadir } = owner.pool;
  const id = `runners ${unit}`;
  if (owner.runnerType.type === "serverless") return { id, kind: "runners", title: apex.maxCount === 1 ? "1 at a time" : `up to ${apex.maxCount} at a time`, details: [owner.kind === "job" ? "when its schedule fires" : "one for each job", ...tags], deployed: isThere };
  const asleep = nadir.maxCount > 0 ? `, ${range(nadir)} asleep` : "";
  return { id, kind: "runners", title: `${range(apex)} on${asleep}`, details: tags, deployed: false };
}

function deployedRunners(unit: string, { runners }: UnitStatus, tags: readonly string[]): GraphNode {
  const on = runners.filter(({ pool }) => pool === "apex").length;
  const asleep = runners.length - on;
  const listed = runners.slice(0, runners.length > LISTED_RUNNERS + 1 ? LISTED_RUNNERS : runners.length);
  const more = runners.length - listed.length;
  return {
    id: `runners ${unit}`,
    kind: "runners",
    title: `${on} on${asleep > 0 ? `, ${asleep} asleep` : ""}`,
    details: [...tags, ...listed.map(({ id, state }) => `${id}: ${state}`), ...(more > 0 ? [`and ${more} more`] : [])],
    deployed: true,
  };
}

function repositoryNode(owner: Egg | Job, { name, gitlab }: Repository): GraphNode {
  const kind = gitlab.projectId === undefined ? "group" : "project";
  const title = `${kind} ${gitlab.projectId ?? gitlab.groupId ?? ""}`;
  return { id: `${gitlab.server} ${title}`, kind, title, details: [owner.kind === "eggsbucket" ? `${name} · ${gitlab.server}` : gitlab.server] };
}

function range({ minCount, maxCount }: { readonly minCount: number; readonly maxCount: number }): string {
  return minCount === maxCount ? String(maxCount) : `${minCount}–${maxCount}`;
}
