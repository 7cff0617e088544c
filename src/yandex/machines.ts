import type { Instance, Instance_Status } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/compute/v1/instance.js";
import { inParallel } from "./parallel";
import { isYandexError } from "./error";
import { finished } from "./operation";
import type { MachineStatus } from "./power-steps";
import type { YandexCloud } from "./yandex-cloud";

/** A machine of a folder. */
export interface Machine {
  readonly instanceId: string;
  readonly name: string;
  readonly status: MachineStatus;
  /** Those that the constructs set: `gosling-nest`, `gosling-egg`, `gosling-runner` … */
  readonly labels: Readonly<Record<string, string>>;
}

/** Numbers of `Instance.Status`. */
const STATUSES: readonly MachineStatus[] = ["unknown", "provisioning", "running", "stopping", "stopped", "starting", "restarting", "updating", "error", "crashed", "deleting"];

const PAGE_SIZE = 1_000;
/** For all deletions together, and between two looks at one. */
const DELETE_LIMIT_MS = 10 * 60_000;
const DELETE_PAUSE_MS = 2_000;
/** Calls at once. */
export const CONCURRENCY = 8;

/**
 * The machines of a folder that have all these labels.
 * @throws YandexError
 */
export async function listMachines(cloud: YandexCloud, folderId: string, labels: Readonly<Record<string, string>>): Promise<readonly Machine[]> {
  const { InstanceServiceService, ListInstancesRequest } = await definitions();
  const machines: Machine[] = [];
  for (let pageToken = ""; ; ) {
    const page = await cloud.call("compute", InstanceServiceService.list, ListInstancesRequest.fromPartial({ folderId, pageSize: PAGE_SIZE, pageToken }));
    machines.push(...page.instances.filter((instance) => Object.entries(labels).every(([name, value]) => instance.labels[name] === value)).map(machineOf));
    pageToken = page.nextPageToken;
    if (pageToken === "") return machines;
  }
}

/**
 * How these machines are, by instance id; `gone` where there is none.
 * @throws YandexError
 */
export async function readPower(cloud: YandexCloud, instanceIds: Iterable<string>): Promise<ReadonlyMap<string, MachineStatus>> {
  const ids = [...new Set(instanceIds)];
  return new Map(await inParallel(ids, CONCURRENCY, async (id) => [id, await readStatus(cloud, id)] as const));
}

/**
 * Deletes machines for good and waits until they are gone; one that is gone already is no error.
 * @throws YandexError
 */
export async function deleteMachines(cloud: YandexCloud, instanceIds: readonly string[], { limitMs = DELETE_LIMIT_MS, pauseMs = DELETE_PAUSE_MS, signal }: { readonly limitMs?: number; readonly pauseMs?: number; readonly signal?: AbortSignal } = {}): Promise<void> {
  const { DeleteInstanceRequest, InstanceServiceService } = await definitions();
  const deadline = cloud.edges.now() + limitMs;
  await inParallel(instanceIds, CONCURRENCY, async (instanceId) => {
    try {
      const operation = await cloud.call("compute", InstanceServiceService.delete, DeleteInstanceRequest.fromPartial({ instanceId }), { changes: true, signal });
      await finished(cloud, operation, { call: "compute.v1.InstanceService/Delete", deadline, pauseMs, signal });
    } catch (error) {
      if (!isYandexError(error) || error.status !== "NOT_FOUND") throw error;
    }
  });
}

/** @throws YandexError */
export async function readStatus(cloud: YandexCloud, instanceId: string, signal?: AbortSignal): Promise<MachineStatus> {
  const { GetInstanceRequest, InstanceServiceService } = await definitions();
  try {
    return statusOf((await cloud.call("compute", InstanceServiceService.get, GetInstanceRequest.fromPartial({ instanceId }), { signal })).status);
  } catch (error) {
    if (isYandexError(error) && error.status === "NOT_FOUND") return "gone";
    throw error;
  }
}

export function definitions(): Promise<typeof import("@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/compute/v1/instance_service.js")> {
  return import("@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/compute/v1/instance_service.js");
}

function machineOf({ id, name, status, labels }: Instance): Machine {
  return { instanceId: id, name, status: statusOf(status), labels };
}

function statusOf(status: Instance_Status): MachineStatus {
  return STATUSES[status] ?? "unknown";
}
