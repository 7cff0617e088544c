import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One file of a generic package. */
export interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly file: string;
  readonly content: Buffer;
}

export interface PackagesOptions {
  readonly project?: number;
  readonly token?: string;
  /** Whether a package may have a file twice, as the project's settings say. Default: yes, as in GitLab; the newer one is given. */
  readonly duplicates?: boolean;
}

/** GitLab's generic packages, states and their locks, as the store asks for them; answers whether a request was for it. */
export interface GitlabPackages {
  readonly files: PackageFile[];
  /** States as they lie there, by name. */
  readonly states: Map<string, Buffer>;
  /** Ids of the locks that are held, by the state's name. */
  readonly locks: ReadonlyMap<string, { readonly ID: string }>;
  /** `METHOD /path?query`, in order. */
  readonly requests: string[];
  /** Called before a request is carried out; `"drop"`: no answer; `"drop after"`: it is done, and there is no answer; a number: this status instead. */
  fault: ((request: IncomingMessage) => number | "drop" | "drop after" | undefined) | undefined;
  handle(request: IncomingMessage, response: ServerResponse): boolean;
}

/** Letters that a package's name, version and files may have. */
const NAME = /^[A-Za-z0-9._+-]+$/;
const LOCK_FIELDS = ["ID", "Operation", "Info", "Who", "Version", "Created", "Path"];

export function gitlabPackages({ project = 7, token = "glpat-test", duplicates = true }: PackagesOptions = {}): GitlabPackages {
  const files: PackageFile[] = [];
  const requests: string[] = [];
  const states = new Map<string, Buffer>();
  const locks = new Map<string, { readonly ID: string; readonly Created: string }>();
  const base = `/api/v4/projects/${project}/`;

  const answer = (request: IncomingMessage, url: URL, body: Buffer): Answer => {
    const path = url.pathname.slice(base.length);
    const [, state, lock] = /^terraform\/state\/([^/]+)(\/lock)?$/.exec(path) ?? [];
    if (state !== undefined) {
      // As GitLab does: a job's token is only taken as a password there.
      const password = Buffer.from((request.headers.authorization ?? "").replace("Basic ", ""), "base64").toString().split(":")[1];
      if (password !== token) return { status: 401 };
      return lock === undefined ? stateAnswer(request.method, state, url, body) : lockAnswer(request.method, state, url, body);
    }
    if (request.headers["private-token"] !== token && request.headers["job-token"] !== token) return { status: 401 };
    if (path === "packages") return listAnswer(url.searchParams);
    const [, name = "", version = "", file = ""] = /^packages\/generic\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (![name, version, file].every((part) => NAME.test(part))) return { status: 400, body: '{"error":"package_name is invalid"}' };
    const own = files.filter((kept) => kept.name === name && kept.version === version && kept.file === file);
    if (request.method === "PUT") {
      if (own.length > 0 && !duplicates) return { status: 400, body: '{"message":"400 Bad request - Duplicate package is not allowed"}' };
      files.push({ name, version, file, content: body });
      return { status: 201, body: '{"message":"201 Created"}' };
    }
    const newest = own.at(-1);
    return newest ? { status: 200, body: newest.content } : { status: 404, body: '{"message":"404 Not found"}' };
  };

  const listAnswer = (query: URLSearchParams): Answer => {
    const wanted = query.get("package_name") ?? "";
    const packages = [...new Map(files.map(({ name, version }) => [`${name}/${version}`, { name, version, package_type: "generic" }])).values()].filter(({ name }) => name.includes(wanted));
    packages.sort((one, other) => (one.version < other.version ? 1 : -1));
    const size = Number(query.get("per_page") ?? 20);
    const page = Number(query.get("page") ?? 1);
    return { status: 200, body: JSON.stringify(packages.slice((page - 1) * size, page * size)), headers: { "x-next-page": packages.length > page * size ? String(page + 1) : "" } };
  };

  const stateAnswer = (method: string | undefined, name: string, url: URL, body: Buffer): Answer => {
    if (method === "GET") {
      const found = states.get(name);
      return found ? { status: 200, body: found } : { status: 404 };
    }
    const held = locks.get(name);
    if (held && url.searchParams.get("ID") !== held.ID) return { status: 423 };
    if (method === "POST") states.set(name, body);
    else states.delete(name);
    return { status: 200 };
  };

  const lockAnswer = (method: string | undefined, name: string, url: URL, body: Buffer): Answer => {
    const held = locks.get(name);
    if (method === "DELETE") {
      const id = url.searchParams.get("ID");
      if (held && id !== null && id !== held.ID) return { status: 409 };
      locks.delete(name);
      return { status: 200 };
    }
    const info = JSON.parse(body.toString()) as Record<string, string>;
    if (!LOCK_FIELDS.every((field) => field in info)) return { status: 400 };
    if (!held) locks.set(name, { ID: info["ID"] as string, Created: "2026-11-27T10:00:00.000Z" });
    // GitLab keeps only the id, the time and the user; the rest is the question's own.
    const { Operation, Info, Version, Path } = info;
    return { status: held ? 409 : 200, body: JSON.stringify({ Operation, Info, Version, Path, Who: "root", ...locks.get(name) }) };
  };

  const packages: GitlabPackages = {
    files,
    states,
    locks,
    requests,
    fault: undefined,
    handle: (request, response) => {
      const url = new URL(request.url ?? "/", "http://gitlab.invalid");
      if (!url.pathname.startsWith(base) || !/^(packages|terraform)(\/|$)/.test(url.pathname.slice(base.length))) return false;
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        requests.push(`${request.method} ${decodeURIComponent(request.url ?? "")}`);
        const fault = packages.fault?.(request);
        if (fault === "drop") return void request.socket.destroy();
        const { status, body = "", headers } = typeof fault === "number" ? ({ status: fault } as Answer) : answer(request, url, Buffer.concat(chunks));
        if (fault === "drop after") return void request.socket.destroy();
        response.writeHead(status, { "content-length": Buffer.byteLength(body), ...headers });
        response.end(request.method === "HEAD" ? undefined : body);
      });
      return true;
    },
  };
  return packages;
}

interface Answer {
  readonly status: number;
  readonly body?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The handler as a server of its own. */
export async function startPackagesServer(packages: GitlabPackages): Promise<{ readonly api: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (!packages.handle(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v4`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
