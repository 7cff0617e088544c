import { isYandexError, YandexError } from "./error";
import { CONCURRENCY, definitions, readStatus } from "./machines";
import { finished } from "./operation";
import { inParallel } from "./parallel";
import { type MachineStatus, type Power, powerAction, type WantedPower } from "./power-steps";
import type { YandexCloud } from "./yandex-cloud";

export interface SetPowerOptions {
  /** For all machines together; 10 minutes by default. */
  readonly limitMs?: number;
  /** Between two looks at a machine or an operation; 2 seconds by default. */
  readonly pauseMs?: number;
  /** Ends the waiting: what was begun goes on in the cloud. */
  readonly signal?: AbortSignal;
}

/** What became of a machine. */
export interface PowerOutcome extends WantedPower {
  /** As it was last seen. */
  readonly status: MachineStatus;
  /** `unchanged`: it was as it is to be. */
  readonly outcome: "unchanged" | "started" | "stopped" | "failed";
  /** Why it failed, with a way out. */
  readonly error?: YandexError;
}

const LIMIT_MS = 10 * 60_000;
const PAUSE_MS = 2_000;
/** A machine that stops by itself so often after it was started is not tried any longer. */
const MOST_CHANGES = 3;

/**
 * Makes every machine run or stop, and waits until it does. Machines that are as they are to be are left alone, so it
 * can be done again at any time; those between two states are waited for. A machine that fails stops no other.
 * @throws the signal's reason, and nothing else: what goes wrong stands in the outcomes, in the order of `machines`.
 */
export async function setPower(cloud: YandexCloud, machines: readonly WantedPower[], { limitMs = LIMIT_MS, pauseMs = PAUSE_MS, signal }: SetPowerOptions = {}): Promise<readonly PowerOutcome[]> {
  const deadline = cloud.edges.now() + limitMs;
  return inParallel(machines, CONCURRENCY, (machine) => setOne(cloud, machine, { deadline, pauseMs, signal }));
}

interface Waiting {
  readonly deadline: number;
  readonly pauseMs: number;
  readonly signal: AbortSignal | undefined;
}

async function setOne(cloud: YandexCloud, machine: WantedPower, waiting: Waiting): Promise<PowerOutcome> {
  const { deadline, pauseMs, signal } = waiting;
  let status: MachineStatus = "unknown";
  let changes = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      status = await readStatus(cloud, machine.instanceId, signal);
      const action = powerAction(machine.power, status);
      if (action === "none") return { ...machine, status, outcome: changes === 0 ? "unchanged" : machine.power === "on" ? "started" : "stopped" };
      if (action === "report") throw notPossible(machine, status);
      if (action !== "wait") {
        if (changes === MOST_CHANGES) throw new YandexError("YANDEX_REFUSED", `The machine ${machine.instanceId} of ${machine.runner} does not stay ${machine.power}`, { hint: "Look at its log and its operations in Compute: something else starts or stops it." });
        changes++;
        await change(cloud, machine, waiting);
        continue;
      }
      if (cloud.edges.now() + pauseMs > deadline) throw new YandexError("YANDEX_UNREACHABLE", `The machine ${machine.instanceId} of ${machine.runner} is still ${status} when time is up`, { hint: "It may still get there: look at it in Compute, or deploy again later." });
      await cloud.edges.pause(pauseMs, signal);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!isYandexError(error)) throw error;
    return { ...machine, status, outcome: "failed", error: named(machine, error) };
  }
}

/** Starts or stops it. Where somebody else has just done so there is nothing to do but to look again. */
async function change(cloud: YandexCloud, { instanceId, power }: WantedPower, { deadline, pauseMs, signal }: Waiting): Promise<void> {
  const { InstanceServiceService, StartInstanceRequest, StopInstanceRequest } = await definitions();
  const options = { changes: true, signal };
  try {
    const operation =
      power === "on"
        ? await cloud.call("compute", InstanceServiceService.start, StartInstanceRequest.fromPartial({ instanceId }), options)
        : await cloud.call("compute", InstanceServiceService.stop, StopInstanceRequest.fromPartial({ instanceId }), options);
    await finished(cloud, operation, { call: `compute.v1.InstanceService/${power === "on" ? "Start" : "Stop"}`, deadline, pauseMs, signal });
  } catch (error) {
    if (!isYandexError(error) || !(error.status === "FAILED_PRECONDITION" || error.status === "ABORTED" || error.status === "NOT_FOUND")) throw error;
    await cloud.edges.pause(pauseMs, signal);
  }
}

const GONE: ReadonlySet<MachineStatus> = new Set(["gone", "deleting"]);

function notPossible({ instanceId, runner, power }: WantedPower, status: MachineStatus): YandexError {
  if (GONE.has(status)) return new YandexError("YANDEX_MISSING", `The machine ${instanceId} of ${runner} is ${status === "gone" ? "gone" : "being deleted"}`, { hint: "Deploy with --refresh: the engine makes it again, or forgets it." });
  const wish = power === "on" ? "be started" : "be stopped";
  return new YandexError("YANDEX_FAILED", `The machine ${instanceId} of ${runner} is in the state ${status.toUpperCase()} and can't ${wish}`, {
    hint: status === "crashed" ? "Compute restarts it by itself: look again in a minute, or remove the machine." : "Look at its log and its operations in Compute; remove the machine where nothing helps, and deploy again.",
  });
}

/** Names the machine where the error is one of a call. To start and stop nothing secret is sent, so the server may speak. */
function named({ instanceId, runner }: { readonly instanceId: string; readonly runner: string; readonly power: Power }, error: YandexError): YandexError {
  if (error.message.includes(instanceId)) return error;
  const said = error.details === undefined || error.code === "YANDEX_CREDENTIALS" ? "" : `: ${error.details.replace(/[\s\p{C}]+/gu, " ").trim().slice(0, 300)}`;
  const hint = error.status === "PERMISSION_DENIED" ? "Give the service account the role compute.operator in the folder." : error.status === "RESOURCE_EXHAUSTED" ? "Ask for a higher quota, or wait until the zone has room again." : error.hint;
  return new YandexError(error.code, `The machine ${instanceId} of ${runner}: ${error.message}${said}`, { ...(error.status && { status: error.status }), ...(hint !== undefined && { hint }) });
}
