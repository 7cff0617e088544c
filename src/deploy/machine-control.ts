import type { Environment } from "../engine";
import type { YandexCloud } from "../yandex";
import { GoslingError } from "../vocabulary/error";
import { type CloudAccess, endMachines, findMachines } from "./cloud-machines";
import type { SessionOptions } from "./connect";
import type { MachineControl, MachineUnit } from "./engine-context";

export interface MachineControlOptions extends SessionOptions {
  /** `nest.name` */
  readonly nest: string;
  readonly env: Environment;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Default: the cloud that the environment leads to. */
  readonly yandex?: () => Promise<YandexCloud>;
}

/** Machines as GitLab and the clouds' own APIs know them. Nothing is loaded before it is asked. */
export function machineControl(options: MachineControlOptions): MachineControl {
  const { nest, env, pause } = options;
  const gitlab = () => import("./connect/index.js");
  const registrations = ({ unit, repositories, homes, place }: MachineUnit) => ({ nest, unit, repositories, homes, ...(place && { place }) });
  const asked = { ...options, pause };
  const access: CloudAccess = { nest, env, yandex: options.yandex ?? (async () => (await import("../yandex/index.js")).yandexCloud(env)) };
  return {
    async activity(unit, ids) {
      const found = await (await gitlab()).machineActivity(registrations(unit), ids, asked);
      return new Map([...found].flatMap(([id, activity]) => (activity === "unknown" ? [] : [[id, activity] as const])));
    },
    surelyIdle: async (unit, ids) => (await gitlab()).surelyIdleMachines(registrations(unit), ids, asked),
    pause: async (unit) => (await gitlab()).pauseRunners(registrations(unit), true, asked),
    resume: async (unit) => (await gitlab()).pauseRunners(registrations(unit), false, asked),
    find: (place, units) => findMachines(place, units, access),
    end: (place, instances) => endMachines(place, instances, access),
    async setPower(_, machines) {
      const yandex = await import("../yandex/index.js");
      const cloud = await access.yandex();
      try {
        const outcomes = await yandex.setPower(cloud, machines.map(({ runner, instance, power }) => ({ runner, instanceId: instance, power })), {});
        const failed = outcomes.filter(({ error }) => error !== undefined);
        if (failed.length > 0) {
          throw new GoslingError("POWER_FAILED", `Not every machine is on or off as it should be: ${failed.map(({ runner, error }) => `${runner} (${error?.message})`).join(", ")}`, { hint: "Run the same command again: it goes on where this one stopped." });
        }
        return outcomes.some(({ outcome }) => outcome !== "unchanged");
      } finally {
        cloud.close();
      }
    },
  };
}
