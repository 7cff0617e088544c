import { readFile } from "node:fs/promises";
import { rootCertificates } from "node:tls";
import type { Dispatcher } from "undici";
import { GoslingError } from "../vocabulary/error";

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConnectionOptions {
  /** Milliseconds until a connection stands. Default: 15,000. */
  readonly connectMs?: number;
  /** Longest silence of the server in milliseconds. Default: 30,000. */
  readonly idleMs?: number;
  /** Certificates in PEM form that alone are trusted. Default: Node's own, and those that the environment names. */
  readonly ca?: string;
  /** Longest answer in bytes. Default: any. */
  readonly largestAnswer?: number;
}

/**
 * Connections to servers: through the proxy of `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (small letters first), with the
 * certificates of `GOSLING_CA_FILE` and `SSL_CERT_FILE` beside Node's own.
 * @throws GoslingError `CERTIFICATES_UNREADABLE`
 */
export async function openDispatcher(env: Environment, { connectMs = 15_000, idleMs = 30_000, ca, largestAnswer }: ConnectionOptions = {}): Promise<Dispatcher> {
  const { EnvHttpProxyAgent } = await import("undici");
  const variable = (name: string): string => env[name.toLowerCase()] ?? env[name] ?? "";
  const trusted = ca ?? (await trustedCertificates(env));
  const tls = trusted === undefined ? {} : { ca: trusted };
  return new EnvHttpProxyAgent({
    httpProxy: variable("HTTP_PROXY"),
    httpsProxy: variable("HTTPS_PROXY"),
    noProxy: variable("NO_PROXY"),
    connect: { ...tls, timeout: connectMs },
    requestTls: tls,
    proxyTls: tls,
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    ...(largestAnswer !== undefined && { maxResponseSize: largestAnswer }),
  });
}

/**
 * Roots that are trusted: Node's own and a company's, of the files that `GOSLING_CA_FILE` and `SSL_CERT_FILE` name;
 * undefined where neither is set. `NODE_EXTRA_CA_CERTS` alone is Node's own business.
 * @throws GoslingError `CERTIFICATES_UNREADABLE`
 */
export async function trustedCertificates(env: Environment): Promise<string[] | undefined> {
  if (!env["GOSLING_CA_FILE"] && !env["SSL_CERT_FILE"]) return undefined;
  const texts = await Promise.all(
    ["GOSLING_CA_FILE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"].map(async (variable) => {
      const file = env[variable];
      if (!file) return "";
      return readFile(file, "utf8").catch((cause: unknown) => {
        throw new GoslingError("CERTIFICATES_UNREADABLE", `The certificates in ${file} can't be read`, { hint: `Set ${variable} to a file with certificates in PEM form.`, cause });
      });
    }),
  );
  return [...rootCertificates, ...texts.filter((text) => text !== "")];
}
