/** Files of small Nests, for tests that change one thing about them. */

export const NEST = 'nest {\n  name = "test"\n}\n';

export interface EggParts {
  readonly type?: string;
  readonly cloud?: string;
  readonly resources?: string;
  readonly runner?: string;
  readonly gitlab?: string;
  /** Whatever else stands in the block. */
  readonly more?: string;
}

/** A valid local Egg, but for what the parts replace. */
export function eggText(name: string, parts: EggParts = {}): string {
  return `egg "${name}" {
  type = ${parts.type ?? '"vm"'}
  cloud {
    ${parts.cloud ?? 'provider = "local"'}
  }
  resources {
    ${parts.resources ?? "cpu    = 1\n    memory = 512\n    disk   = 5"}
  }
  runner {
    ${parts.runner ?? 'tags       = ["docker"]\n    concurrent = 3'}
  }
  gitlab {
    ${parts.gitlab ?? `server     = "gitlab.com"\n    project_id = ${projectId(name)}`}
  }
  ${parts.more ?? ""}
}
`;
}

/** Some number that is another one for another name. */
function projectId(name: string): number {
  return [...name].reduce((id, character) => (id * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003, 7) + 1;
}

/** A Nest with these Eggs, each in its folder, and whatever other files. */
export function nestFiles(eggs: Readonly<Record<string, EggParts | string>>, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    "nest.fly": NEST,
    ...Object.fromEntries(Object.entries(eggs).map(([name, parts]) => [`Eggs/${name}/config.fly`, typeof parts === "string" ? parts : eggText(name, parts)])),
    ...more,
  };
}
