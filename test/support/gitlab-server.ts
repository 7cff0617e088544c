import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { deployKeyRoutes } from "./gitlab/deploy-keys";
import { hookRoutes } from "./gitlab/hooks";
import { projectRoutes } from "./gitlab/projects";
import { type Answer, matchPath, type Route } from "./gitlab/route";
import { runnerRoutes } from "./gitlab/runners";
import { scheduleRoutes } from "./gitlab/schedules";
import { emptyWorld, type GitlabWorld, type WorldProject, type WorldToken } from "./gitlab/world";

export { addDeployKey, deployKeysOf } from "./gitlab/deploy-keys";
export { addHook, hooksOf } from "./gitlab/hooks";
export type { Route } from "./gitlab/route";
export { addRunner } from "./gitlab/runners";
export { addSchedule } from "./gitlab/schedules";
export type { GitlabWorld } from "./gitlab/world";

/** A GitLab server in memory that behaves as the documented API, as far as Gosling uses it. */
export interface GitlabServer {
  readonly url: string;
  readonly world: GitlabWorld;
  /** `METHOD path?query`, in order; those that were failed too. */
  readonly requests: readonly string[];
  /** What was written: all requests but GET. */
  writes(): readonly string[];
  /** Forgets the requests so far. */
  forget(): void;
  /** A token, with its value as given. */
  addToken(value: string, scopes: readonly string[], more?: Partial<WorldToken>): void;
  addGroup(id: number, path: string, parent?: number): void;
  addProject(id: number, path: string, more?: Partial<WorldProject>): void;
  /** The next requests that fit go wrong, `times` of them (default: 1), after so many that go well (default: 0). */
  fail(fits: RegExp, fault: Fault, times?: number, after?: number): void;
  /** Nothing goes wrong any more. */
  heal(): void;
  /** At most so many requests a minute by the world's clock. */
  limit(perMinute: number): void;
  close(): Promise<void>;
}

export type Fault =
  | { readonly kind: "status"; readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** It is refused, in words that repeat all that was sent. */
  | { readonly kind: "echo"; readonly status: number }
  /** The connection ends before anything is done. */
  | { readonly kind: "drop" }
  /** It is done, and the connection ends without an answer. */
  | { readonly kind: "done-and-drop" }
  /** It is done, and half of the answer comes. */
  | { readonly kind: "half" }
  /** It is done, and no answer comes. */
  | { readonly kind: "silence" }
  | { readonly kind: "page" };

export interface GitlabServerOptions {
  /** More paths. */
  readonly routes?: readonly Route[];
}

export async function gitlabServer({ routes = [] }: GitlabServerOptions = {}): Promise<GitlabServer> {
  const world = emptyWorld();
  const requests: string[] = [];
  const faults: { readonly fits: RegExp; readonly fault: Fault; left: number; after: number }[] = [];
  const all = [...routes, ...projectRoutes, ...runnerRoutes, ...hookRoutes, ...scheduleRoutes, ...deployKeyRoutes];
  let perMinute = Infinity;
  let window = { minute: -1, count: 0 };

  const limited = (response: ServerResponse): boolean => {
    if (perMinute === Infinity) return false;
    const minute = Math.floor(world.now() / 60_000);
    if (window.minute !== minute) window = { minute, count: 0 };
    window.count++;
    const reset = (minute + 1) * 60;
    response.setHeader("RateLimit-Limit", perMinute);
    response.setHeader("RateLimit-Remaining", Math.max(0, perMinute - window.count));
    response.setHeader("RateLimit-Reset", reset);
    if (window.count <= perMinute) return false;
    response.setHeader("Retry-After", Math.max(1, reset - Math.floor(world.now() / 1000)));
    response.writeHead(429, { "content-type": "text/plain" }).end("Retry later\n");
    return true;
  };

  const answer = (request: IncomingMessage, response: ServerResponse, text: string): void => {
    const url = new URL(request.url ?? "/", server.url);
    const path = url.pathname.replace(/^\/api\/v4\//, "");
    const method = request.method ?? "GET";
    const line = `${method} ${path}${url.search}`;
    requests.push(line);
    response.setHeader("date", new Date(world.now()).toUTCString());
    const planned = faults.find((one) => one.left > 0 && one.fits.test(line) && one.after-- <= 0);
    if (planned) planned.left--;
    const fault = planned?.fault;
    if (fault?.kind === "drop") return void request.socket.destroy();
    if (fault?.kind === "page") return void response.writeHead(200, { "content-type": "text/html" }).end("<!DOCTYPE html><title>Sign in</title>");
    if (fault?.kind === "echo") return void response.writeHead(fault.status, { "content-type": "application/json" }).end(JSON.stringify({ message: repeated(String(request.headers["private-token"]), text) }));
    if (fault?.kind === "status") return void response.writeHead(fault.status, { "content-type": "application/json", ...fault.headers }).end(JSON.stringify(fault.body ?? { message: `${fault.status}` }));
    if (limited(response)) return;
    const { status, body, headers } = paged(decide(all, world, request, method, path, url, text), url, path);
    if (fault?.kind === "done-and-drop") return void request.socket.destroy();
    if (fault?.kind === "silence") return;
    const content = body === undefined ? "" : JSON.stringify(body);
    response.writeHead(status, { ...headers, ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(content) }) });
    if (fault?.kind === "half") return void response.write(content.slice(0, content.length / 2), () => request.socket.destroy());
    response.end(content);
  };

  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => answer(request, response, Buffer.concat(chunks).toString("utf8")));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const server: GitlabServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    world,
    requests,
    writes: () => requests.filter((line) => !line.startsWith("GET ") && !line.startsWith("POST runners/verify")),
    forget: () => void requests.splice(0),
    addToken: (value, scopes, more = {}) => void world.tokens.set(value, { id: world.nextId(), name: "gosling", revoked: false, active: true, scopes, role: "owner", ...more }),
    addGroup: (id, path, parent) => void world.groups.set(id, { id, path, ...(parent !== undefined && { parent }) }),
    addProject: (id, path, more = {}) => void world.projects.set(id, { id, path, archived: false, sharedWith: [], ...more }),
    fail: (fits, fault, times = 1, after = 0) => void faults.push({ fits, fault, left: times, after }),
    heal: () => void faults.splice(0),
    limit: (count) => void (perMinute = count),
    close: () => {
      http.closeAllConnections();
      return new Promise((resolve) => http.close(() => resolve()));
    },
  };
  return server;
}

/** The token, too, as it is, encoded, and where long messages are cut. */
function repeated(token: string, body: string): string {
  const forms = [token, encodeURIComponent(token), Buffer.from(token).toString("base64")].join(" ");
  return `${forms} ${body} ${"-".repeat(Math.max(0, 478 - forms.length - body.length))} ${token}`;
}

function decide(routes: readonly Route[], world: GitlabWorld, request: IncomingMessage, method: string, path: string, url: URL, text: string): Answer {
  for (const route of routes) {
    const params = route.method === method ? matchPath(route.path, path) : undefined;
    if (!params) continue;
    const token = world.tokens.get(String(request.headers["private-token"] ?? ""));
    const refused = route.scopes === "none" ? undefined : refusal(route, token, method);
    return refused ?? route.answer({ world, params, query: url.searchParams, body: text === "" ? {} : JSON.parse(text), token });
  }
  return { status: 404, body: { error: "404 Not Found" } };
}

function refusal({ scopes, admin = true }: Route, token: WorldToken | undefined, method: string): Answer | undefined {
  if (!token) return { status: 401, body: { message: "401 Unauthorized" } };
  if (!token.active) return { status: 401, body: { error: "invalid_token", error_description: "Token is expired. You can either do re-authorization or token refresh." } };
  const enough = ["api", ...(method === "GET" ? ["read_api"] : []), ...(Array.isArray(scopes) ? (scopes as readonly string[]) : [])];
  if (scopes !== "any" && !token.scopes.some((scope) => enough.includes(scope))) {
    return { status: 403, body: { error: "insufficient_scope", error_description: "The request requires higher privileges than provided by the access token.", scope: [...new Set(enough)].join(" ") } };
  }
  return admin && token.role !== "owner" ? { status: 403, body: { message: "403 Forbidden" } } : undefined;
}

/** Cuts lists into pages, by number or (`pagination=keyset`) after the last id, with GitLab's headers. */
function paged(answer: Answer, url: URL, path: string): { readonly status: number; readonly body: unknown; readonly headers: Record<string, string> } {
  if (!("list" in answer)) return { status: answer.status ?? 200, body: answer.body, headers: {} };
  const perPage = Math.min(100, Number(url.searchParams.get("per_page") ?? 20));
  const link = (changes: Record<string, string>): string => {
    const next = new URL(`/api/v4/${path}${url.search}`, url.origin);
    for (const [name, value] of Object.entries({ per_page: String(perPage), ...changes })) next.searchParams.set(name, value);
    return `<${next.href}>; rel="next"`;
  };
  if (url.searchParams.get("pagination") === "keyset") {
    const rest = answer.list.filter(({ id }) => id > Number(url.searchParams.get("id_after") ?? 0));
    const body = rest.slice(0, perPage);
    return { status: 200, body, headers: rest.length > perPage ? { link: link({ id_after: String(body.at(-1)?.id) }) } : {} };
  }
  const page = Number(url.searchParams.get("page") ?? 1);
  const pages = Math.max(1, Math.ceil(answer.list.length / perPage));
  const headers = { "x-page": String(page), "x-per-page": String(perPage), "x-total": String(answer.list.length), "x-total-pages": String(pages), "x-next-page": page < pages ? String(page + 1) : "", "x-prev-page": page > 1 ? String(page - 1) : "" };
  return { status: 200, body: answer.list.slice((page - 1) * perPage, page * perPage), headers: { ...headers, ...(page < pages && { link: link({ page: String(page + 1) }) }) } };
}
