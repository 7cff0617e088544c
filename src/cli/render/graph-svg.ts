import { type GraphLayout, layOutGraph, type PlacedNode, type Size } from "./graph-layout";
import type { GraphNode, NestGraph } from "./nest-graph";
import { fitText, textWidth } from "./text-width";

const TITLE = 14;
const DETAIL = 12;
const TITLE_LINE = 20;
const DETAIL_LINE = 17;
const PADDING = 12;
const ICON = 18;
/** Left edge to text: bar, icon and the room around it. */
const TEXT_INSET = PADDING + ICON + 10;
/** Longer texts are cut; the whole of them is in the tooltip. */
const MAX_TEXT = 280;
const MIN_WIDTH = 120;

/**
 * The graph as an SVG picture: one file without script, font or picture from elsewhere. It brings its own background
 * and follows the viewer's light or dark scheme; a viewer that knows no schemes shows the light one.
 */
export function renderSvg(graph: NestGraph): string {
  const layout = layOutGraph(graph, sizeOf);
  const { width, height } = layout;
  const title = `The Nest ${graph.nodes.find(({ kind }) => kind === "nest")?.title ?? ""}`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${px(width)}" height="${px(height)}" viewBox="0 0 ${px(width)} ${px(height)}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escape(title)}</title>`,
    `<desc id="description">${escape(describe(graph))}</desc>`,
    `<style>${STYLE}</style>`,
    `<defs>${Object.entries(ICONS).map(([name, path]) => `<g id="${name}">${path}</g>`).join("")}</defs>`,
    `<rect class="ground" x="0.5" y="0.5" width="${px(width - 1)}" height="${px(height - 1)}" rx="12"/>`,
    ...layout.columns.map((column) => `<text class="heading" x="${px(column.x)}" y="38">${escape(column.title)}</text>`),
    ...graph.edges.flatMap(({ from, to }) => edgeLine(layout, from, to)),
    ...[...layout.nodes.values()].map(nodeLines),
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}

function sizeOf({ title, details }: GraphNode): Size {
  const text = Math.max(textWidth(title, TITLE, true), ...details.map((line) => textWidth(line, DETAIL)));
  return { width: Math.max(MIN_WIDTH, Math.ceil(TEXT_INSET + Math.min(text, MAX_TEXT) + PADDING)), height: 2 * PADDING - 4 + TITLE_LINE + details.length * DETAIL_LINE };
}

function nodeLines({ node, x, y, width, height }: PlacedNode): string {
  const room = width - TEXT_INSET - PADDING;
  const planned = node.kind === "runners" && node.deployed !== true ? " planned" : "";
  const middle = y + height / 2;
  return [
    `<g class="${node.kind}${planned}"><title>${escape([node.title, ...node.details].join("\n"))}</title>`,
    `<rect class="box" x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" rx="8"/>`,
    `<use href="#${ICON_OF[node.kind]}" class="icon" x="${px(x + PADDING)}" y="${px(middle - ICON / 2)}"/>`,
    `<text class="name" x="${px(x + TEXT_INSET)}" y="${px(y + PADDING + 12)}">${escape(fitText(node.title, room, TITLE, true))}</text>`,
    ...node.details.map((line, index) => `<text class="detail" x="${px(x + TEXT_INSET)}" y="${px(y + PADDING + 12 + TITLE_LINE - 2 + index * DETAIL_LINE)}">${escape(fitText(line, room, DETAIL))}</text>`),
    "</g>",
  ].join("");
}

function edgeLine({ nodes }: GraphLayout, from: string, to: string): readonly string[] {
  const [start, end] = [nodes.get(from), nodes.get(to)];
  if (!start || !end) return [];
  const [x1, y1] = [start.x + start.width, start.y + start.height / 2];
  const [x2, y2] = [end.x, end.y + end.height / 2];
  const bend = (x2 - x1) / 2;
  return [`<path class="edge" d="M${px(x1)} ${px(y1)}C${px(x1 + bend)} ${px(y1)} ${px(x2 - bend)} ${px(y2)} ${px(x2)} ${px(y2)}"/>`];
}

/** For those who can't see it. */
function describe({ nodes, edges }: NestGraph): string {
  const titles = new Map(nodes.map((node) => [node.id, node]));
  return nodes
    .filter(({ kind }) => kind === "egg" || kind === "eggsbucket" || kind === "job")
    .map(({ id, title }) => {
      const runners = edges.filter(({ from }) => from === id).flatMap(({ to }) => titles.get(to) ?? []);
      const served = edges.filter(({ from }) => runners.some((node) => node.id === from)).flatMap(({ to }) => titles.get(to)?.title ?? []);
      return `${title}: ${runners.map((node) => node.title).join(", ")}${served.length > 0 ? ` for ${served.join(", ")}` : ""}.`;
    })
    .join(" ");
}

function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as XML may hold it: no XML has control characters, not even escaped. */
function escape(text: string): string {
  return text.replace(/(?!\n)\p{Cc}|\p{Surrogate}|[\uFFFE\uFFFF]/gu, "\uFFFD").replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

const ICON_OF: Readonly<Record<GraphNode["kind"], keyof typeof ICONS>> = { nest: "nest", egg: "egg", eggsbucket: "bucket", job: "clock", runners: "runner", project: "project", group: "group" };

/** Drawn on 18 by 18 pixels. */
const ICONS = {
  nest: '<path d="M1.5 9.5h15c0 4-3.2 7-7.5 7s-7.5-3-7.5-7zM3.5 12.5l11 0M5.5 15h7"/><path d="M4.2 9.2c0-3 1-5.2 2.3-5.200s2.3 2.2 2.3 5.200M9.2 9.200c0-3 1-5.2 2.3-5.200s2.3 2.2 2.3 5.2"/>',
  egg: '<path d="M9 1.500c3 0 5.5 4.8 5.5 8.700a5.5 5.8 0 0 1-11 0c0-3.9 2.5-8.7 5.5-8.700z"/>',
  bucket: '<path d="M2.5 6.500h13l-1.7 10h-9.600zM4 6.500a5 4.5 0 0 1 10 0"/>',
  clock: '<circle cx="9" cy="9" r="7.2"/><path d="M9 4.800v4.500l3 1.8"/>',
  runner: '<rect x="1.8" y="2.5" width="14.4" height="5.5" rx="1.5"/><rect x="1.8" y="10" width="14.4" height="5.5" rx="1.5"/><path d="M5 5.250h.01M5 12.750h.01M8.5 5.250h4.500M8.5 12.750h4.5"/>',
  project: '<circle cx="4.5" cy="3.8" r="2"/><circle cx="4.5" cy="14.2" r="2"/><circle cx="13.5" cy="6" r="2"/><path d="M4.5 5.800v6.400M13.5 8c0 3-4.5 2.5-8 4.5"/>',
  group: '<path d="M1.8 4.500v10h14.400v-8h-7.200l-2-2z"/>',
} as const;

const STYLE = [
  'text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",Verdana,sans-serif}',
  ".ground{fill:#ffffff;stroke:#d1d9e0}",
  ".heading{font-size:12px;font-weight:600;letter-spacing:.02em;fill:#59636e}",
  `.name{font-size:${TITLE}px;font-weight:600;fill:#1f2328}`,
  `.detail{font-size:${DETAIL}px;fill:#59636e}`,
  ".box{fill:#f6f8fa;stroke-width:1.5}",
  ".planned .box{stroke-dasharray:5 4}",
  ".edge{fill:none;stroke:#afb8c1;stroke-width:1.5}",
  ".icon{fill:none;stroke-width:1.5;stroke-linecap:round;stroke-linejoin:round}",
  ...Object.entries({ nest: "#7c3aed", egg: "#b45309", eggsbucket: "#0f766e", job: "#be185d", runners: "#1d4ed8", project: "#c2410c", group: "#c2410c" }).map(([kind, color]) => `.${kind} .box,.${kind} .icon{stroke:${color}}`),
  "@media (prefers-color-scheme:dark){",
  ".ground{fill:#0d1117;stroke:#30363d}",
  ".heading,.detail{fill:#9198a1}",
  ".name{fill:#e6edf3}",
  ".box{fill:#161b22}",
  ".edge{stroke:#4b535d}",
  ...Object.entries({ nest: "#a78bfa", egg: "#fbbf24", eggsbucket: "#2dd4bf", job: "#f472b6", runners: "#60a5fa", project: "#fb923c", group: "#fb923c" }).map(([kind, color]) => `.${kind} .box,.${kind} .icon{stroke:${color}}`),
  "}",
].join("\n");
