import { GoslingError } from "../../src/vocabulary/error";
import { type Cloud, SUPPORTED_CLOUDS } from "./cloud";
import { awsCloud } from "./aws/aws-cloud";
import { localCloud } from "./local/local-cloud";
import { yandexCloud } from "./yandex/yandex-cloud";

const CLOUDS: readonly Cloud[] = [localCloud, awsCloud, yandexCloud];

/** @throws GoslingError `CLOUD_NOT_SUPPORTED` where this version can't make runners there. */
export function findCloud(name: Cloud["name"]): Cloud {
  const cloud = CLOUDS.find((candidate) => candidate.name === name);
  if (!cloud) throw new GoslingError("CLOUD_NOT_SUPPORTED", `This version makes no runners on ${name} yet`, { hint: `It makes them on: ${SUPPORTED_CLOUDS.join(", ")}.` });
  return cloud;
}
