import { awsCloud } from "./aws/aws-cloud";
import type { Cloud } from "./cloud";
import { localCloud } from "./local/local-cloud";
import { yandexCloud } from "./yandex/yandex-cloud";

const CLOUDS: Readonly<Record<Cloud["name"], Cloud>> = { local: localCloud, aws: awsCloud, yandex: yandexCloud };

export function findCloud(name: Cloud["name"]): Cloud {
  return CLOUDS[name];
}
