import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EggRunnerProps } from "../../../../constructs";
import { openStack, type Stack } from "../../../../src/engine";
import { startProvider, type RehearsalProvider } from "../../../../src/rehearsal";
import { describeWithOneEngine } from "../../../support/engines";
import { folderWith } from "../../../support/folder";
import { machines, textOf } from "./yandex-egg";

type Entry = { readonly power: "on" | "off"; readonly revision: string; readonly shard: number; readonly place: string };
const entry = (changes: Partial<Entry> = {}): Entry => ({ power: "on", revision: "r1", shard: 1, place: "0", ...changes });
const numbered = (count: number, of: (index: number) => Partial<Entry> = () => ({})): Readonly<Record<string, Entry>> => Object.fromEntries(Array.from({ length: count }, (_, index) => [`r1-${index + 1}`, entry(of(index))]));

describeWithOneEngine("machines of Yandex Cloud, rehearsed", (engine) => {
  let provider: RehearsalProvider;
  const home = folderWith({});

  beforeEach(async () => {
    provider = await startProvider();
  });
  afterEach(() => provider.stop());

  /** The Egg's stack, applied with the state in its own folder. */
  const stackOn = (egg: EggRunnerProps): Stack & { configure(changed: EggRunnerProps): void } => {
    const folder = folderWith({});
    const configure = (changed: EggRunnerProps): void => writeFileSync(join(folder, "cdk.tf.json"), textOf(changed).replace(/"path": "[^"]*"/, '"path": "stack.tfstate"'));
    configure(egg);
    const stack = openStack({ engine: { ...engine, origin: "path" }, folder, env: { PATH: process.env["PATH"], HOME: home }, extra: provider.environment });
    return { ...stack, configure };
  };
  const machinesThere = () => provider.world.objects("yandex_compute_instance");
  const names = (): readonly string[] => machinesThere().map(({ attributes }) => String(attributes["name"])).sort();
  const changesOf = async (stack: Stack, runners: unknown): Promise<readonly string[]> => (await stack.plan({ variables: { runners } })).changes.map(({ action, resource }) => `${action} ${resource.address}`);

  test("a changed Egg touches no machine that is there; a new one is as the Egg says now", async () => {
    const stack = stackOn(machines);
    await stack.apply({ variables: { runners: { "r1-1": entry() } } });
    const [before] = machinesThere();
    stack.configure({
      ...machines,
      cloud: { ...machines.cloud, tags: { team: "web" }, preemptible: true, network: { assignPublicIp: true } },
      resources: { cpu: 8, memory: "32GiB", disk: 100, machineImage: "fd8other", instanceTypes: ["standard-v2"] },
      runner: { ...machines.runner, tags: ["other"], startupScript: "echo changed" },
    });
    const planned = await changesOf(stack, { "r1-1": entry(), "r2-1": entry({ revision: "r2" }) });
    expect(planned.filter((change) => change.includes("yandex_compute_instance"))).toEqual(['create yandex_compute_instance.runner["r2-1"]']);
    await stack.apply({ variables: { runners: { "r1-1": entry(), "r2-1": entry({ revision: "r2" }) } } });
    const made = machinesThere().find(({ id }) => id !== before?.id);
    expect(machinesThere().find(({ id }) => id === before?.id)).toEqual(before);
    expect(made?.attributes).toMatchObject({ platform_id: "standard-v2", scheduling_policy: [{ preemptible: true }], labels: { team: "web", "gosling-runner": "r2-1" } });
    expect(JSON.stringify(made?.attributes["metadata"])).toContain("echo changed");
  });

  test("a renamed Egg keeps its machines, their account and their name", async () => {
    const stack = stackOn(machines);
    const runners = { "r1-1": entry() };
    await stack.apply({ variables: { runners } });
    const before = machinesThere();
    stack.configure({ ...machines, name: "other-name", renamedFrom: "my-app" });
    expect((await changesOf(stack, runners)).filter((change) => !change.startsWith("create yandex_lockbox") && /create|delete|replace/.test(change))).toEqual([]);
    await stack.apply({ variables: { runners } });
    expect(machinesThere()).toEqual(before);
    expect((await stack.outputs())["machines"]?.value).toMatchObject({ "r1-1": { egg: "my-app" } });
  });

  test("a sleeping runner's machine stays; who is to be on and off is told for the compute API", async () => {
    const stack = stackOn({ ...machines, pool: { apex: { maxCount: 3 }, nadir: { maxCount: 1 } } });
    await stack.apply({ variables: { runners: numbered(3) } });
    const ids = Object.fromEntries(machinesThere().map(({ id, attributes }) => [(attributes["labels"] as Record<string, string>)["gosling-runner"], id]));
    expect(await changesOf(stack, numbered(3, (index) => ({ power: index === 2 ? "off" : "on" })))).toEqual([]);
    await stack.apply({ variables: { runners: numbered(3, (index) => ({ power: index === 2 ? "off" : "on" })) } });
    expect(names()).toHaveLength(3);
    expect((await stack.outputs())["power"]?.value).toEqual({
      "r1-1": { instance: ids["r1-1"], power: "on" },
      "r1-2": { instance: ids["r1-2"], power: "on" },
      "r1-3": { instance: ids["r1-3"], power: "off" },
    });
  });

  test("a runner stands in the place of its number; after the last one comes the first again", async () => {
    const stack = stackOn({ ...machines, resources: { ...machines.resources, instanceTypes: ["standard-v3", "amd-v1"] }, cloud: { ...machines.cloud, network: { subnetIds: ["e9b1"] } } });
    await stack.apply({ variables: { runners: numbered(3, (index) => ({ place: String(index) })) } });
    const platforms = Object.fromEntries(machinesThere().map(({ attributes }) => [(attributes["labels"] as Record<string, string>)["gosling-runner"], attributes["platform_id"]]));
    expect(platforms).toEqual({ "r1-1": "standard-v3", "r1-2": "amd-v1", "r1-3": "standard-v3" });
  });

  test.each([
    ["a place that is no number", { "r1-1": entry({ place: "ru-central1-a" }) }, /The place of a runner is the number of one of the Egg's places/],
    ["an id that no machine's name could hold", { "R1_1": entry() }, /On Yandex Cloud the id of a runner has 1 to 16 small letters, digits/],
    ["more runners than the Egg may have", numbered(4), /my-app has at most 3 runners/],
  ])("%s is refused before anything is made", async (_, runners, message) => {
    const stack = stackOn(machines);
    await expect(stack.apply({ variables: { runners } })).rejects.toThrow(expect.objectContaining({ message: expect.stringMatching(message) as string }));
    expect(provider.world.objects()).toEqual([]);
  });

  test("an Egg that grows from 90 to 250 runners gets further stacks, and no machine is moved", async () => {
    const egg = { ...machines, cloud: { ...machines.cloud, network: { subnetIds: ["e9b1"] } } };
    const first = stackOn({ ...egg, runner: { ...egg.runner, concurrent: 90 } });
    // A tenth of them is really there: an engine takes long over hundreds.
    const of = (count: number): Readonly<Record<string, Entry>> => numbered(count, (index) => ({ shard: 1 + Math.floor(index / 10) }));
    await first.apply({ variables: { runners: of(9) } });
    const before = machinesThere();
    const large = { ...egg, runner: { ...egg.runner, concurrent: 250 } };
    first.configure(large);
    await first.apply({ variables: { runners: of(25) } });
    const shared = (await first.outputs())["shared"]?.value;
    for (const shard of [2, 3]) await stackOn({ ...large, shard }).apply({ variables: { runners: of(25), shared } });
    const after = machinesThere();
    expect(after).toHaveLength(25);
    expect(after.filter(({ id }) => before.some((machine) => machine.id === id))).toEqual(before);
    expect(new Set(after.map(({ attributes }) => attributes["service_account_id"])).size).toBe(1);
    expect(provider.world.journal.filter(({ event }) => event === "deleted" || event === "updated")).toEqual([]);
  });
});
