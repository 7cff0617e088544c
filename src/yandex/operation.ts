import type { Operation } from "@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/operation/operation.js";
import { callError, statusOf, YandexError } from "./error";
import type { YandexCloud } from "./yandex-cloud";

export interface Waiting {
  /** What the operation does, for messages: `compute.v1.InstanceService/Start`. */
  readonly call: string;
  /** In the clock of the cloud's edges. */
  readonly deadline: number;
  /** Between two looks. */
  readonly pauseMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits until the operation is done.
 * @throws YandexError the operation's own error, or `YANDEX_UNREACHABLE` where it isn't done in time.
 */
export async function finished(cloud: YandexCloud, operation: Operation, { call, deadline, pauseMs, signal }: Waiting): Promise<void> {
  const { GetOperationRequest, OperationServiceService } = await import("@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/operation/operation_service.js");
  let now = operation;
  while (!now.done) {
    if (cloud.edges.now() + pauseMs > deadline) throw new YandexError("YANDEX_UNREACHABLE", `Yandex Cloud has not finished in time (${call})`, { hint: "It may still finish: look at the resource, or try again later.", status: "DEADLINE_EXCEEDED" });
    await cloud.edges.pause(pauseMs, signal);
    now = await cloud.call("operation", OperationServiceService.get, GetOperationRequest.fromPartial({ operationId: operation.id }), { signal });
  }
  if (now.error) throw callError(call, statusOf(now.error.code), now.error.message);
}
