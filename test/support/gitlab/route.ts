import type { GitlabWorld, WorldToken } from "./world";

/** One path of the API. Routes of one subject stand in a file of their own and are listed in `../gitlab-server.ts`. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/api/v4/`: `projects/:id/hooks/:hook_id`. */
  readonly path: string;
  /** One of these is needed; `api` always will do, and `read_api` for GET. `any`: every token; `none`: no token at all. */
  readonly scopes: readonly string[] | "any" | "none";
  /** Whether Maintainers and Owners only may do it. Default: true. */
  readonly admin?: boolean;
  answer(call: Call): Answer;
}

export interface Call {
  readonly world: GitlabWorld;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each route knows its own body
  readonly body: any;
  readonly token: WorldToken | undefined;
}

export type Answer =
  | { readonly status?: number; readonly body?: unknown }
  /** A whole list: the server cuts it into pages. Each item has an `id`. */
  | { readonly list: readonly { readonly id: number }[] };

export function notFound(what: string): Answer {
  return { status: 404, body: { message: `404 ${what} Not Found` } };
}

/** Parameters of a path that fits a route. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const expected = pattern.split("/");
  const given = path.split("/");
  if (expected.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const value = decodeURIComponent(given[index] as string);
    if (part.startsWith(":")) params[part.slice(1)] = value;
    else if (part !== value) return undefined;
  }
  return params;
}
