import { readFileSync } from "node:fs";
import { join } from "node:path";
import { layOutGraph, type PlacedNode } from "../../../src/cli/render/graph-layout";
import { renderSvg } from "../../../src/cli/render/graph-svg";
import { renderMermaid } from "../../../src/cli/render/mermaid";
import { nestGraph, type NestGraph } from "../../../src/cli/render/nest-graph";
import { fitText, textWidth } from "../../../src/cli/render/text-width";
import type { RunnerStatus, UnitStatus } from "../../../src/deploy/status";
import { readNest } from "../../../src/nest";
import { generatePicture } from "../../../tools/generate-picture";
import { folderWith } from "../../support/folder";
import { nestFiles } from "../../support/nest-files";

const examples = join(__dirname, "../../../examples");

async function graphOf(folder: string, status: readonly UnitStatus[] = []): Promise<NestGraph> {
  const { nest } = await readNest(folder);
  if (!nest) throw new Error("not valid");
  return nestGraph(nest, status);
}

function unit(name: string, runners: readonly (readonly [string, RunnerStatus["state"]])[], more: Partial<UnitStatus> = {}): UnitStatus {
  return {
    unit: name,
    kind: "egg",
    cloud: "local",
    type: "vm",
    deployment: "deployed",
    notes: [],
    runners: runners.map(([id, state]) => ({ id, pool: state === "asleep" ? "nadir" : "apex", state, configuration: "current", revision: "r", details: [] })),
    ...more,
  };
}

describe("the graph of a Nest", () => {
  test("leads from the Nest over its Eggs, buckets and Jobs and their runners to what they serve", async () => {
    const { nodes, edges } = await graphOf(join(examples, "nest-local"));
    expect(nodes.map(({ id }) => id)).toEqual([
      "nest",
      ...["egg docs", "runners docs", "gitlab.com project 102"],
      ...["eggsbucket platform", "runners platform", "gitlab.com project 201", "gitlab.example.org group 7"],
      ...["egg web-app", "runners web-app", "gitlab.com project 101"],
      ...["job report", "runners job.report", "job rotate-secrets", "runners job.rotate-secrets"],
    ]);
    expect(edges.filter(({ to }) => to.includes("platform") || to.includes(" 201") || to.includes(" 7"))).toEqual([
      { from: "nest", to: "eggsbucket platform" },
      { from: "eggsbucket platform", to: "runners platform" },
      { from: "runners platform", to: "gitlab.com project 201" },
      { from: "runners platform", to: "gitlab.example.org group 7" },
    ]);
  });

  test("shows what the Nest allows where nothing is deployed", async () => {
    const { nodes } = await graphOf(join(examples, "nest-local"));
    const titles = Object.fromEntries(nodes.filter(({ kind }) => kind === "runners").map(({ id, title, deployed }) => [id, [title, deployed]]));
    expect(titles).toMatchObject({ "runners web-app": ["2–3 on, 0–1 asleep", false], "runners platform": ["1–2 on", false], "runners docs": ["up to 2 at a time", false] });
  });

  test("shows the runners that are there, by name as long as they are few", async () => {
    const folder = folderWith(nestFiles({ a: {}, b: {}, c: {}, d: { type: '"serverless"' } }));
    const many = Array.from({ length: 9 }, (_, index) => [`r${index}`, index < 7 ? "idle" : "asleep"] as const);
    const { nodes } = await graphOf(folder, [unit("a", [["r1", "busy"], ["r2", "asleep"]]), unit("b", many), unit("c", []), unit("d", [], { type: "serverless" })]);
    expect(nodes.find(({ id }) => id === "runners a")).toMatchObject({ title: "1 on, 1 asleep", details: ["tags docker", "r1: busy", "r2: asleep"], deployed: true });
    expect(nodes.find(({ id }) => id === "runners b")).toMatchObject({ title: "7 on, 2 asleep", details: ["tags docker", "r0: idle", "r1: idle", "r2: idle", "r3: idle", "and 5 more"] });
    expect(nodes.find(({ id }) => id === "runners c")).toMatchObject({ title: "0 on", details: ["tags docker"], deployed: true });
    expect(nodes.find(({ id }) => id === "runners d")).toMatchObject({ title: "up to 3 at a time", deployed: true });
  });

  test("shows what is deployed and no longer in the Nest", async () => {
    const { nodes, edges } = await graphOf(folderWith(nestFiles({ a: {} })), [unit("gone", [["r1", "idle"]], { deployment: "removed" })]);
    expect(nodes.find(({ id }) => id === "egg gone")).toMatchObject({ details: ["no longer in the Nest"] });
    expect(edges).toContainEqual({ from: "egg gone", to: "runners gone" });
  });

  test("shows a project once, whoever serves it", async () => {
    const { nodes, edges } = await graphOf(join(examples, "nest-full"));
    const own = nodes.filter(({ id }) => id === "gitlab.com project 1");
    expect(own).toHaveLength(1);
    expect(edges.filter(({ to }) => to === "gitlab.com project 1").length).toBeGreaterThan(1);
  });
});

describe("the layout", () => {
  const size = { width: 100, height: 60 };

  test.each(["nest-local", "nest-full"])("of %s: boxes overlap nowhere, lie inside, and lines go from left to right", async (example) => {
    const graph = await graphOf(join(examples, example));
    const { nodes, width, height } = layOutGraph(graph, () => size);
    const placed = [...nodes.values()];
    expect(placed).toHaveLength(graph.nodes.length);
    const overlap = (a: PlacedNode, b: PlacedNode): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
    for (const [index, a] of placed.entries()) {
      expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
      for (const b of placed.slice(index + 1)) expect([a.node.id, b.node.id, overlap(a, b)]).toEqual([a.node.id, b.node.id, false]);
    }
    for (const { from, to } of graph.edges) {
      const [start, end] = [nodes.get(from), nodes.get(to)];
      expect((start?.x ?? 0) + (start?.width ?? 0)).toBeLessThan(end?.x ?? 0);
    }
  });

  test("of an empty Nest holds the Nest", async () => {
    const { nodes, columns } = layOutGraph(await graphOf(folderWith(nestFiles({}))), () => size);
    expect([...nodes.keys()]).toEqual(["nest"]);
    expect(columns.map(({ title }) => title)).toEqual(["Nest"]);
  });
});

describe("the SVG", () => {
  test("is the same every time, and docs/picture.svg is that of the example", async () => {
    const picture = await generatePicture();
    expect(await generatePicture()).toBe(picture);
    expect(readFileSync(join(__dirname, "../../../docs/picture.svg"), "utf8")).toBe(picture);
  });

  test("needs nothing from elsewhere, and follows light and dark", async () => {
    const picture = await generatePicture();
    expect(picture.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|url\(|@import|<script|<image|font-face/);
    expect(picture).toContain("@media (prefers-color-scheme:dark)");
  });

  test("escapes whatever a Nest may say, and is well formed", async () => {
    const description = '<b>&amp; "q" \' ]]> \u0007 \uFFFF 🚀 日本語 --> %%{init}%% `**x**`';
    const picture = renderSvg({
      nodes: [
        { id: "nest", kind: "nest", title: "acme", details: [] },
        { id: "egg a", kind: "egg", title: "a", details: [description, "W".repeat(300)] },
      ],
      edges: [{ from: "nest", to: "egg a" }],
    });
    expect(elementsOf(picture)).toContain("text");
    expect(picture).toContain("&lt;b&gt;&amp;amp; &quot;q&quot; ' ]]&gt; \uFFFD \uFFFD 🚀 日本語");
    expect(/WWW+…/.exec(picture)?.[0].length).toBeLessThan(40);
  });

  test("gives every text the room that it needs", async () => {
    const picture = renderSvg(await graphOf(join(examples, "nest-full")));
    const boxes = [...picture.matchAll(/<rect class="box" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"[^]*?<\/g>/g)];
    expect(boxes.length).toBeGreaterThan(20);
    for (const [group, x, width] of boxes) {
      const right = Number(x) + Number(width);
      for (const [, at, text = ""] of group.matchAll(/<text class="detail" x="([\d.]+)"[^>]*>([^<]*)</g)) expect(Number(at) + textWidth(text, 12)).toBeLessThanOrEqual(right);
    }
  });
});

/** Names of all elements; throws where the text is not well-formed XML. */
function elementsOf(xml: string): readonly string[] {
  const names: string[] = [];
  const open: string[] = [];
  const rest = xml.replace(/<(\/?)([a-z]+)((?: [a-zA-Z-:]+="[^"<]*")*)(\/?)>/g, (_, close: string, name: string, _attributes, empty: string) => {
    names.push(name);
    if (close) expect(open.pop()).toBe(name);
    else if (!empty) open.push(name);
    return "";
  });
  expect(open).toEqual([]);
  expect(rest).not.toMatch(/[<\u0000-\u0008]|&(?!(?:amp|lt|gt|quot);)/);
  return names;
}

describe("the Mermaid chart", () => {
  test("has a line for each node and each edge", async () => {
    const graph = await graphOf(folderWith(nestFiles({ a: { gitlab: 'server = "gitlab.com"\n    project_id = 5' } })));
    expect(renderMermaid(graph)).toBe(`flowchart LR
  n0(["<b>test</b><br/>local"]):::nest
  n1["<b>a</b><br/>Egg · vm · local"]:::egg
  n2[["<b>0–3 on</b><br/>tags docker"]]:::runners
  n3("<b>project 5</b><br/>gitlab.com"):::project
  n0 --> n1
  n1 --> n2
  n2 --> n3
  classDef nest stroke:#8b5cf6,stroke-width:3px
  classDef egg stroke:#d97706,stroke-width:2px
  classDef eggsbucket stroke:#0d9488,stroke-width:2px
  classDef job stroke:#db2777,stroke-width:2px
  classDef runners stroke:#3b82f6,stroke-width:2px
  classDef project stroke:#ea580c,stroke-width:2px
  classDef group stroke:#ea580c,stroke-width:2px
`);
  });

  test("reads nothing in a text as more than text", () => {
    const chart = renderMermaid({ nodes: [{ id: "nest", kind: "nest", title: '"end"]) --> x %% `a` #35; <i>;\n&', details: [] }], edges: [] });
    expect(chart.split("\n")[1]).toBe('  n0(["<b>#34;end#34;#93;) --#62; x #37;#37; #96;a#96; #35;35#59; #60;i#62;#59; #38;</b>"]):::nest');
  });
});

describe("widths of texts", () => {
  test("grow with the text, its size and its weight", () => {
    expect(textWidth("", 14)).toBe(0);
    expect(textWidth("iii", 14)).toBeLessThan(textWidth("WWW", 14));
    expect(textWidth("abc", 14)).toBeLessThan(textWidth("abc", 14, true));
    expect(textWidth("日本", 10)).toBeGreaterThan(20);
  });

  test("that are too large are cut at whole characters", () => {
    expect(fitText("short", 100, 14)).toBe("short");
    expect(fitText("🚀🚀🚀🚀🚀🚀", 60, 14)).toMatch(/^🚀{1,3}…$/u);
    expect(fitText("anything", 0, 14)).toBe("…");
  });
});
