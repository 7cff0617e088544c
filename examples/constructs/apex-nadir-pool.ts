import { App, TerraformOutput, TerraformStack } from "cdktf";
import { ApexNadirPool } from "gosling";

const app = new App();
const stack = new TerraformStack(app, "pool");
const pool = new ApexNadirPool(stack, "pool", { egg: "web-app", apex: { maxCount: 4 }, nadir: { maxCount: 2 } });
new TerraformOutput(stack, "runners_on", { value: `\${keys(${pool.runnersOn})}` });
app.synth();
