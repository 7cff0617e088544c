import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Text of an Egg as people write them: most attributes, two references, a merge. */
export function eggText(index: number): string {
  return `# Runners of team ${index % 20}.
egg "egg-${index}" {
  type        = "vm"
  description = "Runners of project ${index}"
  cloud {
    provider = "aws"
    region   = var.region
    tags     = { team = "team-${index % 20}" }
  }
  resources {
    cpu    = 2
    memory = "4GiB"
    disk   = 20
  }
  runner {
    tags         = ["docker", "linux", "team-${index % 20}"]
    concurrent   = 3
    idle_timeout = "10m"
    timeout      = "1h"
    executor     = "docker"
    agent_config = {
      builds_dir = "/builds"
      docker     = { privileged = true, volumes = ["/cache"] }
    }
  }
  gitlab {
    server     = "gitlab.example.com"
    project_id = ${index + 1}
  }
  pool {
    apex {
      min_count = 0
      max_count = 3
    }
    nadir {
      max_count    = 2
      idle_timeout = "30m"
    }
  }
  environment = merge(local.environment, { PROJECT = "project-${index}" })
  secrets     = { NPM_TOKEN = "aws-sm://team/npm/token" }
}
`;
}

/** A serverless Egg of the local cloud: a deployment starts nothing. */
export function serverlessEggText(index: number, project = `project-${index}`): string {
  return serverless(eggText(index))
    .replace('provider = "aws"', 'provider = "local"')
    .replace(/ +region +=.*\n/, "")
    .replace(/ +tags += \{ team.*\n/, "")
    .replace("aws-sm://team/npm/token", "env://NPM_TOKEN")
    .replace(`project-${index}"`, `${project}"`);
}

/** A serverless Egg of AWS, which GitLab is not told of: there is no token for it. */
export function serverlessAwsEggText(index: number): string {
  return serverless(eggText(index))
    .replace("var.region", '"eu-central-1"')
    .replace("    project_id =", '    api_token  = "vault://secret/bench/token"\n    project_id =');
}

function serverless(text: string): string {
  return text
    .replace('type        = "vm"', 'type        = "serverless"')
    .replace(/ +idle_timeout = "10m"\n/, "")
    .replace(/executor     = "docker"\n[^]*?\n    \}/, 'executor     = "shell"')
    .replace(/ {2}pool \{[^]*?\n {2}\}\n/, "")
    .replace(/merge\(local\.environment, (.*)\)/, "$1");
}

const REST: Readonly<Record<string, string>> = {
  "nest.fly": 'nest {\n  name = "bench"\n}\n',
  "variables.fly": 'variable "region" {\n  type    = string\n  default = "eu-central-1"\n}\n\nlocals {\n  environment = { DOCKER_DRIVER = "overlay2", LANG = "C.UTF-8" }\n}\n',
};

/** A Nest of `count` Eggs in a temporary folder: one file each, or all in one. */
export function makeNest(count: number, form: "files" | "file"): string {
  const root = mkdtempSync(join(tmpdir(), "gosling-bench-"));
  for (const [path, text] of Object.entries(REST)) writeFileSync(join(root, path), text);
  const texts = Array.from({ length: count }, (_, index) => eggText(index));
  if (form === "file") {
    mkdirSync(join(root, "Eggs/egg-0"), { recursive: true });
    writeFileSync(join(root, "Eggs/egg-0/config.fly"), texts.join("\n"));
    return root;
  }
  texts.forEach((text, index) => {
    mkdirSync(join(root, `Eggs/egg-${index}`), { recursive: true });
    writeFileSync(join(root, `Eggs/egg-${index}/config.fly`), text);
  });
  return root;
}
