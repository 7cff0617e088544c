import fc from "fast-check";
import { EggStack } from "../../../../constructs";
import { renderStack } from "../../../../src/synth/render-stack";
import { newApp } from "../../egg-props";
import { type AwsStackJson, awsEgg } from "./aws-stack";

const numRuns = Number(process.env["FC_RUNS"] ?? 100);

/** Where a resource's name stands, and what its service says about it in its API reference. */
const SERVICES: Readonly<Record<string, readonly [attribute: string, rule: RegExp]>> = {
  aws_iam_role: ["name", /^[\w+=,.@-]{1,64}$/],
  aws_iam_role_policy: ["name", /^[\w+=,.@-]{1,128}$/],
  aws_iam_instance_profile: ["name", /^[\w+=,.@-]{1,128}$/],
  aws_security_group: ["name", /^(?!sg-)[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/],
  aws_cloudwatch_log_group: ["name", /^(?!aws\/)[.\-_/#A-Za-z0-9]{1,512}$/],
  aws_sqs_queue: ["name", /^[A-Za-z0-9_-]{1,80}$/],
  aws_pipes_pipe: ["name", /^[.\-_A-Za-z0-9]{1,64}$/],
  aws_sfn_state_machine: ["name", /^[A-Za-z0-9_-]{1,80}$/],
  aws_ecs_cluster: ["name", /^[A-Za-z0-9_-]{1,255}$/],
  aws_ecs_task_definition: ["family", /^[A-Za-z0-9_-]{1,255}$/],
  aws_lambda_function: ["function_name", /^[A-Za-z0-9_-]{1,64}$/],
};
/** They are found by their tags, or belong to something that has a name. */
const NAMELESS = new Set(["aws_instance", "aws_ec2_instance_state", "aws_lambda_event_source_mapping"]);

const serverless = { type: "serverless" as const, resources: { cpu: 1, memory: 512, disk: 2 } };
const kinds = [{}, serverless, { ...serverless, runner: { ...awsEgg.runner, timeout: "5m", serverlessEngine: "lambda" as const } }];

test("every name is one that its service takes, whatever the Nest and the Egg are called", () => {
  const app = newApp();
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9-]{1,20}$/), fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{1,63}$/), fc.stringMatching(/^[A-Za-z0-9_-]{60,63}$/)), fc.constantFrom(...kinds), (nest, name, kind) => {
      const { resource } = JSON.parse(renderStack(new EggStack(app, "egg", { egg: { ...awsEgg, ...kind, nest, name } }))) as AwsStackJson;
      app.node.tryRemoveChild("egg");
      for (const [type, bodies] of Object.entries(resource)) {
        if (NAMELESS.has(type)) continue;
        const [attribute, rule] = SERVICES[type] ?? ["", /^$/];
        const names = Object.values(bodies).map((body) => String(body[attribute]));
        for (const each of names) expect({ type, name: each, fits: rule.test(each) }).toEqual({ type, name: each, fits: true });
        if (type !== "aws_iam_role_policy") expect({ type, names: new Set(names).size }).toEqual({ type, names: names.length });
      }
    }),
    { numRuns },
  );
});
