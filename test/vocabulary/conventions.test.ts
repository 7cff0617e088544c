import { conventionalSecret, parseSecretReference, withConventionalSecrets } from "../../src/vocabulary";

describe("an Egg's secrets by convention", () => {
  test.each([
    ["aws", "aws-sm://gitlab/gitlab.com/my-app/runner-token"],
    ["yandex", "yc-lockbox://gitlab/gitlab.com/my-app/runner-token"],
    ["local", "file://gitlab/gitlab.com/my-app/runner-token"],
  ] as const)("on %s", (provider, reference) => {
    expect(conventionalSecret(provider, "gitlab.com", "my-app", "runner-token")).toBe(reference);
    expect(parseSecretReference(reference).ok).toBe(true);
  });

  test("are told apart by repository in a bucket", () => expect(conventionalSecret("aws", "gitlab.com", "team/api", "api-token")).toBe("aws-sm://gitlab/gitlab.com/team/api/api-token"));

  test("hold no colon, which stores refuse in a name", () => expect(conventionalSecret("aws", "gitlab.example.org:8443", "a", "api-token")).toBe("aws-sm://gitlab/gitlab.example.org_8443/a/api-token"));

  test("give way to what the file names", () => {
    expect(withConventionalSecrets("local", "my-app", { server: "gitlab.com", projectId: 1, runnerToken: "env://TOKEN" })).toEqual({
      server: "gitlab.com",
      projectId: 1,
      apiToken: "file://gitlab/gitlab.com/my-app/api-token",
      runnerToken: "env://TOKEN",
      webhookSecret: "file://gitlab/gitlab.com/my-app/webhook-secret",
    });
  });
});
