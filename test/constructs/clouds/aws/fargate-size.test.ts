import { fargateSize } from "../../../../constructs/clouds/aws/fargate-size";

/** The sizes that Fargate has, as its documentation lists them. */
const ALLOWED = new Map([
  [1024, range(2048, 8192, 1024)],
  [2048, range(4096, 16_384, 1024)],
  [4096, range(8192, 30_720, 1024)],
  [8192, range(16_384, 61_440, 4096)],
  [16_384, range(32_768, 122_880, 8192)],
]);

function range(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
}

test("every wish within the limits gets the smallest size that Fargate has for it", () => {
  for (const cpu of [1, 2, 3, 4, 5, 8, 9, 16]) {
    for (const memory of [128, 512, 2048, 2049, 4096, 8192, 8193, 20_000, 30_720, 30_721, 61_440, 61_441, 122_880]) {
      const size = fargateSize("my-app", { cpu, memory });
      const [best] = [...ALLOWED].flatMap(([units, sizes]) => sizes.map((memoryMb) => ({ cpu: units, memoryMb }))).filter((each) => each.cpu >= cpu * 1024 && each.memoryMb >= memory);
      expect({ cpu, memory, size }).toEqual({ cpu, memory, size: best });
    }
  }
});

test("more than the largest is an error that names it", () => {
  expect(() => fargateSize("my-app", { cpu: 17, memory: 1024 })).toThrow(expect.objectContaining({ code: "NO_FARGATE_SIZE", message: expect.stringContaining("16 vCPU and 122880 MB") as string }));
});
