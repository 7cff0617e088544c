import { certificateHint, isCertificateError } from "../network/failure";
import { GoslingError } from "../vocabulary/error";

/**
 * What went wrong with GitLab, for a person. Codes:
 * - `GITLAB_TOKEN` (401): the token is wrong, expired or revoked;
 * - `GITLAB_SCOPE` (403): the token lacks a scope, which the message names;
 * - `GITLAB_FORBIDDEN` (403): its owner lacks the role;
 * - `GITLAB_NOT_FOUND` (404): not there, or not to be seen with this token;
 * - `GITLAB_REFUSED` (other 4xx): in GitLab's own words;
 * - `GITLAB_RATE_LIMIT` (429) that does not pass soon;
 * - `GITLAB_FAILED` (5xx, or an answer that can't be read);
 * - `GITLAB_UNREACHABLE`, `GITLAB_UNTRUSTED` (its certificate).
 */
export class GitlabError extends GoslingError {
  /** HTTP status; none where there was no whole answer. */
  readonly status?: number;
  /** The request changes something and may have been carried out all the same: look before it is sent again. */
  readonly mayBeDone: boolean;

  constructor(code: string, message: string, options: { readonly hint?: string; readonly status?: number; readonly mayBeDone?: boolean; readonly cause?: unknown } = {}) {
    super(code, message, { ...(options.hint !== undefined && { hint: options.hint }), cause: options.cause });
    this.name = "GitlabError";
    if (options.status !== undefined) this.status = options.status;
    this.mayBeDone = options.mayBeDone ?? false;
  }
}

/** What was asked, as messages say it: `GET projects/1/hooks on gitlab.com`. */
export interface Asked {
  readonly server: string;
  readonly method: string;
  readonly path: string;
}

/** An answer that is no success. `words` is what GitLab said, without secrets. */
export function statusError(asked: Asked, status: number, words: string, scope: string | undefined): GitlabError {
  const said = words === "" ? "" : `: ${words}`;
  const what = `${asked.method} ${asked.path}`;
  const server = asked.server;
  switch (status) {
    case 401:
      return new GitlabError("GITLAB_TOKEN", `${server} does not accept the token${said}`, { status, hint: "It is wrong, expired or revoked: make another one and put it where api_token points." });
    case 403:
      if (scope !== undefined) {
        const names = scope.split(/[\s,]+/).join(" or ");
        return new GitlabError("GITLAB_SCOPE", `The token lacks a scope for ${what} on ${server}: ${names}`, { status, hint: `Make a token with the scope ${names}.` });
      }
      return new GitlabError("GITLAB_FORBIDDEN", `${server} refuses ${what}${said}`, { status, hint: "The token's owner needs the role Maintainer in a project, or Owner in a group." });
    case 404:
      return new GitlabError("GITLAB_NOT_FOUND", `${server} knows no ${asked.path}${said}`, { status, hint: "Check project_id or group_id, and that the token's owner is a member there: what it may not see is not found." });
    default:
      if (status >= 300 && status < 400) return new GitlabError("GITLAB_REFUSED", `${server} sends ${what} elsewhere (status ${status})`, { status, hint: "Write the server's present name in the Nest." });
      if (status >= 500) return new GitlabError("GITLAB_FAILED", `${server} fails at ${what} with status ${status}${said}`, { status, hint: "Try again later; the server's status page may know more." });
      return new GitlabError("GITLAB_REFUSED", `${server} refuses ${what} with status ${status}${said}`, { status });
  }
}

/** A request that got no whole answer. */
export function networkError({ server, method, path }: Asked, cause: unknown, mayBeDone: boolean): GitlabError {
  const code = codeOf(cause);
  if (isCertificateError(cause)) {
    return new GitlabError("GITLAB_UNTRUSTED", `The certificate of ${server} is not trusted (${code})`, { hint: certificateHint("a company"), cause });
  }
  const why = TIMED_OUT.has(code) ? "does not answer in time" : code === "ENOTFOUND" || code === "EAI_AGAIN" ? "is not found in the DNS" : `can't be reached (${code === "" ? "connection lost" : code})`;
  const done = mayBeDone ? `; ${method} ${path} may have been done` : "";
  return new GitlabError("GITLAB_UNREACHABLE", `${server} ${why}${done}`, { hint: "Check the server's name in the Nest, the network, and HTTPS_PROXY.", mayBeDone, cause });
}

const TIMED_OUT = new Set(["UND_ERR_BODY_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT", "TIMEOUT"]);

/** The network's code for an error, from wherever a library has put it; empty where there is none. */
export function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const { code, cause, name } = error as { code?: unknown; cause?: unknown; name?: unknown };
  if (name === "TimeoutError") return "TIMEOUT";
  if (typeof code === "string") return code;
  return codeOf(cause);
}

/** Whether GitLab said no because of what the token or its owner may do, or because there is no such thing. */
export function isAbsentOrForbidden(error: unknown): error is GitlabError {
  return error instanceof GitlabError && (error.code === "GITLAB_FORBIDDEN" || error.code === "GITLAB_NOT_FOUND");
}
