// One side of bench/bindings.ts: SIDE COUNT TRACES OUT. Prints the processor time and the memory that it took.
"use strict";
const [side, countText, traces, outdir] = process.argv.slice(2);
// The library takes a trace for each token and leaves it out of the output at best; this keeps it from taking any.
if (traces === "no-traces") require("cdktf/lib/tokens/private/stack-trace").captureStackTrace = () => [];
const { App, LocalBackend, TerraformStack } = require("cdktf");
const lib = side === "ours" ? "../lib/constructs/bindings/aws" : "@cdktf/provider-aws/lib";
const { AwsProvider } = require(`${lib}/provider`);
const { Instance } = require(`${lib}/instance`);
const { LaunchTemplate } = require(`${lib}/launch-template`);

const app = new App({ outdir, skipValidation: true });
const stack = new TerraformStack(app, "bench");
new LocalBackend(stack, { path: "terraform.tfstate" });
new AwsProvider(stack, "aws", { region: "eu-central-1" });
for (let index = 0; index < Number(countText); index++) {
  const tags = { "gosling:nest": "bench", "gosling:egg": `egg-${index}`, "gosling:managed-by": "gosling", Name: `gosling-bench-egg-${index}` };
  const template = new LaunchTemplate(stack, `template-${index}`, {
    name: `gosling-bench-egg-${index}`,
    imageId: "ami-0123456789abcdef0",
    instanceType: "m7i.large",
    userData: "I2Nsb3VkLWNvbmZpZwo=",
    vpcSecurityGroupIds: ["sg-0123456789abcdef0"],
    iamInstanceProfile: { name: `gosling-bench-egg-${index}` },
    metadataOptions: { httpTokens: "required", httpEndpoint: "enabled", httpPutResponseHopLimit: 2 },
    blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true", volumeSize: 30, volumeType: "gp3" } }],
    tagSpecifications: [{ resourceType: "instance", tags }, { resourceType: "volume", tags }],
    tags,
  });
  new Instance(stack, `runner-${index}`, {
    launchTemplate: { id: template.id, version: "$Latest" },
    subnetId: "subnet-0123456789abcdef0",
    rootBlockDevice: { encrypted: true, volumeSize: 30, volumeType: "gp3", tags },
    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 2 },
    lifecycle: { ignoreChanges: ["ami", "user_data", "tags"] },
    tags,
  });
}
app.synth();
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stdout.write(JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, memoryMb: maxRSS / 1024 }));
