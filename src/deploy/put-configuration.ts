import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CONFIGURATION, stackFolder, type Workspace } from "./workspace";
import { writeFileAtomically } from "../runner/atomic-file";

/** Puts a stack's configuration into its working folder. */
export async function putConfiguration(workspace: Workspace, stack: string, file: string): Promise<void> {
  const folder = stackFolder(workspace, stack);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(join(workspace.root, ".gosling", "state"), { recursive: true, mode: 0o700 });
  const text = await readFile(file, "utf8");
  const target = join(folder, CONFIGURATION);
  const same = await readFile(target, "utf8").then((old) => old === text, () => false);
  if (!same) await writeFileAtomically(target, text);
}
