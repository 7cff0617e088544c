import { parse } from "../fly/parser";
import { SourceText } from "../fly/source";
import { readNestFiles, realRoot } from "./read-files";

/** Names of things in a Nest, by the type of their block: `egg`, `eggsbucket`, `job`, `rift`, `variable`; and `local`. */
export type NestNames = ReadonlyMap<string, readonly string[]>;

/** What the Nest in `folder` names, valid or not: files are parsed and nothing is evaluated. Sorted. */
export async function readNames(folder: string): Promise<NestNames> {
  const found = new Map<string, Set<string>>();
  const add = (type: string, name: string): unknown => found.set(type, (found.get(type) ?? new Set()).add(name));
  for (const { path, text } of (await readNestFiles(realRoot(folder))).files) {
    for (const item of parse(new SourceText(path, text)).body.items) {
      if (item.kind !== "block") continue;
      const [label] = item.labels;
      if (label) add(item.type.name, label.value);
      if (item.type.name === "locals") for (const { kind, ...local } of item.body.items) if (kind === "attribute" && "name" in local) add("local", local.name.name);
    }
  }
  return new Map([...found].map(([type, names]) => [type, [...names].sort()]));
}
