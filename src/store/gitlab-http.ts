import type { Dispatcher } from "undici";
import { openDispatcher } from "../network/dispatcher";
import { certificateHint, isCertificateError, networkCode } from "../network/failure";
import { GoslingError } from "../vocabulary/error";

/** The Nest's own project: `nest.repository`, or the variables of the pipeline. */
export interface GitlabPlace {
  /** Address of the API: `https://gitlab.com/api/v4`. */
  readonly api: string;
  /** Number of the project, or its path. */
  readonly project: number | string;
  readonly token: GitlabToken;
  /** For proxies and certificates. Default: none. */
  readonly env?: NodeJS.ProcessEnv;
  /** Waits before another attempt. Default: a timer. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** `job`: a pipeline's `CI_JOB_TOKEN`; `private`: a person's or a project's access token with the scope `api`. */
export interface GitlabToken {
  readonly kind: "job" | "private";
  readonly value: string;
}

export interface GitlabAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface GitlabRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Below the project: `packages/…`. */
  readonly path: string;
  readonly body?: Buffer | string;
  readonly type?: string;
  /** How the token is given. The state's addresses take a job's token only as a password. Default: a header. */
  readonly authentication?: "header" | "password";
  /** Statuses that the caller understands; another one is an error. */
  readonly expected: readonly number[];
}

interface NoAnswer {
  readonly lost: Error;
}

const ATTEMPTS = 4;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 3;

/** Asks one project of a GitLab server, as far as a store and locks need it. */
export class GitlabProject {
  private opened: Promise<{ readonly undici: typeof import("undici"); readonly dispatcher: Dispatcher }> | undefined;

  constructor(private readonly place: GitlabPlace) {}

  async ask(request: GitlabRequest): Promise<GitlabAnswer> {
    const sleep = this.place.sleep ?? wait;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.once(request).catch((lost: Error) => ({ lost }));
      if ("status" in outcome && request.expected.includes(outcome.status)) return outcome;
      const passing = "lost" in outcome ? !(outcome.lost instanceof GoslingError || isCertificateError(outcome.lost)) : outcome.status === 429 || outcome.status >= 500;
      if (!passing || attempt === ATTEMPTS) throw this.failure(request, outcome);
      await sleep(waitOf(outcome, attempt));
    }
  }

  /** For messages. */
  get name(): string {
    return `project ${this.place.project} of ${new URL(this.place.api).host}`;
  }

  close(): void {
    void this.opened?.then(({ dispatcher }) => dispatcher.close());
    this.opened = undefined;
  }

  private async once({ method, path, body, type, authentication = "header" }: GitlabRequest): Promise<GitlabAnswer> {
    const { undici, dispatcher } = await (this.opened ??= connect(this.place.env ?? {}));
    let url = new URL(`${this.place.api.replace(/\/$/, "")}/projects/${encodeURIComponent(this.place.project)}/${path}`);
    const origin = url.origin;
    for (let redirects = 0; ; redirects++) {
      // A file may be in a storage of another host, and the token is none of its business.
      const own = url.origin === origin ? this.authentication(authentication) : {};
      const answer = await undici.request(url, { dispatcher, method, headers: { "user-agent": "gosling", ...own, ...(type !== undefined && { "content-type": type }) }, body });
      const location = answer.headers["location"];
      if (method === "GET" && answer.statusCode >= 300 && answer.statusCode < 400 && typeof location === "string" && redirects < MAX_REDIRECTS) {
        await answer.body.dump();
        url = new URL(location, url);
        continue;
      }
      return { status: answer.statusCode, headers: answer.headers, body: Buffer.from(await answer.body.arrayBuffer()) };
    }
  }

  private authentication(how: "header" | "password"): Record<string, string> {
    const { kind, value } = this.place.token;
    if (how === "header") return { [kind === "job" ? "job-token" : "private-token"]: value };
    return { authorization: `Basic ${Buffer.from(`${kind === "job" ? "gitlab-ci-token" : "gosling"}:${value}`).toString("base64")}` };
  }

  private failure({ method, path }: GitlabRequest, outcome: GitlabAnswer | NoAnswer): GoslingError {
    const what = `${method} ${path.split("?")[0]} of the ${this.name}`;
    if ("lost" in outcome) {
      const { lost } = outcome;
      if (lost instanceof GoslingError) return lost;
      if (isCertificateError(lost)) {
        return new GoslingError("STORE_UNTRUSTED", `The certificate of ${new URL(this.place.api).host} is not trusted (${networkCode(lost)})`, { hint: certificateHint("a company"), cause: lost });
      }
      return new GoslingError("STORE_UNREACHABLE", `${what} got no answer: ${(lost as NodeJS.ErrnoException).code ?? lost.message}`, { hint: "Check the network, and `server` in nest.repository.", cause: lost });
    }
    const { status } = outcome;
    if (status === 401 || status === 403) {
      return new GoslingError("STORE_DENIED", `${what} is denied (status ${status})`, { hint: "Let the project's package registry be on, and the token be a job's, or one with the scope `api` and the role Maintainer." });
    }
    if (status === 404) {
      return new GoslingError("STORE_MISSING", `${what}: no such project, or the token may not see it`, { hint: "Check nest.repository, and that the project's package registry is on." });
    }
    if (status === 413) return new GoslingError("STORE_FAILED", `${what} is larger than the server allows`, { hint: "Raise the largest size of generic packages in the server's settings." });
    const busy = status === 429;
    return new GoslingError(busy ? "STORE_BUSY" : "STORE_FAILED", `${what} failed with status ${status}${busy ? `, after ${ATTEMPTS} attempts` : ""}`, { hint: "Run the same command again in a minute." });
  }
}

async function connect(env: NodeJS.ProcessEnv): Promise<{ readonly undici: typeof import("undici"); readonly dispatcher: Dispatcher }> {
  const [undici, dispatcher] = await Promise.all([import("undici"), openDispatcher(env, { connectMs: CONNECT_TIMEOUT_MS, idleMs: ANSWER_TIMEOUT_MS })]);
  return { undici, dispatcher };
}

function waitOf(outcome: GitlabAnswer | NoAnswer, attempt: number): number {
  const asked = "lost" in outcome ? NaN : Number(outcome.headers["retry-after"]) * 1000;
  return Math.min(LONGEST_WAIT_MS, asked > 0 ? asked : FIRST_WAIT_MS * 2 ** (attempt - 1));
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
