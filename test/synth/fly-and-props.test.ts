import { readFileSync } from "node:fs";
import { EggStack, type EggStackProps } from "../../constructs";
import { readNest } from "../../src/nest";
import { renderStack } from "../../src/synth/render-stack";
import { synthesize } from "../../src/synth";
import { newApp } from "../constructs/egg-props";
import { folderWith } from "../support/folder";

const FLY = {
  "nest.fly": 'nest {\n  name = "acme"\n}\n',
  "Eggs/my-app/config.fly": `egg "my-app" {
  type        = "vm"
  description = "for people"
  cloud {
    provider = "local"
  }
  resources {
    cpu    = 2
    memory = "4GiB"
    disk   = 20
  }
  runner {
    tags         = ["docker", "linux"]
    concurrent   = 4
    timeout      = "1h30m"
    executor     = "docker"
    image        = "alpine:3.20"
    run_untagged = true
    agent_config = {
      builds_dir = "/builds"
      docker     = { privileged = true, volumes = ["/cache"] }
    }
    startup_script = "echo $\${HOME} %%{x}"
  }
  gitlab {
    server     = "https://gitlab.example.org:8443"
    project_id = 12345
  }
  pool {
    apex {
      min_count = 1
    }
    nadir {
      max_count = 2
    }
  }
  proxy {
    http     = "http://proxy.example.com:3128"
    no_proxy = [".example.com"]
  }
  environment = { B = "2", A = "1" }
  secrets     = { NPM_TOKEN = "file://secrets/npm" }
  tofu {
    version = "1.12.6"
  }
}
`,
  "Eggs/team/config.fly": `eggsbucket "team" {
  type = "auto"
  cloud {
    provider = "local"
  }
  resources {
    cpu    = 1
    memory = 512
    disk   = 5
  }
  runner {
    tags       = ["shared"]
    concurrent = 2
  }
  repositories {
    repo "api" {
      gitlab {
        server     = "gitlab.com"
        project_id = 1
      }
    }
    repo "web" {
      gitlab {
        server       = "gitlab.example.org"
        group_id     = 2
        runner_token = "env://WEB"
      }
    }
  }
}
`,
};

const PROPS: Readonly<Record<string, EggStackProps>> = {
  "my-app": {
    egg: {
      nest: "acme",
      name: "my-app",
      type: "vm",
      description: "for people",
      cloud: { provider: "local" },
      resources: { cpu: 2, memory: "4GiB", disk: 20 },
      runner: {
        tags: ["docker", "linux"],
        concurrent: 4,
        timeout: "1h30m",
        executor: "docker",
        image: "alpine:3.20",
        runUntagged: true,
        agentConfig: { docker: { volumes: ["/cache"], privileged: true }, builds_dir: "/builds" },
        startupScript: "echo ${HOME} %{x}",
      },
      gitlab: { server: "gitlab.example.org:8443", projectId: 12345 },
      pool: { apex: { minCount: 1 }, nadir: { maxCount: 2 } },
      proxy: { http: "http://proxy.example.com:3128", noProxy: [".example.com"] },
      environment: { A: "1", B: "2" },
      secrets: { NPM_TOKEN: "file://secrets/npm" },
      tofu: { version: "1.12.6" },
    },
  },
  team: {
    bucket: {
      nest: "acme",
      name: "team",
      type: "auto",
      cloud: { provider: "local" },
      resources: { cpu: 1, memory: 512, disk: 5 },
      runner: { tags: ["shared"], concurrent: 2 },
      repositories: { repo: [{ name: "api", gitlab: { server: "gitlab.com", projectId: 1 } }, { name: "web", gitlab: { server: "gitlab.example.org", groupId: 2, runnerToken: "env://WEB" } }] },
    },
  },
};

test("a Fly file and the props that say the same give the same stack, byte for byte", async () => {
  const { nest, diagnostics } = await readNest(folderWith(FLY));
  if (!nest) throw new Error(JSON.stringify(diagnostics));
  const { stacks } = await synthesize(nest);
  const app = newApp();
  expect(stacks.map(({ name }) => name)).toEqual(Object.keys(PROPS));
  for (const { name, file } of stacks) expect(renderStack(new EggStack(app, name, PROPS[name] as EggStackProps))).toBe(readFileSync(file, "utf8"));
});
