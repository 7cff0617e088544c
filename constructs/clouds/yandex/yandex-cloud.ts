import { YandexProvider } from "../../bindings/yandex/provider";
import { plainText } from "../../template";
import type { Cloud, UnitSpecification } from "../cloud";
import { makeContainers } from "./containers";
import { makeMachines } from "./machines";
import { folderOf, regionOf } from "./unit";

/** Releases of the provider that have all that the stacks ask for. */
const PROVIDER_VERSION = "~> 0.220";

/** Yandex Cloud: machines of Compute Cloud; serverless containers, one for each message of a queue. */
export const yandexCloud: Cloud = {
  name: "yandex",
  makeMachines,
  makeServerless: makeContainers,
  provider: {
    name: "yandex",
    make: (scope, unit) => void new YandexProvider(scope, "yandex", { folderId: folderOf(unit), regionId: plainText(regionOf(unit)), zone: plainText(firstZone(unit)), version: PROVIDER_VERSION }),
    line: (unit) => `new YandexProvider(this, "yandex", { folderId: "${folderOf(unit)}", zone: "${firstZone(unit)}" });`,
  },
};

/** The zone of what names none; Gosling's own resources do. */
function firstZone(unit: Pick<UnitSpecification, "cloud">): string {
  return unit.cloud.zones?.[0] ?? `${regionOf(unit)}-a`;
}
