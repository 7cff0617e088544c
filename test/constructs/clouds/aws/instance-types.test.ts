import { chooseInstanceTypes, type InstanceDemand, knownInstanceTypes } from "../../../../constructs/clouds/aws/instance-types";

const choose = (demand: Partial<InstanceDemand>): readonly string[] => chooseInstanceTypes("my-app", { cpu: 1, memory: 128, architecture: "amd64", ...demand });
const typeNamed = (name: string | undefined) => {
  const type = knownInstanceTypes().find((candidate) => candidate.name === name);
  if (!type) throw new Error(`the table has no ${name}`);
  return type;
};

describe("the table", () => {
  test("has every type once, with sensible figures", () => {
    const types = knownInstanceTypes();
    expect(types.length).toBe(555);
    expect(new Set(types.map(({ name }) => name)).size).toBe(types.length);
    for (const { name, vcpu, memoryMb, price } of types) expect({ name, ok: vcpu >= 1 && memoryMb >= 512 && price > 0 && price < 100 }).toEqual({ name, ok: true });
  });

  test("tells what a type is", () => {
    expect(typeNamed("m7g.large")).toEqual({ name: "m7g.large", architecture: "arm64", vcpu: 2, memoryMb: 8192, price: 0.0816, burstable: false, current: true });
    expect(typeNamed("t3.micro")).toMatchObject({ burstable: true, architecture: "amd64" });
    expect(typeNamed("t4g.micro")).toMatchObject({ burstable: true, architecture: "arm64" });
  });
});

describe("the choice", () => {
  const examples: [Partial<InstanceDemand>, string][] = [
    [{ cpu: 1, memory: 512 }, "c7a.medium"],
    [{ cpu: 2, memory: 4096 }, "c6a.large"],
    [{ cpu: 2, memory: 4097 }, "m5a.large"],
    [{ cpu: 2, memory: 16_384 }, "r5a.large"],
    [{ cpu: 2, memory: 4096, architecture: "arm64" }, "c6g.large"],
    [{ cpu: 4, memory: 1024, architecture: "arm64" }, "c6g.xlarge"],
  ];
  test.each(examples)("%j gets %s", (demand, name) => {
    expect(choose(demand)).toEqual([name]);
  });

  const grid = (["amd64", "arm64"] as const).flatMap((architecture) => [1, 2, 3, 4, 6, 8, 12, 16, 32, 48, 64, 96, 128, 192].flatMap((cpu) => [128, 1024, 2048, 4096, 6000, 8192, 16_384, 32_768, 65_536, 131_072, 262_144, 524_288].map((memory) => ({ architecture, cpu, memory }))));
  test(`fits, and nothing that fits is cheaper: ${grid.length} wishes`, () => {
    for (const demand of grid) {
      const fitting = knownInstanceTypes().filter((type) => type.vcpu >= demand.cpu && type.memoryMb >= demand.memory && type.architecture === demand.architecture && type.current && !type.burstable);
      const type = typeNamed(choose(demand)[0]);
      expect(fitting).toContain(type);
      expect({ demand, price: type.price }).toEqual({ demand, price: Math.min(...fitting.map(({ price }) => price)) });
    }
  });

  test("more is never cheaper", () => {
    const price = (cpu: number, memory: number): number => typeNamed(choose({ cpu, memory })[0]).price;
    for (const cpu of [1, 2, 4, 8, 16]) for (const memory of [1024, 4096, 16_384]) expect(price(cpu, memory)).toBeLessThanOrEqual(Math.min(price(cpu * 2, memory), price(cpu, memory * 2)));
  });

  test("where nothing fits, the largest are named", () => {
    expect(() => choose({ cpu: 500 })).toThrow(expect.objectContaining({ code: "NO_INSTANCE_TYPE", message: "AWS has no amd64 machine with 500 vCPU and 128 MB for my-app; the largest is r8i.96xlarge (384 vCPU, 3145728 MB)" }));
    expect(() => choose({ memory: 9_999_999, architecture: "arm64" })).toThrow(/AWS has no arm64 machine .*; the largest is r8g\.48xlarge \(192 vCPU, 1572864 MB\)/);
  });
});

describe("instance_types", () => {
  test("replaces the choice and keeps its order; burstable and older types may be named", () => {
    expect(choose({ cpu: 64, instanceTypes: ["t3.small", "m5.large", "c7a.medium"] })).toEqual(["t3.small", "m5.large", "c7a.medium"]);
  });

  test("may name families that the table does not have", () => {
    expect(choose({ instanceTypes: ["g6.xlarge"] })).toEqual(["g6.xlarge"]);
    expect(choose({ instanceTypes: ["x2gd.medium", "c7gn.large"], architecture: "arm64" })).toEqual(["x2gd.medium", "c7gn.large"]);
  });

  const wrong: [string, string, string][] = [
    ["no type at all", "large", 'resources.instance_types of my-app: "large" is no instance type'],
    ["a size that its family does not have", "m7g.larg", 'the family m7g has no "m7g.larg"'],
    ["the other architecture", "m7g.large", '"m7g.large" is arm64, and the Egg asks for amd64'],
    ["the other architecture, outside the table", "g5g.xlarge", '"g5g.xlarge" is arm64'],
    ["an expression", "${var.type}.large", "is no instance type"],
  ];
  test.each(wrong)("%s is refused", (_, name, message) => {
    expect(() => choose({ instanceTypes: ["c6a.large", name] })).toThrow(expect.objectContaining({ code: "NO_INSTANCE_TYPE", message: expect.stringContaining(message) as string }));
  });

  test("the nearest size is suggested", () => {
    expect(() => choose({ instanceTypes: ["m7g.larg"], architecture: "arm64" })).toThrow(expect.objectContaining({ hint: 'Did you mean "m7g.large"?' }));
  });
});
