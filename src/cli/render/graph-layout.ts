import type { GraphNode, NestGraph } from "./nest-graph";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A node with its place; all in pixels, from the upper left corner. */
export interface PlacedNode extends Size {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
}

export interface Column {
  readonly title: string;
  readonly x: number;
  readonly width: number;
}

export interface GraphLayout extends Size {
  readonly nodes: ReadonlyMap<string, PlacedNode>;
  readonly columns: readonly Column[];
}

const MARGIN = 24;
const HEADING = 34;
const COLUMN_GAP = 64;
const ROW_GAP = 14;

/** The four columns, from left to right. */
const COLUMNS: readonly { readonly title: string; readonly kinds: readonly GraphNode["kind"][] }[] = [
  { title: "Nest", kinds: ["nest"] },
  { title: "Eggs, buckets, Jobs", kinds: ["egg", "eggsbucket", "job"] },
  { title: "Runners", kinds: ["runners"] },
  { title: "GitLab", kinds: ["project", "group"] },
];

/**
 * Places a Nest's graph in four columns. Every Egg, bucket and Job has a row of its own, as high as the highest of
 * what stands in it; what several of them serve stands in the row in their middle. So no line crosses a box, and
 * time and room grow with the number of nodes only.
 */
export function layOutGraph(graph: NestGraph, sizeOf: (node: GraphNode) => Size): GraphLayout {
  const columns = placeColumns(graph, sizeOf);
  const nodes = new Map<string, PlacedNode>();
  const place = (node: GraphNode, centre: number): void => {
    const column = columns.find(({ kinds }) => kinds.includes(node.kind));
    const { height } = sizeOf(node);
    if (column) nodes.set(node.id, { node, x: column.x, y: centre - height / 2, width: column.width, height });
  };
  const top = MARGIN + HEADING;
  let bottom = top;
  for (const row of rowsOf(graph)) {
    const height = Math.max(...row.map((cell) => stackHeight(cell, sizeOf)));
    const centre = bottom + height / 2;
    for (const cell of row) {
      let at = centre - stackHeight(cell, sizeOf) / 2;
      for (const node of cell) {
        const size = sizeOf(node);
        place(node, at + size.height / 2);
        at += size.height + ROW_GAP;
      }
    }
    bottom += height + ROW_GAP;
  }
  const root = graph.nodes.find(({ kind }) => kind === "nest");
  if (root) {
    bottom = Math.max(bottom, top + sizeOf(root).height + ROW_GAP);
    place(root, (top + bottom - ROW_GAP) / 2);
  }
  const last = columns.at(-1);
  return { nodes, columns, width: (last ? last.x + last.width : 0) + MARGIN, height: bottom - ROW_GAP + MARGIN };
}

function placeColumns(graph: NestGraph, sizeOf: (node: GraphNode) => Size): readonly (Column & { readonly kinds: readonly GraphNode["kind"][] })[] {
  let x = MARGIN;
  return COLUMNS.flatMap(({ title, kinds }) => {
    const widths = graph.nodes.filter(({ kind }) => kinds.includes(kind)).map((node) => sizeOf(node).width);
    if (widths.length === 0) return [];
    const column = { title, kinds, x, width: widths.reduce((a, b) => Math.max(a, b), 0) };
    x += column.width + COLUMN_GAP;
    return [column];
  });
}

/** One row per owner: the owner, its runners, and what stands in its row of all that is served. */
function rowsOf({ nodes, edges }: NestGraph): readonly (readonly (readonly GraphNode[])[])[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const outgoing = new Map(nodes.map(({ id }): [string, string[]] => [id, []]));
  for (const { from, to } of edges) outgoing.get(from)?.push(to);
  const next = (id: string): readonly string[] => outgoing.get(id) ?? [];
  const owners = next("nest");
  const served = new Map<string, number[]>();
  owners.forEach((owner, row) => {
    for (const target of next(owner).flatMap(next)) served.set(target, [...(served.get(target) ?? []), row]);
  });
  const rows = owners.map((owner) => [[owner], [...next(owner)], [] as string[]]);
  for (const [target, at] of served) rows[at[Math.floor((at.length - 1) / 2)] ?? 0]?.[2]?.push(target);
  return rows.map((row) => row.map((cell) => cell.flatMap((id) => byId.get(id) ?? [])));
}

function stackHeight(cell: readonly GraphNode[], sizeOf: (node: GraphNode) => Size): number {
  return cell.reduce((sum, node) => sum + sizeOf(node).height + ROW_GAP, -ROW_GAP);
}
