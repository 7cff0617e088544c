import { conventionalSecret, NEST_ROLES, NEST_SECRET_PLACES, nestSecret, parseSecretReference, urlBeside, withConventionalSecrets } from "../../src/vocabulary";

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

describe("the Nest's own secrets by convention", () => {
  test.each(Object.entries(NEST_SECRET_PLACES))("in %s are valid references, one secret for each role, with the address beside the key", (backend, place) => {
    const names = NEST_ROLES.map((role) => {
      const key = parseSecretReference(nestSecret(place, "acme", role, "deploy-key"));
      expect(key).toMatchObject({ ok: true, value: { backend } });
      expect(urlBeside(nestSecret(place, "acme", role, "deploy-key"))).toBe(nestSecret(place, "acme", role, "url"));
      return key.ok ? key.value.name : "";
    });
    expect(new Set(names).size).toBe(NEST_ROLES.length);
  });

  test.each([
    ["aws-sm://team/nest/key#AWSPREVIOUS", "aws-sm://team/nest/url"],
    ["aws-sm://arn:aws:secretsmanager:eu-west-1:111122223333:secret:nest-AbCdEf/key", "aws-sm://arn:aws:secretsmanager:eu-west-1:111122223333:secret:nest-AbCdEf/url"],
    ["file://key", "file://url"],
    ["file://secrets/key", "file://secrets/url"],
    ["aws-sm://team/nest/url#AWSPREVIOUS", undefined],
    ["file://secrets/url", undefined],
    ["env://NEST_KEY", undefined],
    ["no reference", undefined],
  ])("beside %s there is %s", (key, url) => expect(urlBeside(key)).toBe(url));
});
