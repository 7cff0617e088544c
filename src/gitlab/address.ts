import type { Environment } from "../network/dispatcher";
import { GoslingError } from "../vocabulary/error";

export type { Environment };

/** Says where servers are reached, for tests and for ways around a proxy: `gitlab.example.org=http://127.0.0.1:8080,HOST=URL`. */
export const ADDRESSES_VARIABLE = "GOSLING_GITLAB_ADDRESSES";

/**
 * Base URL of a GitLab server's API: `https://HOST` for the host of a Nest, `gitlab.example.org:8443`. Only
 * `GOSLING_GITLAB_ADDRESSES` gives another one: any https URL, or plain http on this machine, because a token goes there.
 * @throws GoslingError `GITLAB_ADDRESS`
 */
export function gitlabAddress(host: string, env: Environment): string {
  for (const entry of (env[ADDRESSES_VARIABLE] ?? "").split(",")) {
    const at = entry.indexOf("=");
    if (at > 0 && entry.slice(0, at).trim() === host) return checkedAddress(entry.slice(at + 1).trim());
  }
  return `https://${host}`;
}

function checkedAddress(text: string): string {
  const wrong = (why: string): GoslingError =>
    new GoslingError("GITLAB_ADDRESS", `${ADDRESSES_VARIABLE} ${why}`, { hint: "Write HOST=https://ADDRESS, several with commas between them.", exitCode: 64 });
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong("holds an address that is no URL");
  }
  if (url.username !== "" || url.password !== "") throw wrong("holds an address with a user name or password in it");
  const here = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && here)) throw wrong(`names ${url.protocol}//${url.host}: only https is used for other machines`);
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`;
}
