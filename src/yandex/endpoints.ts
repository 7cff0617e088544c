import type { Environment } from "../network/dispatcher";
import { YandexError } from "./error";

export type { Environment };

/** The services that are called, by their ids in Yandex Cloud's list of endpoints. */
export type Service = "compute" | "iam" | "lockbox" | "lockbox-payload" | "operation";

/** Where they are unless `YC_ENDPOINT` says otherwise, as https://api.cloud.yandex.net/endpoints has it. */
export const ADDRESSES: Readonly<Record<Service, string>> = {
  compute: "compute.api.cloud.yandex.net:443",
  iam: "iam.api.cloud.yandex.net:443",
  lockbox: "lockbox.api.cloud.yandex.net:443",
  "lockbox-payload": "payload.lockbox.api.cloud.yandex.net:443",
  operation: "operation.api.cloud.yandex.net:443",
};

const METADATA_HOST = "169.254.169.254";
const TOKEN_EXCHANGE = "https://auth.yandex.cloud/oauth/token";

/** `HOST:PORT` of the endpoint that lists the others; absent: the addresses above. */
export function discoveryAddress(env: Environment): string | undefined {
  const address = env["YC_ENDPOINT"];
  if (address === undefined || address === "") return undefined;
  if (!/^(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/i.test(address)) throw new YandexError("YANDEX_ENDPOINT", "YC_ENDPOINT is no address", { hint: "Give HOST:PORT, as the provider takes it: api.cloud.yandex.net:443." });
  return /:\d+$/.test(address) ? address : `${address}:443`;
}

/** Where a machine asks for its own token: `YC_METADATA_ADDR` takes the place of the usual host. */
export function metadataUrl(env: Environment): URL {
  const host = env["YC_METADATA_ADDR"] || METADATA_HOST;
  const text = `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`;
  if (/[/@?#]/.test(host) || !URL.canParse(text)) throw new YandexError("YANDEX_ENDPOINT", "YC_METADATA_ADDR is no HOST or HOST:PORT");
  return new URL(text);
}

/** Where another issuer's token becomes one of Yandex Cloud. Only on this machine it may do without TLS. */
export function tokenExchangeUrl(env: Environment): URL {
  const text = env["YC_OIDC_TOKEN_URL"] || TOKEN_EXCHANGE;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.host))) return url;
  throw new YandexError("YANDEX_ENDPOINT", "YC_OIDC_TOKEN_URL is no https:// address", { hint: `Leave it out: it is ${TOKEN_EXCHANGE}.` });
}

/** Whether `HOST:PORT` is this machine, whatever a name server says: a number, or `localhost`. */
export function isLoopback(address: string): boolean {
  const host = address.replace(/:\d+$/, "");
  return host === "localhost" || host === "[::1]" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
