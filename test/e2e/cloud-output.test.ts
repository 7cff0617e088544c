import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contentOf, folderWith, writeFiles } from "../support/folder";
import { GOSLING } from "../support/local-runner";

const EXAMPLES = ["nest-aws", "nest-yandex", "nest-two-clouds"] as const;

/** A copy of an example in a folder of its own. */
function copyOf(example: string): string {
  const nest = folderWith({});
  cpSync(join(__dirname, "../../examples", example), nest, { recursive: true });
  return nest;
}

/** `gosling synth` in a process of its own: all that it printed, and each file that it wrote. */
function synthesized(nest: string, env: Readonly<Record<string, string>>): { readonly printed: string; readonly files: Readonly<Record<string, string>> } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [GOSLING, "synth"], { cwd: nest, encoding: "utf8", env: { PATH: process.env["PATH"], ...env } });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  return { printed: stdout + stderr, files: contentOf(join(nest, "gosling.out")) };
}

const BERLIN = { TZ: "Europe/Berlin", LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", USER: "anna", LOGNAME: "anna" };
const KIRITIMATI = { TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", USER: "ci", LOGNAME: "ci", CI: "true" };

test.each(EXAMPLES)("examples/%s gives the same bytes in another folder, time zone and language, to another user, and from files of another day", (example) => {
  const [here, there] = [copyOf(example), copyOf(example)];
  utimesSync(join(there, "nest.fly"), 1e9, 1e9);
  const first = synthesized(here, { ...BERLIN, HOME: folderWith({}) }).files;
  const second = synthesized(there, { ...KIRITIMATI, HOME: folderWith({}) }).files;
  expect(Object.keys(first).length).toBeGreaterThan(5);
  expect(second).toEqual(first);
});

test.each([
  ["nest-aws", "web-app", ["stacks/web-app/cdk.tf.json"]],
  ["nest-yandex", "fleet", ["stacks/fleet/cdk.tf.json", "stacks/fleet.2/cdk.tf.json", "stacks/fleet.3/cdk.tf.json"]],
  ["nest-two-clouds", "mobile", ["stacks/mobile/cdk.tf.json"]],
])("in examples/%s a change of the Egg %s changes no other stack's bytes", (example, egg, stacks) => {
  const [before, after] = [copyOf(example), copyOf(example)];
  const file = join(after, "Eggs", egg, "config.fly");
  const text = readFileSync(file, "utf8");
  const changed = text.replace(/(tags += \[)"/, '$1"changed", "');
  expect(changed).not.toBe(text);
  writeFileSync(file, changed);
  const [old, now] = [synthesized(before, {}).files, synthesized(after, {}).files];
  expect(Object.keys(now)).toEqual(Object.keys(old));
  expect(Object.keys(now).filter((path) => path !== "manifest.json" && now[path] !== old[path]).sort()).toEqual([...stacks].sort());
});

/** Secrets as they lie about where a Nest is synthesized: in the environment, in the home folder, beside the Nest. */
const CANARY = "cAnArY-7f3a91";
const SURROUNDINGS = Object.fromEntries(
  ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "YC_TOKEN", "YC_SERVICE_ACCOUNT_KEY_FILE", "YC_FOLDER_ID", "GITLAB_TOKEN", "CI_JOB_TOKEN", "NPM_TOKEN", "VAULT_TOKEN", "TF_VAR_runners", "TF_TOKEN_registry_example_com", "GOSLING_STATE_KEY"].map((name, index) => [name, `${CANARY}-${index}`]),
);

test.each([
  ["nest-aws", ["aws-sm://team/npm/token", "aws-sm://gitlab/gitlab.com/web-app/runner-token", "aws-sm://team/tools/runner-token"]],
  ["nest-yandex", ["yc-lockbox://team-npm/token", "yc-lockbox://gitlab/gitlab.com/web-app/runner-token"]],
  ["nest-two-clouds", ["aws-sm://team/npm/token", "yc-lockbox://team-npm/token", "aws-sm://team/website/runner-token"]],
])("the output of examples/%s names secrets and holds none", (example, references) => {
  const nest = copyOf(example);
  const home = folderWith({ ".aws/credentials": `[default]\naws_access_key_id = ${CANARY}-home\naws_secret_access_key = ${CANARY}-home\n`, ".config/yandex-cloud/config.yaml": `current: default\nprofiles:\n  default:\n    token: ${CANARY}-home\n`, ".terraformrc": `credentials "app.terraform.io" { token = "${CANARY}-home" }\n` });
  writeFiles(nest, { ".env": `NPM_TOKEN=${CANARY}-file\n`, "secrets/token": `${CANARY}-file\n`, "gitlab/gitlab.com/web-app/runner-token": `${CANARY}-file\n`, ".gosling/state-key": `${CANARY}-file\n` });
  const { printed, files } = synthesized(nest, { ...SURROUNDINGS, HOME: home });
  const output = Object.values(files).join("\n");
  expect(output + printed).not.toContain(CANARY);
  for (const reference of references) expect(output).toContain(reference);
});
