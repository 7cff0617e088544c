import type { RunnerRecord } from "../runner/records";
import type { UnitKind, UnitRecords } from "../store/deployment";
import { observeCloudUnit, observeUnit, findOrphans, type FoundRunner } from "./observe";

/** What `gosling status` tells of one Egg, bucket or Job. */
export interface UnitStatus {
  readonly unit: string;
  readonly kind: UnitKind;
  readonly cloud: string;
  readonly type: "vm" | "serverless";
  /** `interrupted`: a deployment was begun and did not end. `removed`: the Nest no longer has it. */
  readonly deployment: "deployed" | "not deployed" | "interrupted" | "removed";
  readonly runners: readonly RunnerStatus[];
  /** What it waits for, or what to do, one sentence each. */
  readonly notes: readonly string[];
}

export interface RunnerStatus {
  readonly id: string;
  readonly pool: "apex" | "nadir";
  /**
   * As a local runner says itself, or `dead` (its process is gone and should be there), `drained` (it has
   * ended as it was asked to), `asleep` (in Nadir), `lost` (its folder is gone). A machine of a cloud is `on` or `asleep`.
   */
  readonly state: "starting" | "waiting" | "idle" | "busy" | "draining" | "failed" | "stopped" | "dead" | "drained" | "asleep" | "lost" | "on";
  /** `old`: made with a configuration from before the last deployment. */
  readonly configuration: "current" | "old";
  readonly revision: string;
  readonly pid?: number;
  /** ISO 8601: since when it is in that state. */
  readonly since?: string;
  /** What is missing, or why it failed. */
  readonly details: readonly string[];
  readonly log?: string;
}

/** A unit as the Nest has it. */
export interface NamedUnit {
  readonly unit: string;
  readonly kind: UnitStatus["kind"];
  readonly cloud: string;
  readonly type: "vm" | "serverless";
}

/** Puts together what status shows. Pure: reads no file and asks no engine. */
export function describeStatus(units: readonly NamedUnit[], records: ReadonlyMap<string, UnitRecords>, machine: readonly RunnerRecord[]): readonly UnitStatus[] {
  const wanted = new Map(units.map((unit) => [unit.unit, unit]));
  const names = [...new Set([...wanted.keys(), ...records.keys()])].sort();
  const found = new Map(names.map((unit) => [unit, observe(records.get(unit) ?? { unit }, machine)]));
  const strays = findOrphans(machine, [...found.values()]);
  return names.map((unit) => {
    const inNest = wanted.get(unit);
    const { applied, pending } = records.get(unit) ?? { unit };
    const last = applied ?? pending;
    const local = (last?.cloud ?? "local") === "local";
    const runners = (found.get(unit)?.runners ?? []).map((runner) => (local ? runnerStatus(runner, last?.revision) : machineStatus(runner, last?.revision)));
    const own = strays.filter((record) => record.egg === unit).map((record) => strayStatus(record, last?.revision));
    const all = [...runners, ...own].sort((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1));
    const deployment = pending ? "interrupted" : !last ? "not deployed" : inNest ? "deployed" : "removed";
    const type = inNest?.type ?? last?.runnerType ?? "vm";
    return {
      unit,
      kind: inNest?.kind ?? last?.kind ?? "egg",
      cloud: inNest?.cloud ?? last?.cloud ?? "local",
      type,
      deployment,
      runners: all,
      notes: notesOf(deployment, type, inNest?.cloud ?? last?.cloud ?? "local", all),
    };
  });
}

/** Without the engine: what the last good deployment left is what is taken to be there. */
function observe(records: UnitRecords, machine: readonly RunnerRecord[]): ReturnType<typeof observeUnit> {
  const { unit, applied, pending } = records;
  return (applied ?? pending)?.cloud === "local" ? observeUnit(unit, records, undefined, machine) : observeCloudUnit(unit, records, undefined);
}

function runnerStatus(runner: FoundRunner, current: string | undefined): RunnerStatus {
  const { record } = runner;
  const pool = runner.power === "on" ? ("apex" as const) : ("nadir" as const);
  return {
    id: runner.id,
    pool,
    state: stateOf(runner),
    configuration: runner.revision === current ? "current" : "old",
    revision: runner.revision,
    ...(record && recordDetails(record)),
    details: detailsOf(record),
  };
}

function machineStatus({ id, power, revision }: FoundRunner, current: string | undefined): RunnerStatus {
  const on = power === "on";
  return { id, pool: on ? "apex" : "nadir", state: on ? "on" : "asleep", configuration: revision === current ? "current" : "old", revision, details: [] };
}

/** A runner that the last record does not name: an interrupted deployment made it. */
function strayStatus(record: RunnerRecord, current: string | undefined): RunnerStatus {
  const state = record.process === "alive" ? (record.heartbeat?.state ?? "starting") : record.process === "dead" ? "dead" : "asleep";
  return {
    id: record.id,
    pool: record.process === "alive" ? "apex" : "nadir",
    state,
    configuration: record.revision === current ? "current" : "old",
    revision: record.revision ?? "",
    ...recordDetails(record),
    details: detailsOf(record),
  };
}

function stateOf({ power, record, dead, activity }: FoundRunner): RunnerStatus["state"] {
  if (!record?.configuration) return "lost";
  if (dead) return "dead";
  if (record.process === "alive") return record.draining ? "draining" : (record.heartbeat?.state ?? "starting");
  if (activity === "busy") return "draining";
  if (record.draining) return "drained";
  return power === "off" ? "asleep" : "dead";
}

function recordDetails(record: RunnerRecord): Pick<RunnerStatus, "pid" | "since" | "log"> {
  const { pid, heartbeat, log } = record;
  return { ...(pid !== undefined && { pid }), ...(heartbeat && { since: heartbeat.since }), log };
}

function detailsOf(record: RunnerRecord | undefined): readonly string[] {
  if (record?.orphan) return [`its agent (process ${record.orphan.pid}) lives on and may run a job`];
  if (record?.process !== "alive" || !record.heartbeat) return [];
  const { missing, reason } = record.heartbeat;
  return [...missing, ...(reason === undefined ? [] : [reason])];
}

function notesOf(deployment: UnitStatus["deployment"], type: "vm" | "serverless", cloud: string, runners: readonly RunnerStatus[]): readonly string[] {
  const notes: string[] = [];
  if (deployment === "not deployed") notes.push("not deployed yet: gosling deploy");
  if (deployment === "interrupted") notes.push("a deployment was interrupted: gosling deploy goes on with it");
  if (deployment === "removed") notes.push("no longer in the Nest: the next gosling deploy removes it");
  if (type === "serverless" && cloud === "local" && (deployment === "deployed" || deployment === "interrupted")) {
    notes.push("waits for jobs: a service starts one runner for each, and none is part of this version");
  }
  if (runners.some((runner) => runner.state === "dead" || runner.state === "lost")) notes.push("gosling deploy starts dead runners again");
  return notes;
}
