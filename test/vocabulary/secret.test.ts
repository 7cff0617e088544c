import { isLocalSecret, parseSecretReference } from "../../src/vocabulary/secret";

describe("a secret reference", () => {
  test.each([
    ["aws-sm://team/my-app/token", { backend: "aws-sm", name: "team/my-app", key: "token" }],
    ["aws-sm://team/token#AWSPREVIOUS", { backend: "aws-sm", name: "team", key: "token", version: "AWSPREVIOUS" }],
    ["yc-lockbox://e6q0a1/password", { backend: "yc-lockbox", name: "e6q0a1", key: "password" }],
    ["vault://secret/data/ci/token#3", { backend: "vault", name: "secret/data/ci", key: "token", version: "3" }],
    ["aws-sm://arn:aws:secretsmanager:eu-central-1:1:secret:x-AbCdEf/token", { backend: "aws-sm", name: "arn:aws:secretsmanager:eu-central-1:1:secret:x-AbCdEf", key: "token" }],
    ["env://CI_TOKEN", { backend: "env", name: "CI_TOKEN" }],
    ["file://secrets/my token.txt", { backend: "file", name: "secrets/my token.txt" }],
  ])("%s is understood", (text, value) => expect(parseSecretReference(text)).toEqual({ ok: true, value }));

  test.each([
    ["glpat-0123456789abcdef", "it starts with yc-lockbox://, aws-sm://, vault://, env:// or file://; a value itself never stands in a Fly file"],
    ["", "it starts with yc-lockbox://, aws-sm://, vault://, env:// or file://; a value itself never stands in a Fly file"],
    ["AWS-SM://a/b", "it starts with yc-lockbox://, aws-sm://, vault://, env:// or file://; a value itself never stands in a Fly file"],
    ["aws-sm://token", "after aws-sm:// a name and a key are expected, with a slash between"],
    ["vault://", "after vault:// a name and a key are expected, with a slash between"],
    ["aws-sm://team/", "its key is missing after the last slash"],
    ["aws-sm:///token", "its name is missing before the key"],
    ["aws-sm://a//b", "its name has an empty part between slashes"],
    ["aws-sm://a b/c", "it holds a space or a control character"],
    ["aws-sm://a/b\n", "it holds a space or a control character"],
    ["aws-sm://a/b#", "a version is expected after #"],
    ["aws-sm://a/b#1#2", "a version is expected after #"],
    ["aws-sm://a/b#1/2", "a version is expected after #"],
    ["vault://a/b#latest", "Vault's versions are numbers from 1"],
    ["vault://a/b#0", "Vault's versions are numbers from 1"],
    ["env://", "env:// is followed by the name of an environment variable, and nothing else"],
    ["env://1A", "env:// is followed by the name of an environment variable, and nothing else"],
    ["env://A/key", "env:// is followed by the name of an environment variable, and nothing else"],
    ["file://", "file:// is followed by a path"],
    ["file:///etc/token", "its path is relative to the Nest and so does not start with /"],
    ["file://../token", "its path stays inside the Nest and has no empty part, . or .."],
    ["file://./token", "its path stays inside the Nest and has no empty part, . or .."],
    ["file://a//b", "its path stays inside the Nest and has no empty part, . or .."],
    ["file://a\\b", "folders in its path are parted by /"],
    ["file://token#1", "file:// knows no versions, and # can't stand in its path"],
    ["file://a\0b", "its path holds a control character"],
  ])("%j is none: %s", (text, message) => expect(parseSecretReference(text)).toEqual({ ok: false, message }));

  test("only env:// and file:// are read on this machine", () => {
    expect(["env", "file", "aws-sm", "yc-lockbox", "vault"].map((backend) => isLocalSecret({ backend: backend as "env" }))).toEqual([true, true, false, false, false]);
  });
});
