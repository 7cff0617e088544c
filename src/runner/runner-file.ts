import type { RunnerConfiguration } from "../vocabulary/runner-configuration";
import type { RunnerFolder } from "./folder";
import { readJson } from "./json-file";

/** `runner.json`: what a runner is told, and which one it is. */
export interface RunnerFile extends RunnerConfiguration {
  readonly id: string;
}

/** undefined where the runner was never made, or its file is damaged. */
export async function readRunnerFile(folder: RunnerFolder): Promise<RunnerFile | undefined> {
  const value = await readJson(folder.runnerFile);
  return isRunnerConfiguration(value) && "id" in value ? (value as RunnerFile) : undefined;
}

/** A look at the shape, enough to tell a configuration of ours from anything else. */
export function isRunnerConfiguration(value: unknown): value is RunnerConfiguration {
  return (
    typeof value === "object" && value !== null && "format" in value && value.format === 1 && "revision" in value && typeof value.revision === "string" && "repositories" in value && Array.isArray(value.repositories)
  );
}
