import { blocks } from "../vocabulary/blocks";
import { parseName } from "../vocabulary/name";
import { badName } from "../vocabulary/problems";
import { attributeQuestion } from "./attribute-question";
import { type BlockDraft, emptyBlock, type Question } from "./questions";

/** `api=gitlab.com:project:12`: name, server (with a port where it has one), kind and number. */
const FORM = /^([^=]*)=(.*):(project|group):([^:]*)$/s;

const KINDS = {
  project: attributeQuestion(blocks.egg, ["gitlab", "project_id"], { flag: "", message: "Number of the project" }),
  group: attributeQuestion(blocks.egg, ["gitlab", "group_id"], { flag: "", message: "Number of the group" }),
} as const;

interface Repository {
  readonly name: string;
  readonly server: string;
  readonly kind: keyof typeof KINDS;
  readonly id: string;
}

/** `--repo`, once for each repository of a bucket. At prompts: its parts one by one, and then whether there is another. */
export function repositoryQuestion(offeredServer: string): Question {
  const server = attributeQuestion(blocks.egg, ["gitlab", "server"], { flag: "", message: "GitLab server" });
  return {
    flag: "repo",
    value: "name=server:project:id",
    description: "A project or group that the runners serve, such as api=gitlab.com:project:12 or tools=gitlab.example.org:group:7.",
    many: true,
    needed: () => true,
    check(texts) {
      const names = new Set<string>();
      for (const text of texts) {
        const repository = parse(text);
        if (!repository) return `${JSON.stringify(text)} is no repository. Write it like api=gitlab.com:project:12 or tools=gitlab.example.org:group:7.`;
        const wrong = nameComplaint(repository.name, names) ?? server.check([repository.server]) ?? KINDS[repository.kind].check([repository.id]);
        if (wrong !== undefined) return wrong;
        names.add(repository.name);
      }
      return undefined;
    },
    async ask(prompts) {
      const texts: string[] = [];
      const names = new Set<string>();
      do {
        const name = (await prompts.text({ message: "Name of a repository of the bucket", example: "api", check: (text) => nameComplaint(text.trim(), names) })).trim();
        names.add(name);
        const [host = ""] = await server.ask(prompts, offeredServer);
        const kind = await prompts.select({ message: `What is ${name}?`, options: [{ value: "project", label: "a project" }, { value: "group", label: "a group, with all of its projects" }] });
        const [id = ""] = await KINDS[kind as Repository["kind"]].ask(prompts, undefined);
        texts.push(`${name}=${host.trim()}:${kind}:${id.trim()}`);
      } while (await prompts.confirm({ message: "Another repository?", offered: false }));
      return texts;
    },
    put(block, texts) {
      block.blocks["repositories"] = [{ ...emptyBlock(), blocks: { repo: texts.map((text) => repositoryBlock(parse(text) as Repository, server)) } }];
    },
  };
}

function repositoryBlock({ name, server: host, kind, id }: Repository, server: Question): BlockDraft {
  const block = emptyBlock([name]);
  server.put(block, [host]);
  KINDS[kind].put(block, [id]);
  return block;
}

function parse(text: string): Repository | undefined {
  const [, name, server, kind, id] = FORM.exec(text.trim()) ?? [];
  return name === undefined || server === undefined || kind === undefined || id === undefined ? undefined : { name: name.trim(), server: server.trim(), kind: kind as Repository["kind"], id: id.trim() };
}

function nameComplaint(name: string, before: ReadonlySet<string>): string | undefined {
  const read = parseName(name);
  if (!read.ok) {
    const { summary, detail } = badName([], name, read.message);
    return `${summary}. ${detail ?? ""}`;
  }
  return before.has(name) ? `There is a repository ${name} in the bucket already.` : undefined;
}
