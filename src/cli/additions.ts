import type { Nest } from "../nest/model";
import { blocks } from "../vocabulary/blocks";
import type { BlockSpec } from "../vocabulary/schema";
import { attributeQuestion } from "./attribute-question";
import { type Alternatives, type Answers, type Question, questionsOf, type Step } from "./questions";
import { repositoryQuestion } from "./repository-question";

/** A kind of block that `gosling add` adds, with all that is asked for it. */
export interface Addition {
  /** The word on the command line. */
  readonly word: "egg" | "bucket" | "job" | "rift";
  readonly type: "egg" | "eggsbucket" | "job" | "rift";
  /** The word in a sentence. */
  readonly title: string;
  readonly summary: string;
  /** File of the block of that name, relative to the Nest. */
  readonly file: (name: string) => string;
  /** Names that are taken, with what holds them. */
  readonly taken: (nest: Nest) => readonly { readonly name: string; readonly what: string }[];
  /** What is asked; without a Nest (for help) the flags are the same. */
  readonly steps: (nest: Nest | undefined) => readonly Step[];
  readonly example: string;
}

export const ADDITIONS: readonly Addition[] = [
  {
    word: "egg",
    type: "egg",
    title: "Egg",
    summary: "Add an Egg: runners for one GitLab project or group",
    file: (name) => `Eggs/${name}/config.fly`,
    taken: takenByEggs,
    steps: (nest) => [
      ...cloudSteps(blocks.egg, nest, always),
      typeQuestion(blocks.egg),
      attributeQuestion(blocks.egg, ["gitlab", "server"], { flag: "server", message: "GitLab server", needed: always, offered: () => serverOf(nest) }),
      projectOrGroup(),
      ...runnerSteps(blocks.egg),
      ...resourceSteps(blocks.egg),
      ...optional(blocks.egg, [["description"], ["rift"], ["runner", "executor"], ["runner", "timeout"], ["runner", "idle_timeout"], ["gitlab", "runner_token"], ["gitlab", "api_token"]]),
    ],
    example: "gosling add egg my-app --provider local --type vm --server gitlab.com --project-id 12345 --tags docker,linux --concurrent 3 --cpu 2 --memory 4GiB --disk 20",
  },
  {
    word: "bucket",
    type: "eggsbucket",
    title: "bucket",
    summary: "Add a bucket: several projects and groups that share their runners",
    file: (name) => `Eggs/${name}/config.fly`,
    taken: takenByEggs,
    steps: (nest) => [
      ...cloudSteps(blocks.eggsbucket, nest, always),
      typeQuestion(blocks.eggsbucket),
      repositoryQuestion(serverOf(nest)),
      ...runnerSteps(blocks.eggsbucket),
      ...resourceSteps(blocks.eggsbucket),
      ...optional(blocks.eggsbucket, [["description"], ["rift"], ["runner", "executor"], ["runner", "timeout"], ["runner", "idle_timeout"]]),
    ],
    example: "gosling add bucket team --repo api=gitlab.com:project:12 --repo tools=gitlab.example.org:group:7 --yes",
  },
  {
    word: "job",
    type: "job",
    title: "Job",
    summary: "Add a Job: a task of the Nest itself, on a schedule",
    file: (name) => `Jobs/${name}.fly`,
    taken: (nest) => nest.jobs.map(({ name }) => ({ name, what: "a job" })),
    steps: (nest) => [
      attributeQuestion(blocks.job, ["schedule"], { flag: "schedule", message: "When does it run? (minute, hour, day, month, day of the week)", needed: always, offered: () => "0 2 * * *" }),
      taskOrScript(),
      // Where MotherGoose runs, a Job may run too.
      ...cloudSteps(blocks.job, nest, () => nest?.mothergoose === undefined),
      attributeQuestion(blocks.job, ["runner", "type"], { flag: "type", message: "What is its runner?", meanings: TYPES, needed: always, offered: () => "auto" }),
      attributeQuestion(blocks.job, ["runner", "tags"], { flag: "tags", message: "Tags of its runner", needed: always, offered: () => "nest" }),
      ...optional(blocks.job, [["timezone"], ["timeout"], ["resources", "cpu"], ["resources", "memory"], ["resources", "disk"]]),
    ],
    example: "gosling add job rotate-secrets --task rotate-secrets --schedule '0 2 * * *' --yes",
  },
  {
    word: "rift",
    type: "rift",
    title: "Rift",
    summary: "Add a Rift: cache and remote Docker host beside the runners",
    // A file of its own: adding never changes a file that is there.
    file: (name) => `rift-${name}.fly`,
    taken: (nest) => nest.rifts.map(({ name }) => ({ name, what: "a rift" })),
    steps: (nest) => [
      ...cloudSteps(blocks.rift, nest, always),
      ...resourceSteps(blocks.rift, { disk: "100" }),
      ...optional(blocks.rift, [["cache", "max_size"], ["cache", "max_age"], ["docker", "enabled"], ["registry", "mirror"]]),
    ],
    example: "gosling add rift main --provider aws --region eu-central-1 --cpu 2 --memory 4GiB --disk 100 --max-size 80GiB",
  },
];

/** Every flag of every kind, once for each kind: what the program declares. */
export function flagsOf(addition: Addition): readonly Question[] {
  return questionsOf(addition.steps(undefined));
}

const CLOUDS = { aws: "Amazon Web Services", yandex: "Yandex Cloud", local: "processes of this machine" } as const;
const TYPES = { vm: "a machine", serverless: "a container for one job", auto: "Gosling decides" } as const;

function always(): boolean {
  return true;
}

function takenByEggs(nest: Nest): readonly { readonly name: string; readonly what: string }[] {
  return nest.eggs.map(({ name, kind }) => ({ name, what: `an ${kind}` }));
}

function first(answers: Answers, flag: string): string | undefined {
  return answers.get(flag)?.at(-1)?.trim();
}

/** Offers what the Nest has already: the next Egg is most often like the first. */
function cloudSteps(block: BlockSpec, nest: Nest | undefined, needed: (answers: Answers) => boolean): readonly Step[] {
  const clouds = [...(nest?.eggs ?? []).map((egg) => egg.values.cloud), ...(nest?.mothergoose ? [nest.mothergoose.values.cloud] : [])];
  const like = (answers: Answers) => clouds.find(({ provider }) => provider === first(answers, "provider"));
  const isIn = (...providers: readonly string[]) => (answers: Answers): boolean => providers.includes(first(answers, "provider") ?? "");
  return [
    attributeQuestion(block, ["cloud", "provider"], { flag: "provider", message: "Which cloud?", meanings: CLOUDS, needed, offered: () => clouds[0]?.provider ?? "local" }),
    attributeQuestion(block, ["cloud", "region"], {
      flag: "region",
      message: "Region",
      needed: isIn("aws", "yandex"),
      offered: (answers) => like(answers)?.region ?? (first(answers, "provider") === "yandex" ? "ru-central1" : "eu-central-1"),
    }),
    attributeQuestion(block, ["cloud", "folder_id"], {
      flag: "folder-id",
      message: "Folder in Yandex Cloud",
      needed: (answers) => isIn("yandex")(answers) && nest?.mothergoose?.values.cloud.folderId === undefined,
      offered: (answers) => like(answers)?.folderId,
    }),
  ];
}

function typeQuestion(block: BlockSpec): Question {
  return attributeQuestion(block, ["type"], { flag: "type", message: "What is a runner?", meanings: TYPES, needed: always, offered: () => "vm" });
}

function serverOf(nest: Nest | undefined): string {
  return nest?.values.repository?.server ?? nest?.eggs[0]?.repositories[0]?.gitlab.server ?? "gitlab.com";
}

function projectOrGroup(): Alternatives {
  return {
    message: "What do the runners serve?",
    needed: always,
    of: [
      { ...attributeQuestion(blocks.egg, ["gitlab", "project_id"], { flag: "project-id", message: "Number of the project" }), label: "a project" },
      { ...attributeQuestion(blocks.egg, ["gitlab", "group_id"], { flag: "group-id", message: "Number of the group" }), label: "a group, with all of its projects" },
    ],
  };
}

function taskOrScript(): Alternatives {
  return {
    message: "What does it do?",
    needed: always,
    of: [
      { ...attributeQuestion(blocks.job, ["task"], { flag: "task", message: "Which task?" }), label: "a task that Gosling knows" },
      { ...attributeQuestion(blocks.job, ["script"], { flag: "script", message: "Shell command" }), label: "a script of your own" },
    ],
  };
}

function runnerSteps(block: BlockSpec): readonly Step[] {
  return [
    attributeQuestion(block, ["runner", "tags"], { flag: "tags", message: "Tags of its runners, with commas between", needed: always, offered: () => "linux" }),
    attributeQuestion(block, ["runner", "concurrent"], { flag: "concurrent", message: "At most how many runners at once?", needed: always, offered: () => "2" }),
  ];
}

function resourceSteps(block: BlockSpec, offered: { readonly disk?: string } = {}): readonly Step[] {
  return [
    attributeQuestion(block, ["resources", "cpu"], { flag: "cpu", message: "Virtual processors", needed: always, offered: () => "2" }),
    attributeQuestion(block, ["resources", "memory"], { flag: "memory", message: "Memory in MB, or a size such as 4GiB", needed: always, offered: () => "4GiB" }),
    attributeQuestion(block, ["resources", "disk"], { flag: "disk", message: "Disk in GB", needed: always, offered: () => offered.disk ?? "20" }),
  ];
}

/** Flags without a prompt: the vocabulary has defaults for them. */
function optional(block: BlockSpec, paths: readonly (readonly string[])[]): readonly Question[] {
  return paths.map((path) => attributeQuestion(block, path, { flag: flagName(path), message: "" }));
}

function flagName(path: readonly string[]): string {
  const [block, name] = path.length === 1 ? ["", path[0] ?? ""] : [path.at(-2) ?? "", path.at(-1) ?? ""];
  return NAMED_BY_BLOCK.has(block) ? block : name.replaceAll("_", "-");
}

/** Blocks of one attribute: the block's name says more. */
const NAMED_BY_BLOCK: ReadonlySet<string> = new Set(["docker", "registry"]);
