import { machines, stackOf, type YandexStack } from "./yandex-egg";

interface Locals {
  readonly locals: { readonly subnets: string; readonly places: string };
}
const inNetwork = (cloud: object): YandexStack & Locals => stackOf({ ...machines, cloud: { ...machines.cloud, ...cloud } }) as YandexStack & Locals;
const groupNetwork = (stack: YandexStack): unknown => stack.resource["yandex_vpc_security_group"]?.["securityGroup"]?.["network_id"];

describe("machines stand", () => {
  test("in all subnets of the folder's default network", () => {
    const stack = inNetwork({});
    expect(stack.data["yandex_vpc_network"]).toEqual({ network: { folder_id: "b1gfolder", name: "default" } });
    expect(stack.data["yandex_vpc_subnet"]?.["subnet"]).toEqual({ for_each: "${toset(data.yandex_vpc_network.network.subnet_ids)}", subnet_id: "${each.value}" });
    expect(stack.locals.subnets).toContain("for zone in sort(distinct(values(data.yandex_vpc_subnet.subnet)[*].zone))");
    expect(groupNetwork(stack)).toBe("${data.yandex_vpc_network.network.id}");
  });

  test("in the network and the zones that the Egg names, in that order", () => {
    const stack = inNetwork({ zones: ["ru-central1-d", "ru-central1-a"], network: { vpcId: "enp1" } });
    expect(stack.data["yandex_vpc_network"]).toEqual({ network: { network_id: "enp1" } });
    expect(stack.locals.subnets).toContain('for zone in ["ru-central1-d", "ru-central1-a"]');
  });

  test("in the subnets that the Egg names, in that order", () => {
    const stack = inNetwork({ network: { subnetIds: ["e2l1", "e9b1"] } });
    expect(stack.data["yandex_vpc_network"]).toBeUndefined();
    expect(stack.locals.subnets).toBe('${[for id in ["e2l1", "e9b1"] : { subnet_id = id, zone = data.yandex_vpc_subnet.subnet[id].zone }]}');
    expect(groupNetwork(stack)).toBe('${data.yandex_vpc_subnet.subnet["e2l1"].network_id}');
  });
});

test("places are every platform in every subnet: the first platform everywhere before the second anywhere", () => {
  const { locals } = stackOf({ ...machines, resources: { ...machines.resources, cpu: 3, instanceTypes: ["standard-v3", "amd-v1"] } }) as YandexStack & Locals;
  expect(locals.places).toBe(
    '${flatten([for size in [{ platform = "standard-v3", cores = 4, memory = 4 }, { platform = "amd-v1", cores = 4, memory = 4 }] : [for subnet in local.subnets : merge(size, subnet)]])}',
  );
});
