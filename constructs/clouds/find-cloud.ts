import type { Cloud } from "./cloud";

/* eslint-disable @typescript-eslint/no-require-imports -- a cloud loads when something is made in it: together they take as long as the engine library */
const CLOUDS: Readonly<Record<Cloud["name"], () => Cloud>> = {
  local: () => (require("./local/local-cloud") as typeof import("./local/local-cloud")).localCloud,
  aws: () => (require("./aws/aws-cloud") as typeof import("./aws/aws-cloud")).awsCloud,
  yandex: () => (require("./yandex/yandex-cloud") as typeof import("./yandex/yandex-cloud")).yandexCloud,
};
/* eslint-enable @typescript-eslint/no-require-imports */

export function findCloud(name: Cloud["name"]): Cloud {
  return CLOUDS[name]();
}
