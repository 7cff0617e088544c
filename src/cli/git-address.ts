import { parseHost } from "../vocabulary/host";

/** Where a repository is, as Git reaches it from elsewhere. */
export interface GitAddress {
  /** The GitLab server, as in a Nest; absent where the host has no domain. */
  readonly server?: string;
  /** `group/sub-group/project` */
  readonly path: string;
  /** The address for SSH, by which a deploy key works; without a password. Absent where only an address for HTTPS with a port of its own is known. */
  readonly ssh?: string;
}

/**
 * Reads `git@HOST:PATH`, `ssh://git@HOST:PORT/PATH` and `https://HOST/PATH`. Undefined for what is none of them: a folder
 * of this machine, another protocol, a path that can be no GitLab project's.
 */
export function parseGitAddress(text: string): GitAddress | undefined {
  const [, scheme = "", login = "", host = "", port = "", rest = ""] = /^(ssh|https):\/\/(?:([^/@\s]*)@)?([a-z0-9][a-z0-9.-]*)(?::(\d+))?\/([^\s?#]+)$/i.exec(text) ?? [];
  if (scheme === "") return scpAddress(text);
  const path = pathOf(rest);
  if (path === undefined) return undefined;
  const name = host.toLowerCase();
  if (scheme.toLowerCase() === "https") {
    const own = port !== "" && port !== "443";
    return { ...serverOf(own ? `${name}:${port}` : name), path, ...(!own && { ssh: `git@${name}:${path}.git` }) };
  }
  return { ...serverOf(name), path, ssh: `ssh://${/^[a-z0-9_][a-z0-9_.-]*/i.exec(login)?.[0] ?? "git"}@${name}${port === "" ? "" : `:${port}`}/${path}.git` };
}

function scpAddress(text: string): GitAddress | undefined {
  const [, user = "git", host = "", rest = ""] = /^(?:([a-z0-9_][a-z0-9_.-]*)@)?([a-z0-9][a-z0-9.-]+):(?!\/\/)\/?([^\s?#]+)$/i.exec(text) ?? [];
  const path = pathOf(rest);
  return path === undefined ? undefined : { ...serverOf(host.toLowerCase()), path, ssh: `${user}@${host.toLowerCase()}:${path}.git` };
}

/** Every project of GitLab is in a group or belongs to a user. */
function pathOf(text: string): string | undefined {
  const path = text.replace(/\/+$/, "").replace(/\.git$/, "");
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/.test(path) ? path : undefined;
}

function serverOf(host: string): Pick<GitAddress, "server"> {
  const server = parseHost(host);
  return server.ok ? { server: server.value } : {};
}
