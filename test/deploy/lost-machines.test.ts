import fc from "fast-check";
import type { EngineContext, MachineControl } from "../../src/deploy/engine-context";
import { endSurplus, findLostMachines, isAdopted, type LostMachine, machineAddress, sortLost } from "../../src/deploy/lost-machines";
import type { StateRunner } from "../../src/deploy/observe";
import { deploymentRecord } from "../support/deployed";

const HERE = { cloud: "aws", location: "eu-central-1" } as const;
const AWAY = { cloud: "aws", location: "us-east-1" } as const;
const machine = (instance: string, runner: string, more: Partial<LostMachine> = {}): LostMachine => ({ instance, runner, home: "web", revision: "r1", power: "on", place: HERE, ...more });
const known = (id: string, instance: string): [string, StateRunner] => [id, { home: "web", instance, entry: { power: "on", revision: "r1", shard: 1, place: "0" } }];

test("every machine is in the state, will be, or is to go: each is told of once, and no runner has two", () => {
  const found = fc.uniqueArray(fc.record({ n: fc.nat({ max: 30 }), runner: fc.nat({ max: 6 }), away: fc.boolean(), inState: fc.boolean() }), { selector: ({ n }) => n, maxLength: 12 });
  fc.assert(
    fc.property(found, (machines) => {
      const all = machines.map(({ n, runner, away }) => machine(`i-${n}`, `r-${runner}`, away ? { place: AWAY } : {}));
      const state = new Map(machines.flatMap(({ n, runner, inState }) => (inState ? [known(`r-${runner}`, `i-${n}`)] : [])));
      const { runners, surplus } = sortLost(all, state, HERE);
      const inState = new Set([...state.values()].map(({ instance }) => instance));
      const told = [...[...runners.values(), ...surplus].map(({ instance }) => instance), ...all.map(({ instance }) => instance).filter((instance) => inState.has(instance))];
      expect(told.sort()).toEqual(all.map(({ instance }) => instance).sort());
      for (const [id, { runner, place }] of runners) {
        expect([id, place, state.has(id)]).toEqual([runner, HERE, false]);
      }
      // Whatever order the cloud tells them in.
      expect(sortLost([...all].reverse(), state, HERE)).toEqual({ runners, surplus });
    }),
    { numRuns: Number(process.env["FC_RUNS"] ?? 100) },
  );
});

test("the cloud is asked only after a deployment of machines that did not end well, in each place that it was in", async () => {
  const asked: unknown[] = [];
  const context = { machines: { find: async (...question: unknown[]) => (asked.push(question), []) } as unknown as MachineControl } as EngineContext;
  const record = deploymentRecord({ unit: "web", cloud: "aws", location: "eu-central-1", homes: { "r-1": "old-web" } });
  await findLostMachines({ unit: "web", applied: record }, undefined, context);
  await findLostMachines({ unit: "web", pending: deploymentRecord() }, new Map(), context);
  await findLostMachines({ unit: "web", pending: { ...record, runnerType: "serverless" } }, new Map(), context);
  expect(asked).toEqual([]);
  await findLostMachines({ unit: "web", applied: record, pending: { ...record, location: "us-east-1" } }, new Map(), context);
  expect(asked).toEqual([[AWAY, ["web", "old-web"]], [HERE, ["web", "old-web"]]]);
});

test("one that is to be off and runs is made anew; all else that is wanted is taken over", () => {
  const wanted = (power: "on" | "off") => ({ power, revision: "r1", shard: 1, place: "0" });
  expect([isAdopted(machine("i-1", "r"), wanted("on")), isAdopted(machine("i-1", "r", { power: "off" }), wanted("off")), isAdopted(machine("i-1", "r", { power: "off" }), wanted("on"))]).toEqual([true, true, true]);
  expect([isAdopted(machine("i-1", "r"), wanted("off")), isAdopted(machine("i-1", "r"), undefined)]).toEqual([false, false]);
  expect(machineAddress(machine("i-1", "r-1"))).toBe('aws_instance.runner["r-1"]');
  expect(machineAddress(machine("i-1", "r-1", { place: { cloud: "yandex", location: "f" } }))).toBe('yandex_compute_instance.runner["r-1"]');
});

test("a second machine of a runner goes when it is surely idle, and is told of else", async () => {
  const ended: unknown[] = [];
  const context = { machines: { end: async (...end: unknown[]) => void ended.push(end) } as unknown as MachineControl } as EngineContext;
  const surplus = [machine("i-1", "idle"), machine("i-2", "busy", { place: AWAY })];
  await expect(endSurplus("web", surplus, async () => ["idle"], context)).rejects.toMatchObject({ code: "MACHINES_LEFT", message: expect.stringContaining("i-2 (runner busy, in us-east-1)") });
  expect(ended).toEqual([[HERE, ["i-1"]]]);
  await expect(endSurplus("web", surplus.slice(0, 1), async () => ["idle"], context)).resolves.toHaveLength(1);
  await expect(endSurplus("web", [], () => Promise.reject(new Error("nobody is asked")), context)).resolves.toEqual([]);
});
