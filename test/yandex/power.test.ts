import { status as Code } from "@grpc/grpc-js";
import { deleteMachines, listMachines, type Power, powerSteps, readPower, setPower, type SetPowerOptions, type WantedPower, type YandexCloud, yandexCloud } from "../../src/yandex";
import { type HeldEdges, heldEdges } from "../support/held-edges";
import { type KeptMachine, MachineState, startYandexServer, type YandexServer } from "../support/yandex-server";

const { RUNNING, STOPPED, STARTING, STOPPING, PROVISIONING, ERROR, CRASHED, DELETING } = MachineState;

let server: YandexServer;
let edges: HeldEdges;
let cloud: YandexCloud;

beforeEach(async () => {
  edges = heldEdges();
  server = await startYandexServer(edges.now);
  server.tokens.add("t1.good.token");
  cloud = yandexCloud({ ...server.env, YC_TOKEN: "t1.good.token" }, { edges });
});

afterEach(async () => {
  cloud.close();
  await server.close();
});

function machine(id: string, status: MachineState, more: Partial<KeptMachine> = {}): void {
  server.machines.set(id, { id, status, ...more });
}
const wanted = (power: Power, ...ids: string[]): readonly WantedPower[] => ids.map((id) => ({ runner: `runner-of-${id}`, instanceId: id, power }));
const set = (machines: readonly WantedPower[], options?: SetPowerOptions) => setPower(cloud, machines, options);
const changes = (): readonly string[] => server.calls.filter(({ method }) => /Start|Stop/.test(method)).map(({ method, request }) => `${method} ${(request as { instanceId: string }).instanceId}`);

test("starts what is to be on, stops what is to be off, leaves the rest alone, and waits for both", async () => {
  machine("sleeps", STOPPED, { polls: 5 });
  machine("runs", RUNNING, { polls: 3 });
  machine("is-on", RUNNING);
  machine("is-off", STOPPED);
  const all = [...wanted("on", "sleeps", "is-on"), ...wanted("off", "runs", "is-off")];
  await expect(set(all)).resolves.toEqual([
    { ...all[0], status: "running", outcome: "started" },
    { ...all[1], status: "running", outcome: "unchanged" },
    { ...all[2], status: "stopped", outcome: "stopped" },
    { ...all[3], status: "stopped", outcome: "unchanged" },
  ]);
  expect(changes().toSorted()).toEqual(["InstanceService/Start sleeps", "InstanceService/Stop runs"]);
  expect(edges.pauses).toHaveLength(8);

  await expect(set(all)).resolves.toMatchObject([{ outcome: "unchanged" }, { outcome: "unchanged" }, { outcome: "unchanged" }, { outcome: "unchanged" }]);
  expect(changes()).toHaveLength(2);
});

test("what the plan showed is what is done", async () => {
  machine("sleeps", STOPPED);
  machine("runs", RUNNING);
  const all = wanted("on", "sleeps", "runs", "gone");
  expect(powerSteps(all, await readPower(cloud, all.map(({ instanceId }) => instanceId))).map(({ action }) => action)).toEqual(["start", "none", "report"]);
  expect(changes()).toEqual([]);
  await expect(set(all)).resolves.toMatchObject([{ outcome: "started" }, { outcome: "unchanged" }, { outcome: "failed" }]);
});

test.each([
  ["on", [PROVISIONING, STARTING, RUNNING], "unchanged", []],
  ["on", [STOPPING, STOPPED], "started", ["InstanceService/Start vm-1"]],
  ["off", [STARTING, RUNNING], "stopped", ["InstanceService/Stop vm-1"]],
  ["off", [STOPPING, STOPPING, STOPPED], "unchanged", []],
] as const)("to be %s while it is between two states: waits for it first", async (power, [status, ...next], outcome, made) => {
  machine("vm-1", status, { next: [...next] });
  await expect(set(wanted(power, "vm-1"))).resolves.toMatchObject([{ outcome }]);
  expect(changes()).toEqual(made);
});

test.each([
  [ERROR, "YANDEX_FAILED", "The machine vm-1 of runner-of-vm-1 is in the state ERROR and can't be started"],
  [CRASHED, "YANDEX_FAILED", "The machine vm-1 of runner-of-vm-1 is in the state CRASHED and can't be started"],
  [DELETING, "YANDEX_MISSING", "The machine vm-1 of runner-of-vm-1 is being deleted"],
  [undefined, "YANDEX_MISSING", "The machine vm-1 of runner-of-vm-1 is gone"],
])("a machine that nothing helps (%s) is told of, and stops no other", async (status, code, message) => {
  if (status !== undefined) machine("vm-1", status);
  machine("vm-2", STOPPED);
  await expect(set(wanted("on", "vm-1", "vm-2"))).resolves.toMatchObject([{ outcome: "failed", error: { code, message, hint: expect.any(String) } }, { outcome: "started" }]);
});

test("an operation that ends with an error: what the cloud says of it", async () => {
  machine("vm-1", STOPPED, { operationError: { code: Code.RESOURCE_EXHAUSTED, message: "Not enough\nroom in the zone" } });
  await expect(set(wanted("on", "vm-1"))).resolves.toMatchObject([
    { outcome: "failed", error: { code: "YANDEX_THROTTLED", message: "The machine vm-1 of runner-of-vm-1: Yandex Cloud has too many requests, or a quota is used up (compute.v1.InstanceService/Start: RESOURCE_EXHAUSTED): Not enough room in the zone", hint: expect.stringContaining("quota") } },
  ]);
});

test("may not be done: the role that is missing", async () => {
  machine("vm-1", STOPPED);
  server.faults.set("InstanceService/Start", [{ code: Code.PERMISSION_DENIED, details: "no, t1.good.token" }]);
  const [outcome] = await set(wanted("on", "vm-1"));
  expect(outcome).toMatchObject({ outcome: "failed", error: { code: "YANDEX_DENIED", hint: "Give the service account the role compute.operator in the folder." } });
  expect(outcome?.error?.message).toContain("no, ***");
});

test("somebody else starts it at the same moment: nothing to do", async () => {
  machine("vm-1", STOPPED);
  server.faults.set("InstanceService/Start", [{ code: Code.FAILED_PRECONDITION, run: () => machine("vm-1", STARTING, { next: [RUNNING] }) }]);
  await expect(set(wanted("on", "vm-1"))).resolves.toMatchObject([{ status: "running", outcome: "started" }]);
});

test("a machine that is deleted while it is started is told of", async () => {
  machine("vm-1", STOPPED);
  server.faults.set("InstanceService/Start", [{ code: Code.NOT_FOUND, run: () => server.machines.delete("vm-1") }]);
  await expect(set(wanted("on", "vm-1"))).resolves.toMatchObject([{ status: "gone", outcome: "failed", error: { code: "YANDEX_MISSING" } }]);
});

test("a machine that stops whenever it was started is given up", async () => {
  machine("vm-1", STOPPED, { unstable: true });
  await expect(set(wanted("on", "vm-1"))).resolves.toMatchObject([{ outcome: "failed", error: { message: "The machine vm-1 of runner-of-vm-1 does not stay on" } }]);
  expect(changes()).toHaveLength(3);
});

test("tries of one start carry one idempotency key", async () => {
  machine("vm-1", STOPPED);
  server.faults.set("InstanceService/Start", [{ code: Code.UNAVAILABLE }]);
  await expect(set(wanted("on", "vm-1"))).resolves.toMatchObject([{ outcome: "started" }]);
  const keys = server.calls.filter(({ method }) => method === "InstanceService/Start").map(({ idempotencyKey }) => idempotencyKey);
  expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), keys[0]]);
});

test.each([
  ["an operation", () => machine("vm-1", STOPPED, { polls: 1_000 })],
  ["a machine", () => machine("vm-1", STOPPING)],
])("%s that does not end is given up when time is up", async (_, make) => {
  make();
  await expect(set(wanted("on", "vm-1"), { limitMs: 60_000 })).resolves.toMatchObject([{ outcome: "failed", error: { code: "YANDEX_UNREACHABLE" } }]);
  expect(edges.pauses.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(60_000);
});

test("an interruption ends the waiting", async () => {
  machine("vm-1", STOPPED, { polls: 1_000 });
  const controller = new AbortController();
  server.faults.set("OperationService/Get", [{ code: Code.UNAVAILABLE, run: () => controller.abort(new Error("interrupted")) }]);
  await expect(set(wanted("on", "vm-1"), { signal: controller.signal })).rejects.toThrow("interrupted");
});

test("not more than eight machines at once", async () => {
  const ids = Array.from({ length: 30 }, (_, index) => `vm-${index}`);
  let open = 0;
  let most = 0;
  for (const id of ids) machine(id, STOPPED, { polls: 2 });
  const counted: YandexCloud = {
    ...cloud,
    async call(...args) {
      most = Math.max(most, ++open);
      return cloud.call(...args).finally(() => open--);
    },
  };
  const outcomes = await setPower(counted, wanted("on", ...ids));
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(ids.map(() => "started"));
  expect(most).toBe(8);
});

test("lists a folder's machines by their labels, over all pages", async () => {
  for (const [id, egg] of [["vm-1", "web-app"], ["vm-2", "other"], ["vm-3", "web-app"], ["vm-4", "other"], ["vm-5", "web-app"]] as const) {
    machine(id, id === "vm-3" ? STOPPED : RUNNING, { name: `name-of-${id}`, labels: { "gosling-nest": "acme", "gosling-egg": egg, "gosling-runner": id } });
  }
  const found = await listMachines(cloud, "folder-1", { "gosling-nest": "acme", "gosling-egg": "web-app" });
  expect(found.map(({ instanceId, name, status }) => `${instanceId} ${name} ${status}`)).toEqual(["vm-1 name-of-vm-1 running", "vm-3 name-of-vm-3 stopped", "vm-5 name-of-vm-5 running"]);
});

test("machines are deleted for good; one that is gone is no error", async () => {
  machine("one", RUNNING, { polls: 3 });
  machine("other", STOPPED);
  await deleteMachines(cloud, ["one", "long-gone"]);
  expect([...server.machines.keys()]).toEqual(["other"]);
});
