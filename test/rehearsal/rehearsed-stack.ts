import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { EngineFailure, type Interrupts, openStack, type Stack } from "../../src/engine";
import { startProvider, type ProviderOptions, type RehearsalProvider } from "../../src/rehearsal";
import type { TestEngine } from "../support/engines";
import { folderWith } from "../support/folder";

export type Parts = Readonly<Record<string, unknown>>;

const running: RehearsalProvider[] = [];

/** A provider that ends with the test. */
export async function provider(options: ProviderOptions = {}): Promise<RehearsalProvider> {
  const started = await startProvider(options);
  running.push(started);
  return started;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

const REQUIRED = { aws: { source: "hashicorp/aws", version: "6.66.0" }, yandex: { source: "yandex-cloud/yandex", version: "0.220.0" } };

export function configuration(parts: Parts): string {
  return JSON.stringify({ terraform: { required_providers: REQUIRED, backend: { local: { path: "stack.tfstate" } } }, provider: { aws: [{ region: "eu-central-1" }], yandex: [{ zone: "ru-central1-a" }] }, ...parts });
}

export interface RehearsedStack extends Stack {
  /** Writes another configuration. */
  configure(parts: Parts): void;
}

/** A stack with these parts of a configuration, which a real engine runs over a provider of ours. */
export function rehearsedStack(engine: TestEngine, { environment }: RehearsalProvider, parts: Parts, more: { readonly interrupts?: Interrupts; readonly folder?: string } = {}): RehearsedStack {
  const { folder = folderWith({ "cdk.tf.json": configuration(parts) }), ...options } = more;
  const { PATH } = process.env;
  const stack = openStack({ engine: { ...engine, origin: "path" }, folder, env: { PATH, HOME: folder }, extra: environment, ...options });
  return { ...stack, configure: (changed) => writeFileSync(join(folder, "cdk.tf.json"), configuration(changed)) };
}

/** What an operation that has to fail fails with. */
export async function failure(work: Promise<unknown>): Promise<EngineFailure> {
  const error = await work.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof EngineFailure)) throw error;
  return error;
}
