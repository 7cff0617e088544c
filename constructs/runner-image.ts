/**
 * The runner's container image, and what it asks of whoever starts it. Its entry point is `gosling`.
 *
 * - On a machine it is started with `runner run --nest FOLDER --egg EGG --id ID`: FOLDER is
 *   {@link RUNNER_FOLDER}, on a disk that outlives the container.
 * - A serverless runner is started without arguments. It takes one job and ends.
 * - The environment variable {@link CONFIGURATION_VARIABLE} holds a `RunnerConfiguration` as JSON;
 *   {@link START_VARIABLE}, for a serverless runner, the message that it was started by; on Lambda the
 *   message is the event that the function is called with.
 *
 * One tag for each format of `RunnerConfiguration`: a new version of Gosling that speaks the same format
 * changes no stack.
 */
export const DEFAULT_RUNNER_IMAGE = "gosling/runner:1";

/** Where a machine keeps what its runner must find again after a restart. */
export const RUNNER_FOLDER = "/var/lib/gosling";

/** Environment variable with what the runner is told. */
export const CONFIGURATION_VARIABLE = "GOSLING_RUNNER_CONFIGURATION";

/** Environment variable with the queue message that started a serverless runner. */
export const START_VARIABLE = "GOSLING_RUNNER_START";

/** Seconds between the request to end and the kill, for a container. */
export const STOP_SECONDS = 30;
