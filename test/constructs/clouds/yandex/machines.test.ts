import { spawnSync } from "node:child_process";
import { load } from "js-yaml";
import { dockerLogin } from "../../../../constructs/clouds/yandex/registry";
import { cloudConfigProblems } from "../../cloud-init-schema";
import { machines, resourceOf, stackOf } from "./yandex-egg";

const runnerOf = (changes: Partial<typeof machines> = {}): Readonly<Record<string, unknown>> => resourceOf(stackOf({ ...machines, ...changes }), "yandex_compute_instance", "runner");
const withCloud = (cloud: object): Partial<typeof machines> => ({ cloud: { ...machines.cloud, ...cloud } });
const userDataOf = (runner: Readonly<Record<string, unknown>>): string => (runner["metadata"] as Record<string, string>)["user-data"] ?? "";

interface CloudConfig {
  readonly write_files: readonly { readonly path: string; readonly content: string }[];
  readonly runcmd: readonly (readonly string[])[];
  readonly ca_certs?: { readonly trusted: readonly string[] };
}

const cloudConfigOf = (runner: Readonly<Record<string, unknown>>): CloudConfig => load(userDataOf(runner)) as CloudConfig;
const fileOf = (config: CloudConfig, path: string): string => config.write_files.find((file) => file.path === path)?.content ?? "";

describe("a machine of Compute Cloud", () => {
  test("is one for each runner of this stack", () => {
    expect(runnerOf()["for_each"]).toBe("${{ for id, runner in var.runners : id => runner if runner.shard == 1 }}");
    expect(runnerOf({ shard: 2, runner: { ...machines.runner, concurrent: 150 } })["for_each"]).toBe("${{ for id, runner in var.runners : id => runner if runner.shard == 2 }}");
  });

  test("never changes with the configuration", () => {
    expect(runnerOf()["lifecycle"]).toMatchObject({ ignore_changes: "all" });
  });

  test("has no public address unless the Egg asks for one, and nothing reaches it", () => {
    expect(runnerOf()["network_interface"]).toMatchObject([{ nat: false, security_group_ids: ["${yandex_vpc_security_group.securityGroup.id}"] }]);
    expect(runnerOf(withCloud({ network: { assignPublicIp: true } }))["network_interface"]).toMatchObject([{ nat: true }]);
    const group = resourceOf(stackOf(machines), "yandex_vpc_security_group", "securityGroup");
    expect(group["ingress"]).toBeUndefined();
    expect(group["egress"]).toEqual([{ description: "everything", protocol: "ANY", from_port: 0, to_port: 65535, v4_cidr_blocks: ["0.0.0.0/0"] }]);
  });

  test("has no SSH key, and gives credentials only to a request with a header or a token", () => {
    const runner = runnerOf();
    expect(Object.keys(runner["metadata"] as object).sort()).toEqual(["gosling-egg", "user-data"]);
    expect(userDataOf(runner)).not.toMatch(/ssh/i);
    expect(runner["metadata_options"]).toEqual({ gce_http_endpoint: 1, gce_http_token: 1, aws_v1_http_endpoint: 2, aws_v1_http_token: 2, aws_v2_http_endpoint: 1, aws_v2_http_token: 2 });
  });

  test("has an encrypted disk of the size that is wanted, and never smaller than its image", () => {
    const stack = stackOf(machines);
    expect(resourceOf(stack, "yandex_compute_instance", "runner")["boot_disk"]).toEqual({
      auto_delete: true,
      initialize_params: { image_id: "${data.yandex_compute_image.image.id}", size: "${max(20, data.yandex_compute_image.image.min_disk_size)}", type: "network-ssd", kms_key_id: "${yandex_kms_symmetric_key.diskKey.id}" },
    });
    expect(resourceOf(stack, "yandex_kms_symmetric_key", "diskKey")).toMatchObject({ default_algorithm: "AES_256", rotation_period: "8760h" });
  });

  test("has the newest Debian, or the image that the Egg names", () => {
    expect(stackOf(machines).data["yandex_compute_image"]).toEqual({ image: { family: "debian-13", folder_id: "standard-images" } });
    expect(stackOf({ ...machines, resources: { ...machines.resources, machineImage: "fd8image" } }).data["yandex_compute_image"]).toEqual({ image: { image_id: "fd8image" } });
  });

  test("is preemptible where the Egg says so", () => {
    expect(runnerOf()["scheduling_policy"]).toEqual({ preemptible: false });
    expect(runnerOf(withCloud({ preemptible: true }))["scheduling_policy"]).toEqual({ preemptible: true });
  });

  test("has its place from the runners variable: every platform in every subnet", () => {
    const runner = runnerOf({ resources: { ...machines.resources, instanceTypes: ["standard-v3", "amd-v1"] } });
    expect(runner).toMatchObject({ platform_id: "${element(local.places, tonumber(each.value.place)).platform}", zone: "${element(local.places, tonumber(each.value.place)).zone}" });
    expect(runner["resources"]).toEqual({ cores: "${element(local.places, tonumber(each.value.place)).cores}", memory: "${element(local.places, tonumber(each.value.place)).memory}", core_fraction: 100 });
  });

  test("is found again by its labels and its name", () => {
    const runner = runnerOf(withCloud({ tags: { team: "web" } }));
    expect(runner["labels"]).toEqual({ team: "web", "gosling-nest": "acme", "gosling-egg": "my-app", "gosling-managed-by": "gosling", "gosling-config": expect.stringMatching(/^[0-9a-f]{12}$/) as string, "gosling-runner": "${each.key}" });
    expect(runner["name"]).toBe("gosling-acme-my-app-vm-${each.key}");
  });

  test("keeps its unit's name as it is written, whatever a label could hold", () => {
    expect(runnerOf({ name: "My_App" })["metadata"]).toMatchObject({ "gosling-egg": "My_App" });
    expect(stackOf(machines).output["machines"]?.value).toContain('machine.metadata["gosling-egg"]');
  });
});

describe("cloud-init", () => {
  test("tells the runner what it has to know, and holds references to secrets, never values", () => {
    const config = cloudConfigOf(runnerOf({ secrets: { TOKEN: "yc-lockbox://team/token" } }));
    expect(fileOf(config, "/etc/gosling/runner.env")).toContain('"secrets":{"TOKEN":"yc-lockbox://team/token"}');
  });

  test("sends the runner's output to the log group, by a service beside it", () => {
    const config = cloudConfigOf(runnerOf());
    expect(fileOf(config, "/usr/local/lib/gosling/prepare")).toContain("--log-driver fluentd --log-opt fluentd-address=127.0.0.1:24224 --log-opt fluentd-async=true --log-opt tag=${each.key}");
    expect(fileOf(config, "/etc/gosling/fluent-bit.conf")).toContain("group_id ${yandex_logging_group.logs.id}\n");
    expect(config.runcmd.slice(-1)).toEqual([["systemctl", "enable", "--now", "--no-block", "gosling-logs.service"]]);
  });

  test("fetches the runner's image as the machine's account, where its registry asks who wants it", () => {
    const prepare = (image?: string, executor: "shell" | "docker" = "shell"): string => fileOf(cloudConfigOf(runnerOf({ runner: { ...machines.runner, executor, ...(image !== undefined && { image }) } })), "/usr/local/lib/gosling/prepare");
    expect(prepare("cr.yandex/crp1/runner:1")).toContain("| docker login --username iam --password-stdin cr.yandex; docker create ");
    for (const script of [prepare(), prepare("debian:13"), prepare("cr.yandex/mirror/debian:13"), prepare("cr.yandex/crp1/jobs:1", "docker")]) expect(script).not.toContain("docker login");
  });

  test("takes the token out of what the machine is told of its account", () => {
    const told = '{"access_token":"t1.9eu_-abc","expires_in":42000,"token_type":"Bearer"}';
    const [, filter = ""] = /\| (sed '[^']*') \|/.exec(dockerLogin()) ?? [];
    expect(spawnSync("/bin/sh", ["-c", filter], { input: told, encoding: "utf8" }).stdout.trim()).toBe("t1.9eu_-abc");
  });

  test("is one that cloud-init takes, with all that an Egg can ask for", () => {
    const runner = runnerOf({ proxy: { http: "http://proxy:3128" }, caCertificate: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", runner: { ...machines.runner, executor: "docker", startupScript: "true" } });
    expect(cloudConfigProblems(load(userDataOf(runner)))).toEqual([]);
  });

  test("with a proxy sends logs through it, and asks the machine's own metadata without it", () => {
    const unit = fileOf(cloudConfigOf(runnerOf({ proxy: { https: "http://proxy.example.com:3128", noProxy: [".example.org"] } })), "/etc/systemd/system/gosling-logs.service");
    expect(unit).toContain("--env-file /etc/gosling/proxy.env --env NO_PROXY=.example.org,169.254.169.254 --env no_proxy=.example.org,169.254.169.254 ");
    expect(fileOf(cloudConfigOf(runnerOf()), "/etc/systemd/system/gosling-logs.service")).not.toContain("proxy");
  });

  test("that no machine could be told is refused", () => {
    const startupScript = "x".repeat(262_000);
    expect(() => stackOf({ ...machines, runner: { ...machines.runner, startupScript } })).toThrow(expect.objectContaining({ code: "CONFIGURATION_TOO_LARGE", message: expect.stringMatching(/^my-app\/Default: .* Yandex Cloud takes 261632$/) as string }));
  });
});

describe("the stack", () => {
  test("uses the Egg's folder and region, and releases of the provider that fit", () => {
    const stack = stackOf({ ...machines, ...withCloud({ zones: ["ru-central1-b"] }) });
    expect(stack.provider.yandex).toEqual([{ folder_id: "b1gfolder", region_id: "ru-central1", zone: "ru-central1-b" }]);
    expect(stack.terraform.required_providers).toEqual({ yandex: { source: "yandex-cloud/yandex", version: "~> 0.220" } });
  });

  test("tells which machines are to be on, for the engine can't switch them", () => {
    expect(stackOf(machines).output["power"]?.value).toBe("${{ for id, runner in { for id, runner in var.runners : id => runner if runner.shard == 1 } : id => { instance = yandex_compute_instance.runner[id].id, power = runner.power } }}");
  });

  test("that comes first makes what all machines share; a further one takes it as a variable and makes machines only", () => {
    const many = { ...machines, runner: { ...machines.runner, concurrent: 250 } };
    expect(stackOf(many).output["shared"]?.value).toMatch(/^\$\{\{ service_account_id = .*, security_group_id = .*, log_group_id = .*, disk_key_id = .* \}\}$/);
    const further = stackOf({ ...many, shard: 2 });
    expect(Object.keys(further.resource)).toEqual(["yandex_compute_instance"]);
    expect(further.output["shared"]).toBeUndefined();
    expect(further.variable?.["shared"]?.type).toBe("object({ service_account_id = string, security_group_id = string, log_group_id = string, disk_key_id = string })");
    expect(resourceOf(further, "yandex_compute_instance", "runner")).toMatchObject({ service_account_id: "${var.shared.service_account_id}", network_interface: [{ security_group_ids: ["${var.shared.security_group_id}"] }] });
  });

  test("is the same but for what follows from the name after a renaming, and the old secrets stay readable", () => {
    const renamed = stackOf({ ...machines, name: "new-app", renamedFrom: "my-app" });
    expect(renamed.data["yandex_lockbox_secret"]?.["secret"]).toMatchObject({ for_each: '${toset(["gitlab/gitlab.com/my-app", "gitlab/gitlab.com/new-app"])}' });
    for (const [type, name] of [["yandex_iam_service_account", "runnerAccount"], ["yandex_logging_group", "logs"], ["yandex_vpc_security_group", "securityGroup"], ["yandex_kms_symmetric_key", "diskKey"]] as const) {
      expect((resourceOf(renamed, type, name)["lifecycle"] as { ignore_changes: string[] }).ignore_changes).toContain("name");
    }
  });

  test("refuses a limit of roles, which Yandex Cloud does not have", () => {
    expect(() => stackOf({ ...machines, ...withCloud({ role: { policies: [], permissionsBoundary: "x" } }) })).toThrow(/permissions_boundary of my-app: Yandex Cloud has none/);
  });
});
