import { App, TerraformStack } from "cdktf";
import { bindings, MotherGoose } from "gosling";

const app = new App();
const stack = new TerraformStack(app, "service");
new bindings.aws.AwsProvider(stack, "aws", { region: "eu-central-1" });
const goose = new MotherGoose(stack, "goose", { nest: "acme", cloud: { provider: "aws", region: "eu-central-1" } });
goose.grantSend("hook", "hook-role");
app.synth();
