// The names are used in types only: nothing is loaded here.
import * as awsClasses from "./aws";
import * as yandexClasses from "./yandex";

/**
 * The typed classes of the providers' resources and data sources that Gosling uses, for resources of
 * your own beside the constructs: `new bindings.aws.SqsQueue(…)`, `bindings.aws.SqsQueueConfig`.
 *
 * They are loaded when they are first asked for.
 */
// eslint-disable-next-line @typescript-eslint/no-namespace -- a namespace is the only thing that holds types and values and can be filled late
export declare namespace bindings {
  export import aws = awsClasses;
  export import yandex = yandexClasses;
}

/* eslint-disable @typescript-eslint/no-require-imports -- an import would load all classes at once */
Object.defineProperty(exports, "bindings", {
  enumerable: true,
  value: Object.defineProperties(
    {},
    {
      aws: { enumerable: true, get: () => require("./aws") as typeof awsClasses },
      yandex: { enumerable: true, get: () => require("./yandex") as typeof yandexClasses },
    },
  ),
});
