import { bindings, RiftCache, type RiftCacheProps, RiftStack } from "../../constructs";
import { checkStack, problemText } from "../../constructs/bindings/schema-check";
import { TerraformStack } from "../../constructs/cdktf";
import { renderStack } from "../../src/synth/render-stack";
import { describeWithOneEngine } from "../support/engines";
import { outcomeOf, PASSED, rehearsed } from "../support/rehearsed";
import { newApp, newStack } from "./egg-props";

const rift: RiftCacheProps = {
  nest: "acme",
  name: "main",
  cloud: { provider: "aws", region: "eu-central-1" },
  resources: { cpu: 2, memory: "4GiB", disk: 30 },
  cache: { maxSize: "200GiB", maxAge: "10d" },
  docker: { enabled: true },
  registry: { mirror: ["docker.io", "quay.io"] },
};
const onYandex: RiftCacheProps = { ...rift, cloud: { provider: "yandex", region: "ru-central1", folderId: "b1g00000000000000000" } };

type Json = { readonly resource: Record<string, Record<string, Record<string, unknown>>>; readonly output: Record<string, { readonly value: string }>; readonly provider: unknown };

function jsonOf(stack: TerraformStack): Json {
  return JSON.parse(renderStack(stack)) as Json;
}
const stackOf = (props: RiftCacheProps): Json => jsonOf(new RiftStack(newApp(), "rift.main", { rift: props }));
const only = (json: Json, type: string): Record<string, unknown> => Object.values(json.resource[type] ?? {})[0] ?? {};
const statements = (json: Json): readonly { readonly Action: readonly string[]; readonly Resource: readonly string[] }[] => (JSON.parse(only(json, "aws_iam_role_policy")["policy"] as string) as { Statement: never }).Statement;

describe("on AWS", () => {
  const json = stackOf(rift);

  test("everything fits the provider's schema", () => {
    expect(checkStack(json as never).map(problemText)).toEqual([]);
  });

  test("the cache stands on an encrypted volume of its own, with room to write, in the machine's zone", () => {
    expect(only(json, "aws_ebs_volume")).toMatchObject({ size: 220, encrypted: true, availability_zone: "${data.aws_subnet.place.availability_zone}" });
    expect(only(json, "aws_instance")).toMatchObject({ subnet_id: "${data.aws_subnet.place.id}", metadata_options: { http_tokens: "required", http_put_response_hop_limit: 1 } });
    expect(only(json, "aws_instance")).not.toHaveProperty("key_name");
  });

  test("it has a name in the private DNS of its network", () => {
    expect(only(json, "aws_route53_record")).toMatchObject({ name: "main.rift.acme.gosling.internal", type: "A", records: ["${aws_instance.machine.private_ip}"] });
    expect(json.output["host"]?.value).toBe("main.rift.acme.gosling.internal");
  });

  test("only its own ports are open, to its own network; Docker's where it is wanted", () => {
    const ports = (props: RiftCacheProps): unknown[] => Object.values(stackOf(props).resource["aws_vpc_security_group_ingress_rule"] ?? {}).map((rule) => [rule["from_port"], rule["to_port"], rule["cidr_ipv4"]]);
    expect(ports(rift)).toEqual([[443, 443, "${data.aws_vpc.clients.cidr_block}"], [2376, 2376, "${data.aws_vpc.clients.cidr_block}"]]);
    expect(ports({ ...rift, docker: { enabled: false } })).toEqual([[443, 443, "${data.aws_vpc.clients.cidr_block}"]]);
  });

  test("cold data goes to a private, encrypted bucket that forgets it in time", () => {
    expect(only(json, "aws_s3_bucket_public_access_block")).toMatchObject({ block_public_acls: true, block_public_policy: true, ignore_public_acls: true, restrict_public_buckets: true });
    expect(json.resource["aws_s3_bucket_lifecycle_configuration"]).toMatchObject({ coldLifecycle: { rule: [{ expiration: [{ days: 10 }] }] } });
    expect(only(json, "aws_s3_bucket_policy")["policy"]).toContain('"aws:SecureTransport":"false"');
  });

  test("ECR mirrors what it can; what needs credentials only with them", () => {
    expect(Object.keys(json.resource["aws_ecr_pull_through_cache_rule"] ?? {})).toEqual(["pull-quay"]);
    const secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/hub-AbCdEf";
    const rules = stackOf({ ...rift, registryCredentials: { "docker.io": secret } }).resource["aws_ecr_pull_through_cache_rule"] ?? {};
    expect(rules).toMatchObject({ "pull-hub": { upstream_registry_url: "registry-1.docker.io", credential_arn: secret }, "pull-quay": { upstream_registry_url: "quay.io" } });
    for (const { ecr_repository_prefix: prefix } of Object.values(rules)) expect(prefix).toMatch(/^[a-z0-9-]{2,30}$/);
  });

  test("its role may do exactly this", () => {
    expect(statements(json).map(({ Action, Resource }) => [Action.join(" "), Resource.join(" ")])).toEqual([
      ["logs:CreateLogStream logs:PutLogEvents", "${aws_cloudwatch_log_group.logs.arn}:*"],
      ["s3:ListBucket", "${aws_s3_bucket.cold.arn}"],
      ["s3:AbortMultipartUpload s3:DeleteObject s3:GetObject s3:PutObject", "${aws_s3_bucket.cold.arn}/*"],
      ["secretsmanager:GetSecretValue", "${aws_secretsmanager_secret.secret.arn}"],
      ["ecr:GetAuthorizationToken", "*"],
      ["ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:BatchImportUpstreamImage ecr:CreateRepository ecr:GetDownloadUrlForLayer", expect.stringMatching(/^arn:aws:ecr:eu-central-1:\$\{data\.aws_caller_identity\.account\.account_id\}:repository\/gosling-[0-9a-f]{12}-quay\/\*$/) as string],
    ]);
  });

  test("all that can be tagged is tagged as this Rift's, and nothing as an Egg's", () => {
    const tagged = Object.values(json.resource).flatMap((byName) => Object.values(byName)).flatMap(({ tags }) => (tags === undefined ? [] : [tags]));
    expect(tagged.length).toBeGreaterThan(8);
    for (const tags of tagged) expect(tags).toMatchObject({ "gosling:nest": "acme", "gosling:rift": "main", "gosling:managed-by": "gosling" });
    expect(JSON.stringify(json)).not.toContain("gosling:egg");
  });

  test("others connect and read where they are let", () => {
    const stack = newStack();
    new bindings.aws.AwsProvider(stack, "aws", { region: "eu-central-1" });
    const cache = new RiftCache(stack, "cache", rift);
    cache.grantConnect("office", "sg-1");
    cache.grantRead("report", "reporter");
    const granted = jsonOf(stack);
    expect(checkStack(granted as never)).toEqual([]);
    expect(Object.values(granted.resource["aws_vpc_security_group_ingress_rule"] ?? {}).filter((rule) => rule["referenced_security_group_id"] === "sg-1")).toHaveLength(2);
    const policies = Object.values(granted.resource["aws_iam_role_policy"] ?? {}).filter(({ role }) => role === "reporter");
    expect(policies.map(({ policy }) => JSON.parse(policy as string) as unknown)).toEqual([{ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: [expect.stringMatching(/^\$\{aws_s3_bucket\.\w+\.arn\}\/\*$/)] }] }]);
  });
});

describe("on Yandex Cloud", () => {
  const json = stackOf(onYandex);

  test("everything fits the provider's schema", () => {
    expect(checkStack(json as never).map(problemText)).toEqual([]);
  });

  test("disks and bucket are encrypted with a key that changes every year", () => {
    expect(only(json, "yandex_kms_symmetric_key")).toMatchObject({ rotation_period: "8760h" });
    const key = "${yandex_kms_symmetric_key.key.id}";
    expect(only(json, "yandex_compute_disk")).toMatchObject({ size: 220, kms_key_id: key });
    expect(only(json, "yandex_compute_instance")).toMatchObject({ boot_disk: { initialize_params: { kms_key_id: key } }, platform_id: "standard-v3", resources: { cores: 2, memory: 4 } });
    expect(only(json, "yandex_storage_bucket")).toMatchObject({ anonymous_access_flags: { read: false, list: false, config_read: false }, server_side_encryption_configuration: { rule: { apply_server_side_encryption_by_default: { kms_master_key_id: key } } } });
  });

  test("it has a name in the private DNS of its network, and the same ports as on AWS", () => {
    expect(only(json, "yandex_dns_recordset")).toMatchObject({ name: "main.rift.acme.gosling.internal.", data: ["${yandex_compute_instance.machine.network_interface[0].ip_address}"] });
    expect(Object.values(json.resource["yandex_vpc_security_group_rule"] ?? {}).map(({ direction, port }) => [direction, port])).toEqual([["ingress", 443], ["ingress", 2376]]);
  });

  test("its account reads its secret, keeps its bucket and registry, writes its log, and nothing else", () => {
    const roles = ["yandex_resourcemanager_folder_iam_member", "yandex_kms_symmetric_key_iam_member", "yandex_lockbox_secret_iam_member", "yandex_storage_bucket_iam_binding", "yandex_container_registry_iam_binding"];
    expect(roles.flatMap((type) => Object.values(json.resource[type] ?? {})).map(({ role, for_each: each }) => each ?? role)).toEqual(['${toset(["logging.writer"])}', "kms.keys.encrypterDecrypter", "lockbox.payloadViewer", "storage.editor", "container-registry.images.pusher"]);
  });

  test("others connect and read where they are let", () => {
    const stack = newStack();
    new bindings.yandex.YandexProvider(stack, "yandex", {});
    const cache = new RiftCache(stack, "cache", onYandex);
    cache.grantConnect("office", "enp1");
    cache.grantRead("report", "aje1");
    const granted = jsonOf(stack);
    expect(checkStack(granted as never)).toEqual([]);
    expect(JSON.stringify(granted.resource["yandex_storage_bucket_iam_binding"])).toContain("serviceAccount:aje1");
  });
});

test("the machine is told names and ids, and no secret; its setup is small enough", () => {
  for (const props of [rift, onYandex]) {
    const text = JSON.stringify(stackOf(props));
    expect(text).toContain("GOSLING_RIFT_CONFIGURATION");
    expect(text.length).toBeLessThan(40_000);
  }
});

test.each([["main", /^main\./], ["My_Rift", /^my-rift\./], ["-", /^rift-[0-9a-f]{8}\./], ["a-", /^a-[0-9a-f]{8}\./]])("%s has a name that DNS takes", (name, expected) => {
  expect(stackOf({ ...rift, name }).output["host"]?.value).toMatch(expected);
});

test("wrong props are told with Fly's messages and the construct's path", () => {
  expect(() => new RiftCache(newStack(), "cache", { ...rift, cache: { maxAge: "soon" } })).toThrow(/^stack\/cache: the props of this RiftCache have a mistake:\n {2}cache\.maxAge: /);
  expect(() => new RiftCache(newStack(), "cache", { ...rift, nest: "Acme Inc" })).toThrow(/nest: /);
});

test("a cloud without Rifts says which ones have them", () => {
  expect(() => new RiftCache(newStack(), "cache", { ...rift, cloud: { provider: "local" } })).toThrow(expect.objectContaining({ code: "CLOUD_NOT_SUPPORTED" }));
});

test("a stack without the provider is told which line to add", () => {
  const stack = newStack();
  const cache = new RiftCache(stack, "cache", rift);
  expect(cache.node.validate()).toEqual([expect.stringContaining('new AwsProvider(this, "aws", { region: "eu-central-1" });')]);
});

describeWithOneEngine("a Rift's stack", (engine) => {
  test.each([["AWS", rift], ["Yandex Cloud", onYandex]] as const)("lives and goes on %s", async (_, props) => {
    expect(outcomeOf(await rehearsed(new RiftStack(newApp(), "rift.main", { rift: props }), engine))).toEqual(PASSED);
  });
});
