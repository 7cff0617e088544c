import { parseGitAddress } from "../../src/cli/git-address";

test.each([
  ["git@gitlab.com:acme/nest.git", { server: "gitlab.com", path: "acme/nest", ssh: "git@gitlab.com:acme/nest.git" }],
  ["gitlab.example.org:/acme/infra/nest", { server: "gitlab.example.org", path: "acme/infra/nest", ssh: "git@gitlab.example.org:acme/infra/nest.git" }],
  ["deploy@GitLab.Example.org:acme/nest", { server: "gitlab.example.org", path: "acme/nest", ssh: "deploy@gitlab.example.org:acme/nest.git" }],
  ["ssh://git@gitlab.example.org:2222/acme/nest.git", { server: "gitlab.example.org", path: "acme/nest", ssh: "ssh://git@gitlab.example.org:2222/acme/nest.git" }],
  ["ssh://gitlab.example.org/acme/nest/", { server: "gitlab.example.org", path: "acme/nest", ssh: "ssh://git@gitlab.example.org/acme/nest.git" }],
  ["https://gitlab.com/acme/nest.git", { server: "gitlab.com", path: "acme/nest", ssh: "git@gitlab.com:acme/nest.git" }],
  ["https://ada:s3cret@gitlab.com/acme/nest", { server: "gitlab.com", path: "acme/nest", ssh: "git@gitlab.com:acme/nest.git" }],
  ["https://gitlab.example.org:8443/acme/nest", { server: "gitlab.example.org:8443", path: "acme/nest" }],
  ["git@gitlab:acme/nest.git", { path: "acme/nest", ssh: "git@gitlab:acme/nest.git" }],
  ["ssh://ada:s3cret@gitlab.com/acme/nest", { server: "gitlab.com", path: "acme/nest", ssh: "ssh://ada@gitlab.com/acme/nest.git" }],
])("%s", (text, address) => expect(parseGitAddress(text)).toEqual(address));

test.each(["", "../nest", "/srv/nest.git", "file:///srv/acme/nest.git", "C:\\nest", "http://gitlab.com/acme/nest", "git@gitlab.com:nest", "https://gitlab.com/acme/../nest", "https://gitlab.com/acme/nest?x=1", "git@gitlab.com:acme/a nest", "-oProxyCommand=x:acme/nest"])("%j is no address of a project", (text) => {
  expect(parseGitAddress(text)).toBeUndefined();
});
