import type { RunnerFolder } from "./folder";
import { readJson } from "./json-file";
import type { ProcessIdentity } from "./processes";

/** `agent.json`: who the agent is, so that one that outlives its runner is found. */
export interface AgentRecord extends ProcessIdentity {
  /** Where it answers for its metrics, on 127.0.0.1. */
  readonly port: number;
}

export async function readAgentRecord(folder: RunnerFolder): Promise<AgentRecord | undefined> {
  const value = await readJson(folder.agentFile);
  if (typeof value !== "object" || value === null || !("pid" in value) || !("startedAt" in value) || !("port" in value)) return undefined;
  const { pid, startedAt, port } = value;
  return typeof pid === "number" && typeof startedAt === "string" && typeof port === "number" ? { pid, startedAt, port } : undefined;
}
