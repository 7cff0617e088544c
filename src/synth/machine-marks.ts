import { labelValue } from "../../constructs/clouds/yandex/labels";

/** How a machine tells on its cloud whose it is (`constructs/clouds/CLOUD/machines.ts`): names of tags on AWS, of labels on Yandex Cloud. */
export const MACHINE_MARKS = {
  aws: { nest: "gosling:nest", unit: "gosling:egg", runner: "gosling:runner", revision: "gosling:config" },
  yandex: { nest: "gosling-nest", unit: "gosling-egg", runner: "gosling-runner", revision: "gosling-config" },
} as const;

/** A unit's name as the value of such a mark. */
export function unitMark(cloud: "aws" | "yandex", unit: string): string {
  return cloud === "yandex" ? labelValue(unit) : unit;
}
