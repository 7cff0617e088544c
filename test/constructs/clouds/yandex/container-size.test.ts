import { containerSize } from "../../../../constructs/clouds/yandex/container-size";

const resources = { cpu: 1, memory: 1024, disk: 2, architecture: "amd64" } as const;

test.each([
  [1, 128, 1, 128],
  [1, 1000, 1, 1024],
  [1, 8192, 1, 8192],
  [2, 1024, 2, 4096],
  [3, 5000, 3, 6144],
  [4, 4096, 4, 8192],
])("%d vCPU with %d MB: %d with %d MB", (cpu, memory, cores, memoryMb) => {
  expect(containerSize("egg", { ...resources, cpu, memory })).toEqual({ cores, memoryMb });
});

test.each([
  [{ cpu: 5 }, "cpu of 5 vCPU is over the 4 vCPU of Yandex Serverless Containers for the runners of egg"],
  [{ memory: 8193 }, "memory of 8193 MB is over the 8192 MB of Yandex Serverless Containers for the runners of egg"],
  [{ disk: 11 }, "disk of 11 GB is over the 10 GB of Yandex Serverless Containers for the runners of egg"],
  [{ architecture: "arm64" as const }, "Yandex Serverless Containers have no arm64 for the runners of egg"],
])("%j is refused", (wrong, message) => {
  expect(() => containerSize("egg", { ...resources, ...wrong })).toThrow(expect.objectContaining({ code: "PROPS", message, hint: 'Lower it, or use type = "vm".' }));
});
