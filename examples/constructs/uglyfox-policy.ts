import { App, TerraformStack } from "cdktf";
import { bindings, MotherGoose, UglyFoxPolicy } from "gosling";

const app = new App();
const stack = new TerraformStack(app, "service");
new bindings.aws.AwsProvider(stack, "aws", { region: "eu-central-1" });
const motherGoose = new MotherGoose(stack, "goose", { nest: "acme", cloud: { provider: "aws", region: "eu-central-1" } });
new UglyFoxPolicy(stack, "fox", {
  motherGoose,
  pruning: { failedThreshold: 3, maxAge: "24h" },
  runnersCondition: [{ name: "default", eggsEntities: ["*"], apex: { maxCount: 2 } }],
});
app.synth();
