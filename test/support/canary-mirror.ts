import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answer, answersOf, makeRelease, mirrorKeyFile, serve } from "../engine/release-server";
import { type Canary, plainCanary } from "./canary";

/** A mirror of releases that wants credentials, all of them canaries. */
export interface CanaryMirror {
  /** Its address; what is below `/repeats` and `/sends-away` repeats what it was told. */
  readonly url: string;
  /** The same with a login in it. */
  readonly urlWithLogin: string;
  /** The credentials, and the key that the releases are signed with. */
  readonly env: Readonly<Record<string, string>>;
  readonly canaries: readonly Canary[];
  close(): Promise<void>;
}

export async function canaryMirror(): Promise<CanaryMirror> {
  const [token, header, password] = [plainCanary("token of the mirror"), plainCanary("header of the mirror"), plainCanary("password of the mirror")];
  const login = Buffer.from(`ada:${password.value}`).toString("base64");
  const knows = ({ headers }: IncomingMessage): boolean => headers["x-key"] === header.value && [`Bearer ${token.value}`, `Basic ${login}`].includes(headers.authorization ?? "");
  const guarded =
    (answer: Answer): Answer =>
    (request: IncomingMessage, response: ServerResponse) => {
      const [, scheme, credential = ""] = /^(\w+) (.*)$/.exec(request.headers.authorization ?? "") ?? [];
      const told = [credential, scheme === "Basic" ? Buffer.from(credential, "base64").toString() : "", request.headers["x-key"]].join("/");
      if (request.url?.startsWith("/sends-away/")) return void response.writeHead(302, { location: `ftp://ada@127.0.0.1/${told}?told=${told}` }).end();
      if (request.url?.startsWith("/repeats/")) return void response.writeHead(200).end(`<html>${told}</html>\n${told}  ${told}\n`);
      return knows(request) ? answer(request, response) : void response.writeHead(401).end(told);
    };
  const answers = Object.fromEntries(Object.entries(answersOf(makeRelease())).map(([name, answer]) => [name, guarded(answer)]));
  const { url, close } = await serve(answers);
  return {
    url,
    urlWithLogin: url.replace("//", `//ada:${password.value}@`),
    env: { GOSLING_ENGINE_MIRROR_TOKEN: token.value, GOSLING_ENGINE_MIRROR_HEADER: `X-Key: ${header.value}`, GOSLING_ENGINE_KEY: await mirrorKeyFile() },
    canaries: [token, header, password],
    close,
  };
}
