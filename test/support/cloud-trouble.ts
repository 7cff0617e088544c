import type { Fault, InjectedFault, World } from "../../src/rehearsal";
import type { CloudNest } from "./cloud-nest";
import { localSite } from "./deployed";

/** What goes wrong in a cloud, where something of a type is made or removed. */
export interface Trouble {
  readonly what: "nothing is made" | "an orphan" | "half made" | "hangs" | "throttled" | "the provider dies" | "the provider dies afterwards" | "nothing is removed";
  readonly type: string;
}

/** Lets the next creation, or removal, of a type go wrong. */
export function inject({ what, type }: Trouble, world: World): InjectedFault {
  const strike = (fault: object) => world.inject({ operation: "create", type, ...fault } as Fault);
  switch (what) {
    case "nothing is made":
      return strike({ kind: "fail", message: "the cloud has failed" });
    case "an orphan":
      return strike({ kind: "fail", message: "the answer was lost", leaves: "orphan" });
    case "half made":
      return strike({ kind: "fail", message: "it did not start", leaves: "object" });
    case "hangs":
      return strike({ kind: "hang" });
    case "throttled":
      return strike({ kind: "throttle", times: 3 });
    case "the provider dies":
      return strike({ kind: "crash", done: false });
    case "the provider dies afterwards":
      return strike({ kind: "crash", done: true });
    case "nothing is removed":
      return strike({ operation: "delete", kind: "fail", message: "the cloud has failed" });
  }
}

/** `web/RUNNER on` for each machine of the world. */
export function machinesIn(world: World): readonly string[] {
  const aws = world.objects("aws_instance").map(({ attributes }) => {
    const tags = attributes["tags"] as Readonly<Record<string, string>>;
    return `${tags["gosling:egg"]}/${tags["gosling:runner"]} ${attributes["instance_state"] === "running" ? "on" : "off"}`;
  });
  const yandex = world.objects("yandex_compute_instance").map(({ attributes }) => {
    const labels = attributes["labels"] as Readonly<Record<string, string>>;
    return `${labels["gosling-egg"]}/${labels["gosling-runner"]} ${attributes["status"] === "running" ? "on" : "off"}`;
  });
  return [...aws, ...yandex].sort();
}

/** The same, as they are recorded. */
export async function recordedMachines({ root }: CloudNest): Promise<readonly string[]> {
  const { store } = localSite(root, { readOnly: true });
  try {
    return [...(await store.current()).values()].flatMap(({ unit, applied }) => Object.entries(applied?.runners ?? {}).map(([id, { power }]) => `${unit}/${id} ${power}`)).sort();
  } finally {
    await store.close();
  }
}
