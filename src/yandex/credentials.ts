import type { Edges } from "./edges";
import { readAuthorizedKey, signedToken } from "./authorized-key";
import { cachedToken, type IssuedToken } from "./cached-token";
import type { Channels } from "./channels";
import { type Environment, isLoopback, metadataUrl, tokenExchangeUrl } from "./endpoints";
import { isYandexError, YandexError } from "./error";
import { type JsonAnswer, type JsonRequest, NoAnswer, requestJson } from "./http";
import { withRetries } from "./retry";

/** Who we are to Yandex Cloud. */
export interface Credentials {
  /** Which of the sources it is. */
  readonly source: CredentialSource;
  /**
   * An IAM token that is good for a while.
   * @throws YandexError
   */
  token(): Promise<string>;
  /** This token was refused. Whether `token` can give another. */
  refused(token: string): boolean;
}

export type CredentialSource = "YC_SERVICE_ACCOUNT_KEY_FILE" | "YC_TOKEN" | "YC_OIDC_TOKEN" | "metadata";

/** How long one token may take, all tries together. */
const ISSUE_LIMIT_MS = 10_000;
/** A machine's metadata answer at once or not at all. */
const METADATA_CONNECT_MS = 1_000;
/** Where an answer says nothing of a token's end. */
const UNKNOWN_LIFE_MS = 10 * 60_000;

/**
 * The first that the environment has, in the order of the provider:
 * `YC_SERVICE_ACCOUNT_KEY_FILE` (path or JSON of an authorised key); `YC_TOKEN` (an IAM token, or a person's OAuth
 * token); `YC_OIDC_TOKEN` with `YC_SERVICE_ACCOUNT_ID` (another issuer's token, such as one of GitLab's `id_tokens`, by
 * workload identity federation); else the service account of the machine or container that this runs on. Tokens are
 * kept until shortly before their end.
 */
export function credentials(env: Environment, edges: Edges, channels: Channels): Credentials {
  const keyFile = env["YC_SERVICE_ACCOUNT_KEY_FILE"];
  if (keyFile) {
    return renewable("YC_SERVICE_ACCOUNT_KEY_FILE", edges, async () => {
      const key = await readAuthorizedKey(keyFile);
      return byIam(channels, edges, () => ({ jwt: signedToken(key, edges.now()) }), KEY_REFUSED);
    });
  }
  const given = env["YC_TOKEN"]?.trim();
  if (given) {
    if (!isIamToken(given)) return renewable("YC_TOKEN", edges, () => byIam(channels, edges, () => ({ yandexPassportOauthToken: given }), OAUTH_REFUSED));
    return { source: "YC_TOKEN", token: async () => headerValue(given, "YC_TOKEN"), refused: () => false };
  }
  const oidc = env["YC_OIDC_TOKEN"]?.trim();
  if (oidc) return renewable("YC_OIDC_TOKEN", edges, () => byExchange(env, edges, oidc));
  return renewable("metadata", edges, () => byMetadata(env, edges));
}

/** As the provider tells them apart: everything else is an OAuth token. */
function isIamToken(text: string): boolean {
  return /^t1\.[^.]*\.[^.]*$/.test(text);
}

function renewable(source: CredentialSource, { now }: Edges, issue: () => Promise<IssuedToken>): Credentials {
  const cache = cachedToken(issue, now);
  return {
    source,
    token: () => cache.get(),
    refused(token) {
      cache.drop(token);
      return true;
    },
  };
}

const KEY_REFUSED = "The key of YC_SERVICE_ACCOUNT_KEY_FILE was deleted, or belongs to another installation, or this machine's clock is wrong: make a new key.";
const OAUTH_REFUSED = "YC_TOKEN is neither an IAM token nor an OAuth token that is still good: set it to what `yc iam create-token` prints.";

async function byIam(channels: Channels, edges: Edges, request: () => { readonly jwt: string } | { readonly yandexPassportOauthToken: string }, refused: string): Promise<IssuedToken> {
  const { CreateIamTokenRequest, IamTokenServiceService } = await import("@yandex-cloud/nodejs-sdk/dist/generated/yandex/cloud/iam/v1/iam_token_service.js");
  try {
    const answer = await withRetries({
      edges,
      deadline: edges.now() + ISSUE_LIMIT_MS,
      attempt: (leftMs) => channels.unary("iam", IamTokenServiceService.create, CreateIamTokenRequest.fromPartial(request()), leftMs),
      passing: (error) => isYandexError(error) && (error.status === "UNAVAILABLE" || error.status === "RESOURCE_EXHAUSTED"),
    });
    return { token: headerValue(answer.iamToken, "Yandex Cloud's IAM"), endsAt: answer.expiresAt?.getTime() ?? edges.now() + UNKNOWN_LIFE_MS };
  } catch (error) {
    if (!isYandexError(error) || !(error.status === "UNAUTHENTICATED" || error.status === "PERMISSION_DENIED" || error.status === "INVALID_ARGUMENT" || error.status === "NOT_FOUND")) throw error;
    throw new YandexError("YANDEX_CREDENTIALS", error.message, { hint: refused, status: error.status });
  }
}

async function byExchange(env: Environment, edges: Edges, oidc: string): Promise<IssuedToken> {
  const account = env["YC_SERVICE_ACCOUNT_ID"]?.trim();
  if (!account) throw new YandexError("YANDEX_CREDENTIALS", "YC_OIDC_TOKEN is set, and YC_SERVICE_ACCOUNT_ID is not", { hint: "Set it to the id of the service account that the federated credential belongs to." });
  const url = tokenExchangeUrl(env);
  const answer = await ask(edges, url, {
    form: {
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      audience: account,
      subject_token: oidc,
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    },
    connectTimeoutMs: ISSUE_LIMIT_MS,
    timeoutMs: ISSUE_LIMIT_MS,
    ...(!isLoopback(url.host) && { proxies: env }),
  }).catch((error: unknown) => {
    if (error instanceof NoAnswer) throw new YandexError("YANDEX_UNREACHABLE", `Yandex Cloud's exchange of tokens can't be reached (${error.message})`, { hint: "Check the network, and HTTPS_PROXY where there is one." });
    throw error;
  });
  if (answer.status === 200) return issued(answer, edges, "Yandex Cloud's exchange of tokens");
  // Of what it says only the code is sure to hold nothing of the token.
  const { error } = answer.body ?? {};
  const why = typeof error === "string" && /^[a-z_]{1,40}$/.test(error) ? `${answer.status}, ${error}` : String(answer.status);
  if (answer.status === 429 || answer.status >= 500) throw new YandexError("YANDEX_UNREACHABLE", `Yandex Cloud's exchange of tokens fails (${why})`, { hint: "Try again in a moment." });
  throw new YandexError("YANDEX_CREDENTIALS", `Yandex Cloud gives no token for YC_OIDC_TOKEN (${why})`, {
    hint: "Its issuer and aud are those of the workload identity federation, its sub is exactly that of a federated credential of YC_SERVICE_ACCOUNT_ID, and it has not expired: check the four.",
  });
}

async function byMetadata(env: Environment, edges: Edges): Promise<IssuedToken> {
  const hint = "Set YC_SERVICE_ACCOUNT_KEY_FILE, YC_TOKEN, or YC_OIDC_TOKEN and YC_SERVICE_ACCOUNT_ID; on a machine or container of Yandex Cloud, give it a service account.";
  const answer = await ask(edges, metadataUrl(env), { headers: { "metadata-flavor": "Google" }, connectTimeoutMs: METADATA_CONNECT_MS, timeoutMs: ISSUE_LIMIT_MS / 2 }).catch((error: unknown) => {
    if (error instanceof NoAnswer) throw new YandexError("YANDEX_CREDENTIALS", "There are no credentials for Yandex Cloud", { hint });
    throw error;
  });
  if (answer.status === 200) return issued(answer, edges, "The machine's metadata");
  if (answer.status === 404) throw new YandexError("YANDEX_CREDENTIALS", "There are no credentials for Yandex Cloud: this machine has no service account", { hint });
  throw new YandexError("YANDEX_UNREACHABLE", `The machine's metadata give no token (${answer.status})`, { hint });
}

/** Asks again where that may help: too many requests, or a failure of the server. */
async function ask(edges: Edges, url: URL, request: JsonRequest): Promise<JsonAnswer> {
  class Passing extends Error {
    constructor(readonly answer: JsonAnswer) {
      super();
    }
  }
  try {
    return await withRetries({
      edges,
      deadline: edges.now() + ISSUE_LIMIT_MS,
      attempt: async (leftMs) => {
        const answer = await requestJson(url, { ...request, timeoutMs: Math.min(request.timeoutMs, leftMs) });
        if (answer.status === 429 || answer.status >= 500) throw new Passing(answer);
        return answer;
      },
      passing: (error) => error instanceof Passing,
    });
  } catch (error) {
    if (error instanceof Passing) return error.answer;
    throw error;
  }
}

function issued({ body = {} }: JsonAnswer, edges: Edges, who: string): IssuedToken {
  const { access_token: token, expires_in: seconds } = body;
  const lifeMs = typeof seconds === "number" && seconds > 0 ? seconds * 1000 : UNKNOWN_LIFE_MS;
  return { token: headerValue(token, who), endsAt: edges.now() + lifeMs };
}

/** A header takes no other characters, and whoever says so repeats them. */
function headerValue(token: unknown, who: string): string {
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new YandexError("YANDEX_CREDENTIALS", `${who} gave something that is no token`);
}
