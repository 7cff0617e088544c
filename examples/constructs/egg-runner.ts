import { App, TerraformStack } from "cdktf";
import { bindings, EggRunner } from "gosling";

const app = new App();
const stack = new TerraformStack(app, "ci");
new bindings.aws.AwsProvider(stack, "aws", { region: "eu-central-1" });
const runners = new EggRunner(stack, "runners", {
  nest: "acme",
  name: "web-app",
  type: "vm",
  cloud: { provider: "aws", region: "eu-central-1" },
  resources: { cpu: 2, memory: "4GiB", disk: 30 },
  runner: { tags: ["docker"], concurrent: 4, executor: "docker" },
  gitlab: { server: "gitlab.com", projectId: 101 },
  secrets: { NPM_TOKEN: "aws-sm://team/npm/token" },
});
new bindings.aws.SecurityGroup(stack, "database", {
  ingress: [{ protocol: "tcp", fromPort: 5432, toPort: 5432, securityGroups: [runners.securityGroupId ?? ""] }],
});
app.synth();
