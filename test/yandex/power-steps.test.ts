import { type MachineStatus, type PowerAction, powerSteps } from "../../src/yandex";

test.each<[MachineStatus, PowerAction, PowerAction]>([
  // status, to be on, to be off
  ["running", "none", "stop"],
  ["stopped", "start", "none"],
  ["provisioning", "wait", "wait"],
  ["starting", "wait", "wait"],
  ["stopping", "wait", "wait"],
  ["restarting", "wait", "wait"],
  ["updating", "wait", "wait"],
  ["unknown", "wait", "wait"],
  ["error", "report", "report"],
  ["crashed", "report", "report"],
  ["deleting", "report", "report"],
  ["gone", "report", "report"],
])("a machine that is %s: on → %s, off → %s", (status, on, off) => {
  const wanted = [
    { runner: "a", instanceId: "vm-1", power: "on" },
    { runner: "b", instanceId: "vm-1", power: "off" },
  ] as const;
  expect(powerSteps(wanted, new Map([["vm-1", status]]))).toEqual([
    { ...wanted[0], status, action: on },
    { ...wanted[1], status, action: off },
  ]);
});

test("a machine that wasn't found is gone", () => {
  expect(powerSteps([{ runner: "a", instanceId: "vm-1", power: "on" }], new Map())).toMatchObject([{ status: "gone", action: "report" }]);
});
