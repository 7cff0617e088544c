import { App, TerraformStack } from "cdktf";
import { bindings, RiftCache } from "gosling";

const app = new App();
const stack = new TerraformStack(app, "ci");
new bindings.aws.AwsProvider(stack, "aws", { region: "eu-central-1" });
const cache = new RiftCache(stack, "cache", {
  nest: "acme",
  name: "main",
  cloud: { provider: "aws", region: "eu-central-1" },
  resources: { cpu: 2, memory: "4GiB", disk: 30 },
  cache: { maxSize: "200GiB", maxAge: "14d" },
});
cache.grantConnect("office", "sg-0123456789abcdef0");
app.synth();
