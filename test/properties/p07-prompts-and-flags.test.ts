import * as fc from "fast-check";
import { gosling } from "../support/command-line";
import { contentOf, folderWith } from "../support/folder";
import { somebody } from "../support/scripted-prompts";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

/** One thing to answer: by flag, or at the prompt that begins so. */
interface Answer {
  readonly flags: readonly string[];
  readonly prompts: Readonly<Record<string, string | readonly (string | boolean)[]>>;
}

const simple = (flag: string, prompt: string) => (value: string): Answer => ({ flags: [`--${flag}`, value], prompts: { [prompt]: value } });
/** An answer after the question which of several is meant. */
const chosen = (choice: string, flag: string, prompt: string) => (value: string): Answer => ({ flags: [`--${flag}`, value], prompts: { [choice]: flag, [prompt]: value } });
const number = (min: number, max: number): fc.Arbitrary<string> => fc.integer({ min, max }).map(String);

const name = fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/);
const server = fc.constantFrom("gitlab.com", "gitlab.example.org:8443", "https://git.example.com");
const tag = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).map((text) => text.replace(/[,\0]/g, "").trim()).filter((text) => text !== "");
const tags = fc.uniqueArray(tag, { minLength: 1, maxLength: 4 }).map((all) => all.join(","));
const text = fc.oneof(fc.constantFrom("echo 'a b'", 'echo "${CI}"\necho %{x}\n\n  two\n', "gosling rotate --all", "cat <<EOT\nEOT\n"), tag);

const cloud: fc.Arbitrary<readonly Answer[]> = fc.oneof(
  fc.constant([simple("provider", "Which cloud?")("local")]),
  fc.constantFrom("eu-central-1", "us-east-1").map((region) => [simple("provider", "Which cloud?")("aws"), simple("region", "Region")(region)]),
  fc.stringMatching(/^b1g[a-z0-9]{4}$/).map((folder) => [simple("provider", "Which cloud?")("yandex"), simple("region", "Region")("ru-central1"), simple("folder-id", "Folder in Yandex Cloud")(folder)]),
);
const resources = fc
  .tuple(number(1, 16), fc.oneof(number(128, 8192), number(1, 16).map((gib) => `${gib}GiB`)), number(1, 200))
  .map(([cpu, memory, disk]) => [simple("cpu", "Virtual processors")(cpu), simple("memory", "Memory")(memory), simple("disk", "Disk")(disk)]);
const runner = fc.tuple(tags, number(1, 20)).map(([list, concurrent]) => [simple("tags", "Tags of its runners")(list), simple("concurrent", "At most how many")(concurrent)]);
const type = fc.constantFrom("vm", "serverless", "auto").map(simple("type", "What is a runner?"));
const served = fc.oneof(
  number(1, 10 ** 9).map(chosen("What do the runners serve?", "project-id", "Number of the project")),
  number(1, 10 ** 9).map(chosen("What do the runners serve?", "group-id", "Number of the group")),
);
const repositories = fc.uniqueArray(fc.record({ name, server, kind: fc.constantFrom("project", "group"), id: number(1, 10 ** 6) }), { minLength: 1, maxLength: 3, selector: (each) => each.name }).map(
  (all): Answer => ({
    flags: all.flatMap((each) => ["--repo", `${each.name}=${each.server}:${each.kind}:${each.id}`]),
    prompts: {
      "Name of a repository": all.map((each) => each.name),
      "GitLab server": all.map((each) => each.server),
      "What is ": all.map((each) => each.kind),
      "Number of the project": all.flatMap((each) => (each.kind === "project" ? [each.id] : [])),
      "Number of the group": all.flatMap((each) => (each.kind === "group" ? [each.id] : [])),
      "Another repository?": all.map((_, index) => index < all.length - 1),
    },
  }),
);
const schedule = fc.constantFrom("0 2 * * *", "@daily", "*/15 9-17 * * mon-fri").map(simple("schedule", "When does it run?"));
const work = fc.oneof(
  fc.constantFrom("rotate-secrets", "drift", "prune").map(chosen("What does it do?", "task", "Which task?")),
  text.map(chosen("What does it do?", "script", "Shell command")),
);
const jobRunner = fc.tuple(fc.constantFrom("vm", "serverless", "auto").map(simple("type", "What is its runner?")), tags.map(simple("tags", "Tags of its runner")));

const ADDED: readonly (readonly [string, fc.Arbitrary<readonly Answer[]>])[] = [
  ["egg", fc.tuple(cloud, type, server.map(simple("server", "GitLab server")), served, runner, resources).map((parts) => parts.flat())],
  ["bucket", fc.tuple(cloud, type, repositories, runner, resources).map((parts) => parts.flat())],
  ["job", fc.tuple(schedule, work, cloud, jobRunner).map((parts) => parts.flat())],
  ["rift", fc.tuple(cloud, resources).map((parts) => parts.flat())],
];

/** What the command leaves behind, and how it ends. */
async function left(folder: string, argv: readonly string[], prompts?: Parameters<typeof gosling>[3]): Promise<unknown> {
  const { code } = await gosling(folder, argv, {}, prompts);
  return { code, content: contentOf(folder) };
}

const nest = (): string => folderWith({ "nest.fly": 'nest {\n  name = "acme"\n}\n' });

describe.each(ADDED)("P07: add %s", (word, answers) => {
  test("gives the same files by flags, by prompts, and by some of both", async () => {
    let added = 0;
    await fc.assert(
      fc.asyncProperty(name, answers, fc.infiniteStream(fc.boolean()), async (called, given, coin) => {
        const byFlag = given.map(() => coin.next().value === true);
        const flags = (wanted: (index: number) => boolean): readonly string[] => given.flatMap((answer, index) => (wanted(index) ? answer.flags : []));
        const prompts = (): ReturnType<typeof somebody> => somebody({ ...Object.assign({}, ...given.map((answer) => answer.prompts)), "Name of the": called });

        const byFlags = await left(nest(), ["add", word, ...flags(() => true), "--", called]);
        if ((byFlags as { code: number }).code === 0) added++;
        expect(await left(nest(), ["add", word], prompts())).toEqual(byFlags);
        expect(await left(nest(), ["add", word, ...flags((index) => byFlag[index] === true), "--", called], prompts())).toEqual(byFlags);
      }),
      { numRuns },
    );
    // Most of what is generated is a valid block; the rest is refused in the same way.
    expect(added).toBeGreaterThan(numRuns / 2);
  });
});

/** Git takes longer than all that Gosling does. */
const seldom = fc.integer({ min: 0, max: 9 }).map((number) => number === 0);

test("P07: init gives the same files by flags and by prompts", async () => {
  await fc.assert(
    fc.asyncProperty(fc.stringMatching(/^[a-z0-9-]{1,20}$/), seldom, async (called, git) => {
      const byFlags = await left(folderWith({}), ["init", `--name=${called}`, git ? "--git" : "--no-git"]);
      const byPrompts = await left(folderWith({}), ["init"], somebody({ "Name of the Nest": called, "This is no Git repository": git ? [true] : [false] }));
      expect(withoutGit(byPrompts)).toEqual(withoutGit(byFlags));
    }),
    { numRuns },
  );
});

/** Of the repository itself only whether it is there: Git writes its own files. */
function withoutGit(result: unknown): unknown {
  const { code, content } = result as { code: number; content: Record<string, string> };
  return { code, content: Object.fromEntries(Object.entries(content).filter(([path]) => !path.startsWith(".git/"))) };
}
