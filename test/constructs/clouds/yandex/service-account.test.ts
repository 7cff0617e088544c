import type { EggRunnerProps } from "../../../../constructs";
import { containers, machines, stackOf, type YandexStack } from "./yandex-egg";

/** What each service account may do: role and what it is granted on. */
function grantsOf(stack: YandexStack): Readonly<Record<string, readonly string[]>> {
  const grants: Record<string, string[]> = Object.fromEntries(Object.keys(stack.resource["yandex_iam_service_account"] ?? {}).map((name) => [name, []]));
  const grant = (member: string, role: string, on: string): void => {
    const [, account = ""] = /^serviceAccount:\$\{yandex_iam_service_account\.(\w+)\.id\}$/.exec(member) ?? [];
    (grants[account] ??= []).push(`${role} on ${on}`);
  };
  const each = (type: string): readonly Readonly<Record<string, string>>[] => Object.values(stack.resource[type] ?? {}) as Readonly<Record<string, string>>[];
  for (const { member = "", for_each: roles = "", folder_id: folder = "" } of each("yandex_resourcemanager_folder_iam_member")) for (const [, role] of roles.matchAll(/"([^"]+)"/g)) grant(member, role ?? "", `folder ${folder}`);
  for (const { member = "", role = "", for_each: source = "" } of each("yandex_lockbox_secret_iam_member")) {
    expect(source).toBe("${data.yandex_lockbox_secret.secret}");
    for (const [, name] of String(stack.data["yandex_lockbox_secret"]?.["secret"]?.["for_each"]).matchAll(/"([^"]+)"/g)) grant(member, role, `secret ${name}`);
  }
  for (const { member = "", role = "", for_each: keys = "" } of each("yandex_kms_symmetric_key_iam_member")) {
    expect(keys).toBe("${toset(compact(values(data.yandex_lockbox_secret.secret)[*].kms_key_id))}");
    grant(member, role, "the keys of those secrets");
  }
  for (const { members = [], role = "", container_id: container = "" } of Object.values(stack.resource["yandex_serverless_container_iam_binding"] ?? {}) as { members?: string[]; role?: string; container_id?: string }[]) {
    for (const member of members) grant(member, role, container);
  }
  return grants;
}

/** All types of resources that give anybody anything. */
const GRANTING = /_iam_(?:member|binding|policy)$|_grant$|_access_key$|_api_key$|_account_key$/;
const KNOWN = ["yandex_kms_symmetric_key_iam_member", "yandex_lockbox_secret_iam_member", "yandex_resourcemanager_folder_iam_member", "yandex_serverless_container_iam_binding"];

const SECRETS = ["lockbox.payloadViewer on secret gitlab/gitlab.com/my-app", "kms.keys.decrypter on the keys of those secrets"];
const role = { policies: ["storage.viewer", "logging.writer"] };

test.each<[string, EggRunnerProps, Readonly<Record<string, readonly string[]>>]>([
  ["machines", machines, { runnerAccount: ["logging.writer on folder b1gfolder", ...SECRETS] }],
  [
    "machines whose jobs use the cloud, and secrets of their own",
    { ...machines, cloud: { ...machines.cloud, role }, secrets: { A: "yc-lockbox://team/npm/token", B: "yc-lockbox://team/npm/other#e6qversion", C: "vault://kv/app/c" } },
    { runnerAccount: ["logging.writer on folder b1gfolder", "storage.viewer on folder b1gfolder", SECRETS[0] as string, "lockbox.payloadViewer on secret team/npm", SECRETS[1] as string] },
  ],
  ["machines without a secret of Lockbox", { ...machines, gitlab: { ...machines.gitlab, runnerToken: "vault://kv/app/token" } }, { runnerAccount: ["logging.writer on folder b1gfolder"] }],
  [
    "machines whose runner's image is in a registry of the folder",
    { ...machines, runner: { ...machines.runner, image: "cr.yandex/crp1/runner:1" } },
    { runnerAccount: ["container-registry.images.puller on folder b1gfolder", "logging.writer on folder b1gfolder", ...SECRETS] },
  ],
  [
    "containers",
    containers,
    {
      runnerAccount: ["container-registry.images.puller on folder b1gfolder", "logging.writer on folder b1gfolder", ...SECRETS],
      triggerAccount: ["ymq.reader on folder b1gfolder", "serverless-containers.containerInvoker on ${yandex_serverless_container.container.id}"],
    },
  ],
  [
    "containers of a public image, whose jobs use the cloud",
    { ...containers, cloud: { ...containers.cloud, role }, runner: { ...containers.runner, image: "cr.yandex/yc/gosling-runner:1" } },
    {
      runnerAccount: ["logging.writer on folder b1gfolder", "storage.viewer on folder b1gfolder", ...SECRETS],
      triggerAccount: ["ymq.reader on folder b1gfolder", "serverless-containers.containerInvoker on ${yandex_serverless_container.container.id}"],
    },
  ],
])("%s: each service account may do exactly this", (_, egg, expected) => {
  const stack = stackOf(egg);
  expect(Object.keys(stack.resource).filter((type) => GRANTING.test(type) && !KNOWN.includes(type))).toEqual([]);
  expect(grantsOf(stack)).toEqual(expected);
});

test("a service account is never an administrator, an editor, or allowed to give roles, unless the Egg names that role", () => {
  for (const egg of [machines, containers]) {
    for (const grants of Object.values(grantsOf(stackOf(egg)))) expect(grants.filter((grant) => /^(?:admin|editor|viewer|.*\.admin|.*\.editor|resource-manager.*|iam\..*) on/.test(grant))).toEqual([]);
  }
});

test("no key is made for any service account", () => {
  for (const egg of [machines, containers]) expect(JSON.stringify(stackOf(egg))).not.toMatch(/access_key|secret_key|account_key|api_key/);
});

test("a secret is looked up by its name in the folder, or by its id", () => {
  expect(stackOf({ ...machines, secrets: { A: "yc-lockbox://e6q0123456789abcdefg/token" } }).data["yandex_lockbox_secret"]?.["secret"]).toEqual({
    for_each: '${toset(["e6q0123456789abcdefg", "gitlab/gitlab.com/my-app"])}',
    folder_id: '${can(regex("^e6q[0-9a-z]{17}$", each.value)) ? null : "b1gfolder"}',
    name: '${can(regex("^e6q[0-9a-z]{17}$", each.value)) ? null : each.value}',
    secret_id: '${can(regex("^e6q[0-9a-z]{17}$", each.value)) ? each.value : null}',
  });
});
