import { GoslingError } from "../vocabulary/error";
import type { DeploymentStore } from "./deployment-store";
import { GitlabProject, type GitlabPlace } from "./gitlab-http";
import { openObjectStore, type ObjectStoreOptions } from "./object-store";
import type { Shelf, Slot } from "./shelf";
import { damaged } from "./store-errors";

export interface GitlabStoreOptions extends GitlabPlace, ObjectStoreOptions {}

/** A store in the package registry of the Nest's project. Nothing is asked before it is needed. */
export function openGitlabStore(options: GitlabStoreOptions): DeploymentStore {
  return openObjectStore(gitlabShelf(new GitlabProject(options)), options);
}

const DEPLOYMENT = "gosling-deployment.";
const CONFIGURATION = "gosling-configuration";
const INDEX = "gosling-index";

/** The most that GitLab lists at once. */
const PAGE = 100;

/**
 * Generic packages:
 *
 * - `gosling-deployment.UNIT`, version ID: files `begin.json`, `end.json`;
 * - `gosling-configuration`, version HASH: file `configuration`;
 * - `gosling-index`, version ID of the newest deployment in it: file `index`.
 *
 * GitLab has no write that depends on what is there, and a project may or may not allow a file twice. So each name
 * belongs to one writer, and who begins a deployment looks afterwards whether somebody else did, too.
 */
function gitlabShelf(project: GitlabProject): Shelf {
  const get = async (path: string): Promise<Buffer | undefined> => {
    const { status, body } = await project.ask({ method: "GET", path: `packages/generic/${path}`, expected: [200, 404] });
    return status === 200 ? body : undefined;
  };

  /** @returns false where the file is there, with other content. */
  const put = async (path: string, content: Buffer): Promise<boolean> => {
    const { status, body } = await project.ask({ method: "PUT", path: `packages/generic/${path}`, body: content, type: "application/octet-stream", expected: [200, 201, 400] });
    if (status !== 400) return true;
    const kept = await get(path);
    // The answer to an earlier attempt may have been lost: then it is ours.
    if (kept) return kept.equals(content);
    throw damaged(`The package registry of the ${project.name}`, `It refused ${path}: ${messageOf(body)}.`);
  };

  async function* packages(name: string): AsyncGenerator<{ readonly name: string; readonly version: string }> {
    const listed = new Set<string>();
    for (let page: string | undefined = "1"; page; ) {
      const query = new URLSearchParams({ package_type: "generic", package_name: name, order_by: "version", sort: "desc", per_page: String(PAGE), page });
      const { headers, body } = await project.ask({ method: "GET", path: `packages?${query}`, expected: [200] });
      for (const found of listIn(body, project.name)) {
        // What was added meanwhile moves the rest into the next page.
        const key = `${found.name}/${found.version}`;
        if (!listed.has(key)) yield found;
        listed.add(key);
      }
      page = typeof headers["x-next-page"] === "string" ? headers["x-next-page"] : undefined;
    }
  }

  async function* slots(name: string): AsyncGenerator<Slot & { readonly id: string }> {
    for await (const { name: found, version: id } of packages(name)) {
      // GitLab's search is for a part of the name.
      if (found.startsWith(DEPLOYMENT) && (name === DEPLOYMENT || found === name)) yield { unit: found.slice(DEPLOYMENT.length), id, key: `${found}/${id}` };
    }
  }

  return {
    ofUnit: (unit) => slots(`${DEPLOYMENT}${unit}`),
    async *all(beginning) {
      for await (const slot of slots(DEPLOYMENT)) {
        if (slot.id.startsWith(beginning)) yield slot;
        else if (slot.id < beginning) return;
      }
    },
    claim: async (unit, id, after, content) => {
      const slot = { unit, id, key: `${DEPLOYMENT}${unit}/${id}` };
      await put(`${slot.key}/begin.json`, content);
      const rivals: Slot[] = [];
      for await (const other of slots(`${DEPLOYMENT}${unit}`)) {
        if (other.id === after?.id) break;
        if (other.id !== id) rivals.push(other);
      }
      return { slot, rivals };
    },
    begin: ({ key }) => get(`${key}/begin.json`),
    end: ({ key }) => get(`${key}/end.json`),
    putEnd: ({ key }, content) => put(`${key}/end.json`, content),
    configuration: (hash) => get(`${CONFIGURATION}/${hash}/configuration`),
    hasConfiguration: async (hash) => (await project.ask({ method: "HEAD", path: `packages/generic/${CONFIGURATION}/${hash}/configuration`, expected: [200, 302, 404] })).status !== 404,
    putConfiguration: async (hash, content) => {
      await put(`${CONFIGURATION}/${hash}/configuration`, content);
    },
    index: async () => {
      for await (const { name, version } of packages(INDEX)) if (name === INDEX) return get(`${INDEX}/${version}/index`);
      return undefined;
    },
    putIndex: async (content, covers) => {
      await put(`${INDEX}/${covers}/index`, content);
    },
    close: () => project.close(),
  };
}

/** A proxy or a page to sign in answers as well. What it says is not repeated: it may hold the token. */
function listIn(body: Buffer, project: string): readonly { readonly name: string; readonly version: string }[] {
  try {
    const list: unknown = JSON.parse(body.toString());
    if (Array.isArray(list)) return list as ReturnType<typeof listIn>;
  } catch {
    // Told below.
  }
  throw new GoslingError("STORE_FAILED", `The package registry of the ${project} answers with something that is no list of packages`, { hint: "Check `server` in nest.repository, and what stands between it and this machine; then run the same command again." });
}

function messageOf(body: Buffer): string {
  try {
    const { message, error } = JSON.parse(body.toString()) as { message?: unknown; error?: unknown };
    return String(message ?? error);
  } catch {
    return "no reason was given";
  }
}
