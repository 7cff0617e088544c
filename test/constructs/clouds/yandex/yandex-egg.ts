import type { EggRunnerProps } from "../../../../constructs";
import { checkStack, type SynthesizedStack } from "../../../../constructs/bindings/schema-check";
import { EggStack } from "../../../../constructs/egg-stack";
import { renderStack } from "../../../../src/synth/render-stack";
import { newApp } from "../../egg-props";

/** The least that an Egg on Yandex Cloud says. */
export const machines: EggRunnerProps = {
  nest: "acme",
  name: "my-app",
  type: "vm",
  cloud: { provider: "yandex", region: "ru-central1", folderId: "b1gfolder" },
  resources: { cpu: 2, memory: "4GiB", disk: 20 },
  runner: { tags: ["linux"], concurrent: 3 },
  gitlab: { server: "gitlab.com", projectId: 1 },
};

export const containers: EggRunnerProps = { ...machines, type: "serverless", resources: { cpu: 1, memory: 1024, disk: 2 } };

type Body = Readonly<Record<string, unknown>>;

export interface YandexStack extends SynthesizedStack {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Body>>>>;
  readonly data: Readonly<Record<string, Readonly<Record<string, Body>>>>;
  readonly variable?: Readonly<Record<string, { readonly type: string; readonly validation?: readonly { readonly condition: string; readonly error_message: string }[] }>>;
  readonly output: Readonly<Record<string, { readonly value: string }>>;
  readonly provider: { readonly yandex: readonly Body[] };
  readonly terraform: { readonly required_providers: Body };
}

/** The stack of an Egg as it is synthesized; it fits the provider's schema, or the test fails. */
export function stackOf(egg: EggRunnerProps): YandexStack {
  const stack = JSON.parse(textOf(egg)) as YandexStack;
  expect(checkStack(stack)).toEqual([]);
  return stack;
}

export function textOf(egg: EggRunnerProps): string {
  return renderStack(new EggStack(newApp(), "my-app", { egg }));
}

/** The arguments of the one resource of this type and name. */
export function resourceOf(stack: YandexStack, type: string, name: string): Body {
  return stack.resource[type]?.[name] ?? {};
}
