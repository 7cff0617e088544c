/**
 * The typed classes of the providers' resources and data sources that Gosling uses, for resources of
 * your own beside the constructs: `new bindings.aws.SqsQueue(…)`, `bindings.aws.SqsQueueConfig`.
 *
 * Each is loaded when it is first asked for.
 */
export * as bindings from "./providers";
