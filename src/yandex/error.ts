import { GoslingError } from "../vocabulary/error";

/** How a call can end: the codes of gRPC, by number. */
export const STATUSES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;
export type Status = (typeof STATUSES)[number];

/**
 * - `YANDEX_CREDENTIALS`: there are no credentials, or they are not taken;
 * - `YANDEX_DENIED`: they are taken, and may not do this;
 * - `YANDEX_MISSING`: what was asked for is not there;
 * - `YANDEX_THROTTLED`: too many requests, or a quota is used up;
 * - `YANDEX_UNREACHABLE`: no answer, or none in time;
 * - `YANDEX_REFUSED`: the cloud can't do this to what is there;
 * - `YANDEX_FAILED`: the cloud's own failure, or an answer that can't be read;
 * - `YANDEX_ENDPOINT`: an address that can't be used.
 */
export type YandexErrorCode = "YANDEX_CREDENTIALS" | "YANDEX_DENIED" | "YANDEX_MISSING" | "YANDEX_THROTTLED" | "YANDEX_UNREACHABLE" | "YANDEX_REFUSED" | "YANDEX_FAILED" | "YANDEX_ENDPOINT";

/** What went wrong with Yandex Cloud. Its message never holds what the server said: that may repeat a secret. */
export class YandexError extends GoslingError {
  declare readonly code: YandexErrorCode;
  /** How the call ended; absent where none was made. */
  readonly status?: Status;
  /** The server's own words. To be shown only where nothing secret was sent. */
  readonly details?: string;

  constructor(code: YandexErrorCode, message: string, options: { hint?: string; status?: Status; details?: string } = {}) {
    super(code, message, options);
    this.status = options.status;
    this.details = options.details;
  }
}

type Reason = readonly [code: YandexErrorCode, why: string, hint?: string];

const LATER = "Try again in a moment.";
const AGAIN = "Try again; if it stays, look at the state of the service.";
const REASONS: Partial<Record<Status, Reason>> = {
  UNAUTHENTICATED: ["YANDEX_CREDENTIALS", "does not take the credentials", "An IAM token ends after 12 hours at most, and a deleted key is of no use: get new ones."],
  PERMISSION_DENIED: ["YANDEX_DENIED", "does not allow it", "Give the service account the role that it needs."],
  NOT_FOUND: ["YANDEX_MISSING", "does not know it"],
  RESOURCE_EXHAUSTED: ["YANDEX_THROTTLED", "has too many requests, or a quota is used up", LATER],
  UNAVAILABLE: ["YANDEX_UNREACHABLE", "can't be reached", "Check the network and YC_ENDPOINT."],
  DEADLINE_EXCEEDED: ["YANDEX_UNREACHABLE", "does not answer in time", LATER],
  CANCELLED: ["YANDEX_UNREACHABLE", "ended the call", LATER],
  INVALID_ARGUMENT: ["YANDEX_REFUSED", "does not take the request"],
  FAILED_PRECONDITION: ["YANDEX_REFUSED", "can't do it in the state that it is in"],
  ALREADY_EXISTS: ["YANDEX_REFUSED", "has it already"],
  ABORTED: ["YANDEX_REFUSED", "gave it up for another request", LATER],
};

/**
 * The error of a call that ended with `status`.
 * @param call Service and method, such as `compute.v1.InstanceService/Start`.
 */
export function callError(call: string, status: Status, details?: string): YandexError {
  const [code, why, hint] = REASONS[status] ?? ["YANDEX_FAILED", "failed", AGAIN];
  return new YandexError(code, `Yandex Cloud ${why} (${call}: ${status})`, { status, ...(hint && { hint }), ...(details && { details }) });
}

/** The name of a code of gRPC. */
export function statusOf(code: number | undefined): Status {
  return STATUSES[code ?? 2] ?? "UNKNOWN";
}

export function isYandexError(error: unknown): error is YandexError {
  return error instanceof YandexError;
}
