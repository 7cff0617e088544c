import type { GraphNode, NestGraph } from "./nest-graph";

/** The graph as a Mermaid flowchart: GitLab draws it in Markdown files, in a block ```mermaid. */
export function renderMermaid({ nodes, edges }: NestGraph): string {
  const names = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const name = (id: string): string => names.get(id) ?? id;
  const lines = [
    "flowchart LR",
    ...nodes.map((node) => `  ${name(node.id)}${shape(node, label(node))}:::${node.kind}`),
    ...edges.map(({ from, to }) => `  ${name(from)} --> ${name(to)}`),
    ...Object.entries(STYLES).map(([kind, style]) => `  classDef ${kind} ${style}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Thick lines in colours that are seen on white and on black; the theme's own background and text stay. */
const STYLES: Readonly<Record<GraphNode["kind"], string>> = {
  nest: "stroke:#8b5cf6,stroke-width:3px",
  egg: "stroke:#d97706,stroke-width:2px",
  eggsbucket: "stroke:#0d9488,stroke-width:2px",
  job: "stroke:#db2777,stroke-width:2px",
  runners: "stroke:#3b82f6,stroke-width:2px",
  project: "stroke:#ea580c,stroke-width:2px",
  group: "stroke:#ea580c,stroke-width:2px",
};

function label({ title, details }: GraphNode): string {
  return `"${["<b>" + escape(title) + "</b>", ...details.map(escape)].join("<br/>")}"`;
}

function shape({ kind }: GraphNode, text: string): string {
  switch (kind) {
    case "nest":
      return `([${text}])`;
    case "runners":
      return `[[${text}]]`;
    case "project":
    case "group":
      return `(${text})`;
    case "egg":
    case "eggsbucket":
    case "job":
      return `[${text}]`;
  }
}

/** All that Mermaid, Markdown or HTML would read as more than text; control characters are blanks. */
function escape(text: string): string {
  return text.replace(/\p{Cc}+|\p{Surrogate}/gu, " ").replace(/[^\p{L}\p{N}\p{M} .,:·–_/()+-]/gu, (character) => `#${character.codePointAt(0) as number};`);
}
