import { gitlabAddress } from "../../src/gitlab";

test("a host is reached by https", () => {
  expect(gitlabAddress("gitlab.com", {})).toBe("https://gitlab.com");
  expect(gitlabAddress("gitlab.example.org:8443", {})).toBe("https://gitlab.example.org:8443");
});

test("GOSLING_GITLAB_ADDRESSES gives single servers another address", () => {
  const env = { GOSLING_GITLAB_ADDRESSES: "a.example.org=http://127.0.0.1:8080/, b.example.org:8443=https://inside.example.org/gitlab/" };
  expect(gitlabAddress("a.example.org", env)).toBe("http://127.0.0.1:8080");
  expect(gitlabAddress("b.example.org:8443", env)).toBe("https://inside.example.org/gitlab");
  expect(gitlabAddress("c.example.org", env)).toBe("https://c.example.org");
});

test.each([
  ["http://gitlab.example.org", "only https is used for other machines"],
  ["ftp://127.0.0.1", "only https is used for other machines"],
  ["https://ada:secret@inside.example.org", "a user name or password"],
  ["nowhere", "no URL"],
])("%s is refused: a token would go there", (address, why) => {
  expect(() => gitlabAddress("a.example.org", { GOSLING_GITLAB_ADDRESSES: `a.example.org=${address}` })).toThrow(why);
  expect(() => gitlabAddress("a.example.org", { GOSLING_GITLAB_ADDRESSES: `a.example.org=${address}` })).not.toThrow("secret");
});
