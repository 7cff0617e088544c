/**
 * Runners, a bucket and a cache in a CDKTF program of one's own, beside resources of another package.
 *
 *   npm install && npx tsc && node main.js    # writes cdktf.out/stacks/ci/cdk.tf.json
 */
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { Resource } from "@cdktf/provider-null/lib/resource";
import { App, LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { bindings, EggRunner, EggsBucket, RiftCache } from "gosling";

const nest = "acme";
const cloud = { provider: "aws", region: "eu-central-1", tags: { "cost-center": "ci" } } as const;

class CiStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "ci.tfstate" });
    // Runners use the stack's provider, whichever package it is from; @cdktf/provider-aws has one, too.
    new bindings.aws.AwsProvider(this, "aws", { region: cloud.region });
    new NullProvider(this, "null");

    // Machines for one project: at most 4 are on, and 2 more sleep.
    const runners = new EggRunner(this, "runners", {
      nest,
      name: "web-app",
      type: "vm",
      cloud,
      resources: { cpu: 2, memory: "4GiB", disk: 30 },
      runner: { tags: ["docker", "linux"], concurrent: 6, executor: "docker", timeout: "1h" },
      gitlab: { server: "gitlab.com", projectId: 101 },
      pool: { apex: { maxCount: 4 }, nadir: { maxCount: 2 } },
      secrets: { NPM_TOKEN: "aws-sm://team/npm/token" },
    });

    // Machines that several projects share.
    new EggsBucket(this, "shared", {
      nest,
      name: "shared",
      type: "vm",
      cloud: { ...cloud, preemptible: true },
      resources: { cpu: 2, memory: "4GiB", disk: 30 },
      runner: { tags: ["shell"], concurrent: 3 },
      repositories: {
        repo: [
          { name: "tools", gitlab: { server: "gitlab.com", projectId: 201 } },
          { name: "website", gitlab: { server: "gitlab.example.org", groupId: 7 } },
        ],
      },
    });

    // A cache beside them, which the machines of the one project may also reach from another network.
    const cache = new RiftCache(this, "cache", { nest, name: "main", cloud, resources: { cpu: 2, memory: "4GiB", disk: 30 }, cache: { maxSize: "100GiB", maxAge: "14d" } });
    const { securityGroupId } = runners;
    if (securityGroupId === undefined) throw new Error("Machines have a security group.");
    cache.grantConnect("runners", securityGroupId);

    // Any other resource can refer to what the constructs make.
    new Resource(this, "firewall", { triggers: { runners: securityGroupId, cache: cache.host } });
    new TerraformOutput(this, "runners_role", { value: runners.roleArn });
  }
}

const app = new App();
new CiStack(app, "ci");
app.synth();
