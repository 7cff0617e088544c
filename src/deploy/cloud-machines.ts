import type { Environment } from "../engine";
import type { YandexCloud } from "../yandex";
import type { CloudMachine, MachinePlace } from "./engine-context";

export interface CloudAccess {
  /** `nest.name` */
  readonly nest: string;
  readonly env: Environment;
  readonly yandex: () => Promise<YandexCloud>;
}

/**
 * A Nest's machines in a region or folder that were made under one of these units' names, with all that tells what they
 * are; one that somebody took a mark from is nobody's.
 */
export async function findMachines({ cloud, location }: MachinePlace, units: readonly string[], access: CloudAccess): Promise<readonly CloudMachine[]> {
  const { MACHINE_MARKS, unitMark } = await import("../synth/machine-marks.js");
  const marks = MACHINE_MARKS[cloud];
  const homes = new Map(units.map((unit) => [unitMark(cloud, unit), unit]));
  const found = cloud === "aws" ? await onAws(location, access.env, { [marks.nest]: [access.nest], [marks.unit]: [...homes.keys()] }) : await onYandex(location, access, { [marks.nest]: access.nest });
  return found.flatMap(({ instance, power, marks: told }): CloudMachine[] => {
    const home = homes.get(told[marks.unit] ?? "");
    const [runner, revision] = [told[marks.runner], told[marks.revision]];
    return home === undefined || runner === undefined || revision === undefined ? [] : [{ instance, runner, home, revision, power }];
  });
}

/** Ends machines for good; on Yandex Cloud it waits until they are gone, so that their names are free. */
export async function endMachines({ cloud, location }: MachinePlace, instances: readonly string[], access: CloudAccess): Promise<void> {
  if (cloud === "aws") return (await import("../aws/index.js")).endMachines({ region: location, env: access.env }, instances);
  const { deleteMachines } = await import("../yandex/index.js");
  const open = await access.yandex();
  try {
    await deleteMachines(open, instances);
  } finally {
    open.close();
  }
}

interface Marked extends Pick<CloudMachine, "instance" | "power"> {
  readonly marks: Readonly<Record<string, string>>;
}

async function onAws(region: string, env: Environment, tags: Readonly<Record<string, readonly string[]>>): Promise<readonly Marked[]> {
  const { listMachines } = await import("../aws/index.js");
  return (await listMachines({ region, env }, tags)).map(({ instanceId, state, tags: marks }) => ({ instance: instanceId, power: state === "pending" || state === "running" ? "on" : "off", marks }));
}

async function onYandex(folderId: string, access: CloudAccess, labels: Readonly<Record<string, string>>): Promise<readonly Marked[]> {
  const { listMachines } = await import("../yandex/index.js");
  const open = await access.yandex();
  try {
    const machines = (await listMachines(open, folderId, labels)).filter(({ status }) => status !== "deleting");
    return machines.map(({ instanceId, status, labels: marks }) => ({ instance: instanceId, power: status === "stopped" || status === "stopping" ? "off" : "on", marks }));
  } finally {
    open.close();
  }
}
