import { containers, resourceOf, stackOf } from "./yandex-egg";

const containerOf = (changes: Partial<typeof containers> = {}): Readonly<Record<string, unknown>> => resourceOf(stackOf({ ...containers, ...changes }), "yandex_serverless_container", "container");
const refused = (changes: Partial<typeof containers>, code: string, message: RegExp): void =>
  expect(() => stackOf({ ...containers, ...changes })).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }));

describe("a serverless container", () => {
  test("takes one job: another message gets another instance", () => {
    expect(containerOf()).toMatchObject({ runtime: { type: "task" }, concurrency: 1 });
  });

  test.each([
    ["10m", "900s"],
    ["55m", "3600s"],
    ["60m", "3600s"],
  ])("with a timeout of %s is ended by the platform after %s", (timeout, execution) => {
    expect(containerOf({ runner: { ...containers.runner, timeout } })["execution_timeout"]).toBe(execution);
  });

  test("has the size that is wanted, as the platform allows it, and a disk for the job", () => {
    expect(containerOf({ resources: { cpu: 2, memory: 3000, disk: 7 } })).toMatchObject({
      cores: 2,
      core_fraction: 100,
      memory: 4096,
      mounts: [{ mount_point_path: "/var/lib/gosling", mode: "rw", ephemeral_disk: { size_gb: 7 } }],
    });
  });

  test("is told its configuration, which names secrets and holds none", () => {
    const { image } = containerOf({ secrets: { TOKEN: "yc-lockbox://team/token" } }) as { image: { environment: Record<string, string> } };
    expect(image.environment).toEqual({ GOSLING_RUNNER_CONFIGURATION: expect.any(String) as string, YC_FOLDER_ID: expect.stringMatching(/^b1g/) as string });
    expect(JSON.parse(image.environment["GOSLING_RUNNER_CONFIGURATION"] ?? "")).toMatchObject({ egg: "my-app", type: "serverless", secrets: { TOKEN: "yc-lockbox://team/token" } });
  });

  test("runs the image of the Nest's own registry, or the one that the Egg names", () => {
    const stack = stackOf(containers);
    expect(stack.data["yandex_container_registry"]).toEqual({ registry: { folder_id: "b1gfolder", name: "gosling-acme" } });
    expect(resourceOf(stack, "yandex_serverless_container", "container")["image"]).toMatchObject({ url: "cr.yandex/${data.yandex_container_registry.registry.id}/gosling/runner:1" });
    const named = stackOf({ ...containers, runner: { ...containers.runner, image: "cr.yandex/crp1/runner:2" } });
    expect(named.data["yandex_container_registry"]).toBeUndefined();
    expect(resourceOf(named, "yandex_serverless_container", "container")["image"]).toMatchObject({ url: "cr.yandex/crp1/runner:2" });
  });

  test("writes to a log group of its own, which keeps logs for 3 days", () => {
    const stack = stackOf(containers);
    expect(resourceOf(stack, "yandex_serverless_container", "container")["log_options"]).toEqual({ log_group_id: "${yandex_logging_group.logs.id}" });
    expect(resourceOf(stack, "yandex_logging_group", "logs")["retention_period"]).toBe("72h");
  });

  test("is attached to a network only where the Egg names one", () => {
    const inNetwork = (network: object): Readonly<Record<string, unknown>> => containerOf({ cloud: { ...containers.cloud, network } });
    expect(inNetwork({})["connectivity"]).toBeUndefined();
    expect(inNetwork({ vpcId: "enp1" })["connectivity"]).toEqual({ network_id: "enp1" });
    expect(inNetwork({ subnetIds: ["e9b1", "e9b2"] })["connectivity"]).toEqual({ network_id: "${data.yandex_vpc_subnet.subnet.network_id}" });
  });
});

describe("the start", () => {
  const stack = stackOf(containers);

  test("is one message: the trigger hands each on by itself", () => {
    expect(resourceOf(stack, "yandex_function_trigger", "trigger")).toMatchObject({
      message_queue: { queue_id: "${yandex_message_queue.queue.arn}", batch_size: "1", batch_cutoff: "0", visibility_timeout: "3720" },
      container: { id: "${yandex_serverless_container.container.id}" },
    });
    expect(stack.output["queue"]?.value).toBe("${yandex_message_queue.queue.id}");
  });

  test("is not made twice while the container runs: a message is out of sight for longer than that", () => {
    for (const timeout of ["1m", "10m", "60m"]) {
      const made = stackOf({ ...containers, runner: { ...containers.runner, timeout } });
      const seconds = Number.parseInt(String(resourceOf(made, "yandex_serverless_container", "container")["execution_timeout"]), 10);
      const { visibility_timeout_seconds: visible, message_retention_seconds: retention } = resourceOf(made, "yandex_message_queue", "queue") as Record<string, number>;
      expect(visible).toBe(seconds + 120);
      expect(retention).toBeGreaterThanOrEqual(3600);
      expect(retention).toBeGreaterThan(3 * (visible ?? 0));
    }
  });

  test("that fails three times goes to the dead-letter queue, which keeps it for 14 days", () => {
    expect(resourceOf(stack, "yandex_message_queue", "queue")["redrive_policy"]).toBe('{"deadLetterTargetArn":"${yandex_message_queue.dead.arn}","maxReceiveCount":3}');
    expect(resourceOf(stack, "yandex_message_queue", "dead")["message_retention_seconds"]).toBe(14 * 24 * 3600);
  });

  test("waits for the permissions of its account", () => {
    expect(resourceOf(stack, "yandex_function_trigger", "trigger")["depends_on"]).toEqual(["yandex_resourcemanager_folder_iam_member.triggerRoles", "yandex_serverless_container_iam_binding.invoker"]);
  });
});

describe("what the platform can't run is refused, with the construct's path", () => {
  test("an environment over 4 KB, all of it counted", () => {
    const padding = (length: number): Partial<typeof containers> => ({ environment: { PADDING: "x".repeat(length) } });
    const bytes = (changes: Partial<typeof containers>): number => {
      const { image } = containerOf(changes) as { image: { environment: Record<string, string> } };
      return Object.entries(image.environment).reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0);
    };
    const free = 4096 - bytes(padding(0));
    // The revision may be written with an escape, so the sizes differ by a few bytes.
    expect(bytes(padding(free - 10))).toBeLessThanOrEqual(4096);
    refused(padding(free + 10), "CONFIGURATION_TOO_LARGE", /^my-app\/Default: What the runners of my-app are told is 41\d\d bytes long; Yandex Serverless Containers can be told 4096$/);
  });

  test.each<[string, Partial<typeof containers>, RegExp]>([
    ["more than an hour", { runner: { ...containers.runner, timeout: "2h" } }, /a timeout of 2h is over the 60m/],
    ["more memory than 8 GB", { resources: { cpu: 1, memory: "9GiB", disk: 2 } }, /memory of 9216 MB is over the 8192 MB of Yandex Serverless Containers/],
    ["more than 4 vCPU", { resources: { cpu: 5, memory: 1024, disk: 2 } }, /cpu of 5 vCPU is over the 4 vCPU/],
    ["more disk than 10 GB", { resources: { cpu: 1, memory: 1024, disk: 11 } }, /disk of 11 GB is over the 10 GB/],
    ["an image of another registry", { runner: { ...containers.runner, image: "registry.gitlab.com/acme/runner:1" } }, /Yandex Serverless Containers can't run an image of another registry. Use cr\.yandex\/REGISTRY\/NAME:TAG/],
    ["a certificate that leaves no room", { caCertificate: `-----BEGIN CERTIFICATE-----\n${"A".repeat(4096)}` }, /an environment of \d+ bytes is over the 4096/],
    ["arm64", { resources: { cpu: 1, memory: 1024, disk: 2, architecture: "arm64" } }, /Yandex Serverless Containers have no arm64/],
  ])("%s: by Fly's own rule", (_, changes, message) => {
    refused(changes, "PROPS", new RegExp(`^my-app: the props of this Egg have a mistake:\\n.*${message.source}`));
  });
});
