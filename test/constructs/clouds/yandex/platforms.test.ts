import { chooseSizes, DEFAULT_PLATFORM, describeSizes, knownSizes, type MachineDemand } from "../../../../constructs/clouds/yandex/platforms";

const demand = (cpu: number, memory: number, instanceTypes?: readonly string[]): MachineDemand => ({ cpu, memory, architecture: "amd64", ...(instanceTypes && { instanceTypes }) });

describe("the table of sizes", () => {
  test("holds the platforms with whole cores, and what the vendor's table says of them", () => {
    expect([...knownSizes().keys()].sort()).toEqual(["amd-v1", "highfreq-v3", "highfreq-v4a", "standard-v2", "standard-v3", "standard-v4a"]);
    const largest = Object.fromEntries([...knownSizes()].map(([platform, sizes]) => [platform, sizes[sizes.length - 1]]));
    expect(largest).toMatchObject({ "standard-v3": { cores: 96, memoryGb: 576 }, "standard-v2": { cores: 80, memoryGb: 1280 }, "standard-v4a": { cores: 288, memoryGb: 2304 }, "highfreq-v4a": { cores: 80, memoryGb: 960 } });
    expect(knownSizes().get("standard-v3")).toHaveLength(11 * 16 + 2 * 13 + 2 * 11 + 3 * 10 + 14 + 12 + 9 + 3 * 8 + 2 * 7 + 2 * 6);
  });

  test("has each size once, the smallest first", () => {
    for (const sizes of knownSizes().values()) {
      const order = sizes.map(({ cores, memoryGb }) => cores * 10_000 + memoryGb);
      expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
    }
  });
});

describe("the size of a machine", () => {
  test("is allowed, fits, and no smaller one would, over a grid of demands and every platform", () => {
    for (const platform of knownSizes().keys()) {
      const sizes = knownSizes().get(platform) ?? [];
      for (let cpu = 1; cpu <= 48; cpu++) {
        for (let memory = 256; memory <= 96 * 1024; memory = Math.ceil(memory * 1.7)) {
          const fitting = sizes.filter((size) => size.cores >= cpu && size.memoryGb * 1024 >= memory);
          const [chosen] = chooseSizes("egg", demand(cpu, memory, [platform]));
          expect(fitting).toContainEqual(chosen);
          const fewest = Math.min(...fitting.map(({ cores }) => cores));
          expect(chosen?.cores).toBe(fewest);
          expect(chosen?.memoryGb).toBe(Math.min(...fitting.filter(({ cores }) => cores === fewest).map(({ memoryGb }) => memoryGb)));
        }
      }
    }
  });

  test.each([
    [1, 512, 2, 2],
    [2, 4096, 2, 4],
    [2, 4097, 2, 6],
    [3, 7168, 4, 8],
    [2, 33_000, 4, 36],
    [24, 400_000, 36, 396],
    [32, 320 * 1024, 32, 320],
    [96, 576 * 1024, 96, 576],
  ])("%d vCPU with %d MB: %d cores with %d GB", (cpu, memory, cores, memoryGb) => {
    expect(chooseSizes("egg", demand(cpu, memory))).toEqual([{ platform: DEFAULT_PLATFORM, cores, memoryGb }]);
  });

  test("is one for each platform that instance_types names, in its order", () => {
    expect(chooseSizes("egg", demand(3, 7168, ["highfreq-v3", "standard-v2"]))).toEqual([
      { platform: "highfreq-v3", cores: 4, memoryGb: 8 },
      { platform: "standard-v2", cores: 4, memoryGb: 8 },
    ]);
  });
});

describe("a demand that can't be met is refused", () => {
  test.each([
    ["no size that fits names the largest", demand(97, 1024), /^standard-v3 of Yandex Cloud has no machine with 97 vCPU and 1024 MB for egg; the largest are 96 vCPU with 576 GB and 40 vCPU with 640 GB$/, /Lower resources\.cpu/],
    ["too much memory", demand(2, 700 * 1024), /no machine with 2 vCPU and 716800 MB/, /another platform/],
    ["one largest size", demand(81, 1024, ["standard-v2"]), /the largest is 80 vCPU with 1280 GB$/, /Lower/],
    ["arm64", { ...demand(2, 4096), architecture: "arm64" as const }, /has no arm64 machines, and egg asks for one/, /amd64/],
    ["a platform that looks like one", demand(2, 4096, ["standard-v5"]), /"standard-v5" is no platform/, /^Did you mean "standard-v\d"\?$/],
    ["a type of another cloud", demand(2, 4096, ["m7g.large"]), /"m7g\.large" is no platform/, /^Platforms: .*standard-v3/],
  ])("%s", (_, wrong, message, hint) => {
    expect(() => chooseSizes("egg", wrong)).toThrow(expect.objectContaining({ code: "NO_INSTANCE_TYPE", message: expect.stringMatching(message) as string, hint: expect.stringMatching(hint) as string }));
  });
});

describe("rounding up is told", () => {
  test("with what is asked for and what is given", () => {
    expect(describeSizes("egg", demand(3, 7000))).toBe("standard-v3 (4 vCPU with 8 GB): 3 vCPU and 7000 MB are rounded up to a size that Yandex Cloud has");
    expect(describeSizes("egg", demand(4, 7000, ["standard-v2", "amd-v1"]))).toMatch(/^standard-v2 \(4 vCPU with 8 GB\), amd-v1 \(4 vCPU with 8 GB\): 4 vCPU and 7000 MB are rounded up/);
  });

  test("and nothing more is told of a size that there is", () => {
    expect(describeSizes("egg", demand(4, 8192))).toBe("standard-v3 (4 vCPU with 8 GB)");
  });
});
