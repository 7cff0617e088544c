import { parseHost } from "../../src/vocabulary/host";

describe("a host", () => {
  test.each([
    ["gitlab.com", "gitlab.com"],
    ["https://gitlab.com", "gitlab.com"],
    ["https://gitlab.com/", "gitlab.com"],
    ["GitLab.Example.ORG", "gitlab.example.org"],
    ["HTTPS://gitlab.com", "gitlab.com"],
    ["gitlab.example.org:8443", "gitlab.example.org:8443"],
    ["gitlab.example.org:443", "gitlab.example.org"],
    ["gitlab.com.", "gitlab.com"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
    ["localhost", "localhost"],
    ["localhost:8443", "localhost:8443"],
    ["1.gitlab.example", "1.gitlab.example"],
  ])("%s is %s", (text, host) => expect(parseHost(text)).toEqual({ ok: true, value: host }));

  test.each([
    ["", "it is empty"],
    ["https://", "it is empty"],
    ["http://gitlab.com", "plain HTTP is not used: write the host alone"],
    ["ssh://gitlab.com", "only https:// may stand in front of it"],
    ["gitlab.com/group", "a path does not belong into it"],
    ["gitlab.com?x", "a path does not belong into it"],
    ["git@gitlab.com", "a user name does not belong into it"],
    ["gitlab", "the whole name is expected, with its domain"],
    ["10.0.0.5", "a name is expected, not an address"],
    ["gitlab.com:", "its port must be a number from 1 to 65535"],
    ["gitlab.com:0", "its port must be a number from 1 to 65535"],
    ["gitlab.com:65536", "its port must be a number from 1 to 65535"],
    ["gitlab.com:http", "its port must be a number from 1 to 65535"],
    ["git lab.com", "its parts hold only letters, digits and -, at most 63 of them, and neither start nor end with -"],
    ["-a.example", "its parts hold only letters, digits and -, at most 63 of them, and neither start nor end with -"],
    ["a..example", "its parts hold only letters, digits and -, at most 63 of them, and neither start nor end with -"],
    ["bücher.example", "its parts hold only letters, digits and -, at most 63 of them, and neither start nor end with -"],
    [`${"a".repeat(64)}.example`, "its parts hold only letters, digits and -, at most 63 of them, and neither start nor end with -"],
    [`${"a.".repeat(130)}example`, "it is longer than 253 characters"],
  ])("%j is none: %s", (text, message) => expect(parseHost(text)).toEqual({ ok: false, message }));
});
