import { checkToken, type Gitlab, GitlabError, openGitlab, type TokenUse } from "../../gitlab";
import type { SecretPlace } from "../../secrets";
import { GoslingError } from "../../vocabulary/error";
import { isMissing, type ResolvePlaced } from "./secret-writer";

export interface SessionOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly resolve: ResolvePlaced;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 to below 1. Default: the machine's chance. */
  readonly random?: () => number;
  /** Waits between two tries. Default: really waits. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** A server, opened with a token that may do what is asked of it. */
export interface OpenedServer {
  readonly gitlab: Gitlab;
  readonly warnings: readonly string[];
}

/** Servers by token, each opened and asked about its token once, however many Eggs share it. */
export interface GitlabSession {
  /** @throws GoslingError `GITLAB_TOKEN_MISSING`, `GITLAB_TOKEN`, `GITLAB_SCOPE` and what else GitLab or the store says; all name the reference */
  open(server: string, apiToken: string, uses: readonly TokenUse[], place?: SecretPlace): Promise<OpenedServer>;
  close(): Promise<void>;
}

export function gitlabSession(options: SessionOptions): GitlabSession {
  const opened = new Map<string, Promise<Gitlab>>();
  const facts = new Map<string, ReturnType<Gitlab["token"]>>();
  return {
    async open(server, apiToken, uses, place) {
      const token = await readToken(() => options.resolve(apiToken, place), server, apiToken, uses);
      const key = JSON.stringify([server, token]);
      const { env, now, random, pause } = options;
      const gitlab = await remembered(opened, key, () => openGitlab({ server, token, env, now, ...(random && { random }), ...(pause && { pause }) }));
      try {
        const warnings = checkToken(await remembered(facts, key, () => gitlab.token()), uses, apiToken, now());
        return { gitlab, warnings };
      } catch (error) {
        if (error instanceof GitlabError && error.code === "GITLAB_TOKEN" && error.status === 401) throw new GitlabError(error.code, `${error.message} (behind ${apiToken})`, { status: 401, hint: `It is wrong, expired or revoked: make another one with ${scopesFor(uses)} and put it there.` });
        throw error;
      }
    },
    async close() {
      for (const one of opened.values()) await one.then((gitlab) => gitlab.close()).catch(() => undefined);
    },
  };
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

async function readToken(read: () => Promise<string>, server: string, apiToken: string, uses: readonly TokenUse[]): Promise<string> {
  try {
    return await read();
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new GoslingError("GITLAB_TOKEN_MISSING", `There is no API token for ${server} behind ${apiToken}`, { hint: `Make an access token with ${scopesFor(uses)} and put it there.`, cause: error });
  }
}

function scopesFor(uses: readonly TokenUse[]): string {
  return uses.every((use) => use === "runners") ? "the scopes create_runner, manage_runner, read_api" : "the scope api";
}
