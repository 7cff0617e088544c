import { chmod, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { GoslingError } from "../vocabulary/error";
import { writeFileAtomically } from "./atomic-file";
import { runnerFolder, runnersRoot } from "./folder";
import { isRunnerConfiguration, readRunnerFile, type RunnerFile } from "./runner-file";

/**
 * Makes a runner's folder (0700) and writes down what the runner is told. A second time with the same
 * configuration nothing changes; another configuration takes effect with the runner's next start.
 * @param text a RunnerConfiguration as JSON.
 * @throws GoslingError `RUNNER_CONFIGURATION`, `RUNNER_NAME`
 */
export async function createRunner(nestRoot: string, egg: string, id: string, text: string | undefined): Promise<"made" | "unchanged"> {
  const folder = runnerFolder(nestRoot, egg, id);
  const runner: RunnerFile = { ...parseConfiguration(text), id };
  const json = `${JSON.stringify(runner, undefined, 2)}\n`;
  const old = await readRunnerFile(folder);
  if (old !== undefined && `${JSON.stringify(old, undefined, 2)}\n` === json) return "unchanged";
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  // mkdir leaves folders that are there, and those on the way, as they are.
  for (const path of [runnersRoot(nestRoot), dirname(folder.path), folder.path]) await chmod(path, 0o700);
  await writeFileAtomically(folder.runnerFile, json);
  return "made";
}

function parseConfiguration(text: string | undefined): Omit<RunnerFile, "id"> {
  const wrong = (why: string): GoslingError => new GoslingError("RUNNER_CONFIGURATION", `GOSLING_RUNNER_CONFIGURATION ${why}`, { hint: "The engine sets it while it applies a stack that gosling synth has made.", exitCode: 64 });
  if (text === undefined || text === "") throw wrong("is not set");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong("is no JSON");
  }
  if (!isRunnerConfiguration(value)) throw wrong("is no runner configuration of format 1");
  return value;
}
