import { readFile } from "node:fs/promises";
import { rootCertificates } from "node:tls";
import type { Dispatcher } from "undici";
import { GoslingError } from "../vocabulary/error";
import type { Environment } from "./address";

export interface ConnectionTimeouts {
  /** Until a connection stands. Default: 15 s. */
  readonly connectMs?: number;
  /** Longest silence of the server. Default: 30 s. */
  readonly idleMs?: number;
}

/**
 * Connections to servers: through the proxy of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (small letters first), with the
 * certificates of `GOSLING_CA_FILE` or `SSL_CERT_FILE` beside Node's own. `NODE_EXTRA_CA_CERTS` alone is Node's own business.
 * @throws GoslingError `CERTIFICATES_UNREADABLE`
 */
export async function openDispatcher(env: Environment, { connectMs = 15_000, idleMs = 30_000 }: ConnectionTimeouts = {}): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import("undici");
  const variable = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? "";
  const ca = await certificates(env);
  const tls = ca === undefined ? {} : { ca };
  return new EnvHttpProxyAgent({
    httpProxy: variable("HTTP_PROXY"),
    httpsProxy: variable("HTTPS_PROXY"),
    noProxy: variable("NO_PROXY"),
    connect: { ...tls, timeout: connectMs },
    requestTls: tls,
    proxyTls: tls,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
  });
}

async function certificates(env: Environment): Promise<string[] | undefined> {
  const variable = ["GOSLING_CA_FILE", "SSL_CERT_FILE"].find((name) => env[name]);
  if (variable === undefined) return undefined;
  const files = [env[variable], env["NODE_EXTRA_CA_CERTS"]].flatMap((file) => (file === undefined || file === "" ? [] : [file]));
  const texts = await Promise.all(
    files.map((file) =>
      readFile(file, "utf8").catch((cause: unknown) => {
        throw new GoslingError("CERTIFICATES_UNREADABLE", `The certificates in ${file} can't be read`, { hint: `Set ${variable} to a file with certificates in PEM form.`, cause });
      }),
    ),
  );
  return [...rootCertificates, ...texts];
}
