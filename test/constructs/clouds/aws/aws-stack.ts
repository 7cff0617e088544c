import { type EggRunnerProps, EggStack } from "../../../../constructs";
import { checkStack, problemText } from "../../../../constructs/bindings/schema-check";
import { renderStack } from "../../../../src/synth/render-stack";
import { newApp } from "../../egg-props";

/** The least that an Egg on AWS says. */
export const awsEgg: EggRunnerProps = {
  nest: "acme",
  name: "my-app",
  type: "vm",
  cloud: { provider: "aws", region: "eu-central-1" },
  resources: { cpu: 2, memory: "4GiB", disk: 30 },
  runner: { tags: ["linux"], concurrent: 3 },
  gitlab: { server: "gitlab.com", projectId: 1 },
};

type Body = { readonly [attribute: string]: unknown };
type Bodies = { readonly [type: string]: { readonly [name: string]: Body } };

export interface AwsStackJson {
  readonly resource: Bodies;
  readonly data: Bodies;
  readonly locals: Body;
  readonly output: { readonly [name: string]: { readonly value: string } };
  readonly variable: { readonly [name: string]: { readonly validation?: readonly { readonly error_message: string; readonly condition: string }[]; readonly type: string } };
  readonly terraform: Body;
  readonly provider: Body;
}

/** The stack of an Egg as the engine reads it. It fits the provider's schema, or the test fails. */
export function awsStack(changes: Partial<EggRunnerProps> = {}): AwsStackJson {
  const stack = JSON.parse(renderStack(new EggStack(newApp(), "my-app", { egg: { ...awsEgg, ...changes } }))) as AwsStackJson;
  expect(checkStack(stack).map(problemText)).toEqual([]);
  return stack;
}

/** The body of the only resource, or the named one, of a type. */
export function bodyOf(stack: AwsStackJson, type: string, name?: string): Body {
  const bodies = stack.resource[type] ?? {};
  const body = name === undefined ? Object.values(bodies)[0] : bodies[name];
  if (!body || (name === undefined && Object.keys(bodies).length > 1)) throw new Error(`the stack has ${Object.keys(bodies).join(", ") || "nothing"} of ${type}`);
  return body;
}

interface Statement {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

/** What each role may do: `ACTION RESOURCE`, sorted, references written as `<aws_sqs_queue.queue.arn>`. */
export function permissionsOf(stack: AwsStackJson): Readonly<Record<string, readonly string[]>> {
  const policies = stack.resource["aws_iam_role_policy"] ?? {};
  return Object.fromEntries(
    Object.values(policies).map(({ role, policy }) => {
      const { Statement } = JSON.parse(String(policy)) as { Statement: readonly Statement[] };
      const lines = Statement.flatMap(({ Action, Resource }) => Action.flatMap((action) => Resource.map((resource) => `${action} ${resource.replace(/\$\{(.*?)\}/g, "<$1>")}`)));
      return [String(role).replace(/^\$\{aws_iam_role\.(.*)\.name\}$/, "$1"), lines.sort()];
    }),
  );
}
