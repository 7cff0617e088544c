import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gosling } from "../support/command-line";
import { contentOf, folderWith } from "../support/folder";
import { nestFiles } from "../support/nest-files";

describe("gosling graph", () => {
  test("prints Mermaid, or SVG where that is asked for", async () => {
    const folder = folderWith(nestFiles({ a: {} }));
    expect((await gosling(folder, ["graph"])).stdout).toMatch(/^flowchart LR\n/);
    expect((await gosling(folder, ["graph", "--format", "svg"])).stdout).toMatch(/^<svg [^]*<\/svg>\n$/);
  });

  test("writes a file whole; its name says what it is", async () => {
    const folder = folderWith(nestFiles({ a: {} }));
    expect(await gosling(folder, ["graph", "--out", "nest.svg"])).toEqual({ code: 0, stdout: "", stderr: "The graph is in nest.svg\n" });
    expect(readFileSync(join(folder, "nest.svg"), "utf8")).toBe((await gosling(folder, ["graph", "--format", "svg"])).stdout);
    await gosling(folder, ["graph", "--out", "nest.svg", "--format", "mermaid"]);
    expect(readFileSync(join(folder, "nest.svg"), "utf8")).toMatch(/^flowchart/);
    expect(Object.keys(contentOf(folder)).filter((name) => name.includes("tmp"))).toEqual([]);
  });

  test("leaves what is there where it can't write, and nothing half written", async () => {
    const folder = folderWith({ ...nestFiles({ a: {} }), "there/x": "" });
    const before = contentOf(folder);
    expect(await gosling(folder, ["graph", "--out", "missing/nest.svg"])).toMatchObject({ code: 1, stderr: expect.stringContaining("missing/nest.svg can't be written: its folder does not exist") as string });
    expect((await gosling(folder, ["graph", "--out", "there"])).code).toBe(1);
    expect(contentOf(folder)).toEqual(before);
  });

  test("prints nodes and edges with --json", async () => {
    const { nodes, edges } = JSON.parse((await gosling(folderWith(nestFiles({ a: {} })), ["graph", "--json"])).stdout) as { nodes: { id: string }[]; edges: unknown[] };
    expect(nodes.map(({ id }) => id)).toEqual(["nest", "egg a", "runners a", expect.stringMatching(/^gitlab.com project \d+$/)]);
    expect(edges).toHaveLength(3);
  });

  test("draws a thousand Eggs", async () => {
    const eggs = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`e${index}`, { gitlab: `server = "gitlab.com"\n    project_id = ${index + 1}` }]));
    const { stdout } = await gosling(folderWith(nestFiles(eggs)), ["graph", "--format", "svg"]);
    expect(stdout.match(/class="box"/g)).toHaveLength(3001);
  });

  test("of a Nest with errors tells them and draws nothing", async () => {
    expect(await gosling(folderWith(nestFiles({ a: { type: '"vn"' } })), ["graph"])).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("FLY113") as string });
  });
});
