import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderSvg } from "../src/cli/render/graph-svg";
import { nestGraph } from "../src/cli/render/nest-graph";
import { readNest } from "../src/nest";

const root = join(__dirname, "..");

/** docs/picture.svg: what `gosling graph --format svg` draws of the example, as long as nothing of it is deployed. */
export async function generatePicture(): Promise<string> {
  const { nest } = await readNest(join(root, "examples/nest-local"));
  if (!nest) throw new Error("examples/nest-local is not valid");
  return renderSvg(nestGraph(nest, []));
}

if (require.main === module) {
  void generatePicture().then((picture) => writeFileSync(join(root, "docs/picture.svg"), picture));
}
