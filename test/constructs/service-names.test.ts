import { MotherGooseStack, RiftStack } from "../../constructs";
import { renderStack } from "../../src/synth/render-stack";
import { newApp } from "./egg-props";

const CLOUDS = { aws: { provider: "aws", region: "eu-central-1" }, yandex: { provider: "yandex", region: "ru-central1", folderId: "b1g00000000000000000" } } as const;
const NEST = "a-nest-of-20-letters";

type Resources = Record<string, Record<string, Record<string, unknown>>>;

/** Type and name of every resource; an account's number stands for the expression that asks for it. */
function names(text: string): readonly (readonly [type: string, name: string])[] {
  const { resource } = JSON.parse(text) as { resource: Resources };
  return Object.entries(resource).flatMap(([type, byId]) =>
    Object.values(byId).flatMap((body) => ["name", "bucket", "function_name", "alarm_name"].flatMap((attribute) => (typeof body[attribute] === "string" ? [[type, body[attribute].replace(/\$\{data\.aws_caller_identity\.account\.account_id\}/, "111122223333")] as const] : []))),
  );
}

/** Where a service of the cloud takes fewer characters or less than most. */
const RULES: Readonly<Record<string, RegExp>> = {
  aws_s3_bucket: /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  aws_iam_role: /^[A-Za-z0-9+=,.@_-]{1,64}$/,
  aws_lambda_function: /^[A-Za-z0-9_-]{1,64}$/,
  aws_scheduler_schedule_group: /^[0-9a-zA-Z_.-]{1,64}$/,
  aws_sqs_queue: /^[A-Za-z0-9_-]{1,80}$/,
  aws_dynamodb_table: /^[a-zA-Z0-9_.-]{3,255}$/,
  yandex_message_queue: /^[A-Za-z0-9_-]{1,80}$/,
  yandex_storage_bucket: /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
};
const OTHERS = { aws: /^.{1,255}$/, yandex: /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/ };

describe.each(["aws", "yandex"] as const)("names on %s", (cloud) => {
  test.each(["main", "UPPER_and-lower", "x".repeat(63), "-", "1a"])("a Rift called %s has names that every service takes", (name) => {
    const text = renderStack(new RiftStack(newApp(), "rift", { rift: { nest: NEST, name, cloud: CLOUDS[cloud], resources: { cpu: 2, memory: 4096, disk: 20 } } }));
    check(names(text));
  });

  test("MotherGoose of a Nest with a long name has names that every service takes", () => {
    check(names(renderStack(new MotherGooseStack(newApp(), "goose", { motherGoose: { nest: NEST, cloud: CLOUDS[cloud] }, uglyFox: { pruning: {}, runnersCondition: [{ name: "all", eggsEntities: ["*"] }] } }))));
  });

  function check(found: readonly (readonly [type: string, name: string])[]): void {
    expect(found.length).toBeGreaterThan(5);
    for (const [type, name] of found) {
      if (name.startsWith("${") || type.includes("dns_") || type.includes("route53") || type === "aws_ssm_parameter") continue;
      expect({ type, name }).toEqual({ type, name: expect.stringMatching(RULES[type] ?? OTHERS[cloud]) as string });
    }
    const once = found.filter(([type]) => ["aws_s3_bucket", "yandex_storage_bucket", "yandex_function_trigger", "aws_sqs_queue"].includes(type)).map(([type, name]) => `${type} ${name}`);
    expect(new Set(once).size).toBe(once.length);
  }
});
