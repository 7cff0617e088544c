import { format } from "../fly/format";
import { quote } from "../fly/print-template";
import { SourceText } from "../fly/source";
import { NEST_FILE } from "./find";
import { NEST_FOLDERS } from "./list-files";
import type { NestFile } from "./read-files";

/** Versions that a new Nest asks npm for. */
export interface PinnedVersions {
  readonly gosling: string;
  /** Libraries that Gosling needs beside it. */
  readonly peers: Readonly<Record<string, string>>;
  /** Range of Node releases. */
  readonly node: string;
}

/** How the Nest's own repository is reached, where it is known from the beginning. */
export interface NewRepository {
  /** Absent: gitlab.com. */
  readonly server?: string;
  readonly url?: string;
  /** References of its deploy keys. */
  readonly readKey: string;
  readonly writeKey: string;
}

/** What Git must not keep: output, state, packages, and the places of secrets on this machine. */
export const IGNORED = ["gosling.out/", ".gosling/", "node_modules/", ".npm/", "/secrets/", "/gitlab/", "*.tfstate", "*.tfstate.*", ".env"] as const;

/** A name for a Nest in the folder of that name: valid whatever the folder is called. */
export function nameForNest(folder: string): string {
  const plain = folder.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const name = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "").slice(0, 20).replace(/-+$/, "");
  return name === "" ? "nest" : name;
}

/** The files of a new Nest. `nest.fly` is the last: with it, the folder is a Nest. */
export function newNest(name: string, versions: PinnedVersions, repository?: NewRepository): readonly NestFile[] {
  return [
    ...NEST_FOLDERS.map((folder) => ({ path: `${folder}/README.md`, text: FOLDERS[folder] })),
    { path: "README.md", text: readme(name) },
    { path: ".gitignore", text: ignoreFile() },
    { path: "package.json", text: packageFile(name, versions) },
    { path: ".gitlab-ci.yml", text: PIPELINE },
    { path: NEST_FILE, text: nestFile(name, repository) },
  ];
}

const FOLDERS: Readonly<Record<(typeof NEST_FOLDERS)[number], string>> = {
  Eggs: `# Eggs

An Egg is one GitLab project or group, and the runners that it gets. Each has a folder of its own with a \`config.fly\`:

    npx gosling add egg my-app
    npx gosling add bucket team
`,
  Jobs: `# Jobs

A Job is a task of this Nest itself, on a schedule. Each has a file of its own:

    npx gosling add job rotate-secrets --task rotate-secrets
`,
  UF: `# UglyFox

\`config.fly\` here says which runners are removed (failed, aged, idle) and how large the pools of Eggs are that say nothing themselves. Without it every Egg has up to \`runner.concurrent\` runners.

    uglyfox {
      pruning {
        max_age = "24h"
      }
      runners_condition "default" {
        eggs_entities = ["*"]
        apex {
          min_count = 1
          max_count = 2
        }
      }
    }
`,
  MG: `# MotherGoose

\`config.fly\` here configures MotherGoose, the service that starts runners when jobs wait for them. A Nest that is deployed by hand or by its pipeline needs none.
`,
};

function nestFile(name: string, repository: NewRepository | undefined): string {
  const text = `# What this Nest is. The reference of every block and attribute: docs/fly.md of Gosling.
nest {
  name = ${quote(name)} # part of every cloud name: it can't be changed after the first deploy

${repository === undefined ? NO_REPOSITORY : repositoryBlock(repository)}}
`;
  const formatted = format(new SourceText(NEST_FILE, text));
  if (formatted.kind === "refused") throw new Error(`the new ${NEST_FILE} is no Fly: ${formatted.diagnostics[0]?.summary ?? ""}`);
  return formatted.text;
}

const NO_REPOSITORY = `  # Jobs run in the Nest's own GitLab project:
  # repository {
  #   project_id = 12345
  # }
`;

function repositoryBlock({ server, url, readKey, writeKey }: NewRepository): string {
  return `  # The Nest's own GitLab project. MotherGoose reads it with read_key, a Job may push to it with write_key.
  # Both are references; gosling init makes the keys.
  repository {
${server === undefined ? "" : `    server = ${quote(server)}\n`}    # project_id = 12345 # Jobs run there
${url === undefined ? "" : `    url = ${quote(url)}\n`}    read_key = ${quote(readKey)}
    write_key = ${quote(writeKey)}
  }
`;
}

function readme(name: string): string {
  return `# ${name}

This repository is a Nest: it says which GitLab projects get which CI runners, and Gosling makes it so.

| | |
|---|---|
| \`nest.fly\` | the Nest itself: its name, where its state is kept |
| \`Eggs/\` | projects and groups, and the runners that they get |
| \`Jobs/\` | tasks of the Nest on a schedule |
| \`UF/\` | which runners are removed, and the sizes of pools |
| \`MG/\` | the service that starts runners when jobs wait |

    npm install
    npx gosling add egg my-app    # runners for a project
    npx gosling validate          # check every file
    npx gosling plan              # see what would change
    npx gosling deploy            # change it
    npx gosling status            # see every runner
    npx gosling doctor            # check this machine

Secrets never stand in a \`.fly\` file: there are references to them, such as \`file://secrets/my-app-token\` or \`aws-sm://team/my-app/token\`.
`;
}

function ignoreFile(): string {
  return `# Made by gosling: output, state and logs
gosling.out/
.gosling/
*.tfstate
*.tfstate.*

# Packages
node_modules/
.npm/

# Secrets of this machine: file://secrets/… and file://gitlab/… look here
/secrets/
/gitlab/
.env
`;
}

function packageFile(name: string, { gosling, peers, node }: PinnedVersions): string {
  const content = {
    // A package can't have the name of one that it depends on.
    name: name.endsWith("nest") ? name : `${name}-nest`,
    private: true,
    description: "GitLab CI runners, as gosling makes them",
    scripts: { validate: "gosling validate", format: "gosling fmt", plan: "gosling plan", deploy: "gosling deploy" },
    engines: { node },
    dependencies: { ...peers, gosling },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

const PIPELINE = `# Checks every change of this Nest, and shows what it would change.
stages: [check, plan]

workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH

default:
  image: node:22-bookworm
  interruptible: true
  cache:
    key:
      files: [package-lock.json]
    paths: [.npm/]
  before_script:
    # Commit package-lock.json, and every pipeline has exactly its versions.
    - if [ -f package-lock.json ]; then npm ci; else npm install; fi

variables:
  npm_config_cache: $CI_PROJECT_DIR/.npm

validate:
  stage: check
  script:
    - npx gosling validate

format:
  stage: check
  script:
    - npx gosling fmt --check

# Where the state is local (nest.state, the default), it stays on the machine that deploys,
# and a plan made here starts from nothing.
plan:
  stage: plan
  script:
    - npx gosling engine install
    - npx gosling plan
`;
