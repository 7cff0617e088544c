import { resolve as resolvePath } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { EngineContext } from "../deploy/engine-context";
import { machineControl } from "../deploy/machine-control";
import { openSite, type SiteOptions } from "../deploy/open-site";
import { deploymentIds, type Origin } from "../deploy/origin";
import type { DeploymentSite } from "../deploy/site";
import { type EngineEvent, engineFor, Interrupts } from "../engine";
import type { Nest } from "../nest/model";
import type { SecretPlace, Secrets } from "../secrets";
import type { Context, GlobalFlags } from "./context";
import { deployedBy } from "./deployed-by";
import { offerEngine } from "./engine";
import { type CloudBlocks, engineCredentials } from "./engine-credentials";
import { withSecrets } from "./open-secrets";

/** The `gosling` program that the engine starts for each runner: this one. */
const PROGRAM = resolvePath(__dirname, "../../../bin/gosling");

/** What a command works with that deploys, plans, or looks at what is deployed. */
export interface Deployment {
  readonly site: DeploymentSite;
  readonly context: EngineContext;
  readonly origin: Origin;
  readonly secrets: Secrets;
}

export interface DeploymentFlags extends GlobalFlags {
  /** Seconds to wait for a state that somebody else holds. */
  readonly lockTimeout?: number;
}

/** Opens where a Nest's deployments are recorded, for as long as `work` takes. No engine is looked for. */
export async function withSite<T>(context: Context, nest: SiteOwner, work: (site: DeploymentSite) => Promise<T>, { readOnly = true } = {}): Promise<T> {
  return withSecrets(context, nest.root, nest.values?.name, async (secrets) => {
    const { site } = await openSite({ ...siteOptions(context, nest, secrets), readOnly });
    try {
      return await work(site);
    } finally {
      await site.store.close();
    }
  });
}

/** A Nest, or the folder of one whose files can't be read: then its state is taken to be local. */
export type SiteOwner = (Pick<Nest, "root" | "values"> & CloudBlocks) | ({ readonly root: string; readonly values?: undefined } & CloudBlocks);

/**
 * Finds or offers an engine, opens where deployments are recorded, and lets Ctrl-C and its like ask the engine to
 * stop, while `work` deploys.
 */
export async function withDeployment<T>(
  context: Context,
  flags: DeploymentFlags,
  nest: SiteOwner,
  work: (deployment: Deployment & { readonly interrupts: Interrupts }) => Promise<T>,
  { readOnly = false, onEvent }: { readonly readOnly?: boolean; readonly onEvent?: (stack: string, event: EngineEvent) => void } = {},
): Promise<T> {
  return withInterrupts(context, async (interrupts) => {
    const engine = await offerEngine(context, flags);
    return withSecrets(context, nest.root, nest.values?.name, async (secrets) => {
      const { site, environment, encryption } = await openSite({ ...siteOptions(context, nest, secrets), engine, readOnly });
      for (const warning of flags.quiet ? [] : encryption(engine).warnings) context.stderr.write(`warning: ${warning}\n`);
      try {
        const { lockTimeout } = flags;
        const env = { ...context.env, ...(await engineCredentials(context.env, nest, (token) => secrets.masker.add([token]))) };
        const resolve = (reference: string, place?: SecretPlace) => secrets.read(reference, place);
        const engineContext: EngineContext = {
          engine,
          engineFor: (version) => engineFor(version, context),
          env,
          program: PROGRAM,
          nestRoot: nest.root,
          interrupts,
          stackEnvironment: environment,
          encryption,
          mask: (text) => secrets.masker.mask(text),
          machines: machineControl({ nest: nest.values?.name ?? "", env: context.env, resolve, now: context.now, pause: context.pause ?? ((milliseconds) => wait(milliseconds)) }),
          ...(lockTimeout !== undefined && { lockTimeoutSeconds: lockTimeout }),
          ...(onEvent && { onEvent }),
        };
        const origin: Origin = { facts: readOnly ? { by: "" } : await deployedBy(nest.root, context.env), now: context.now, newId: deploymentIds(context.now) };
        return await work({ site, context: engineContext, origin, interrupts, secrets });
      } finally {
        await site.store.close();
      }
    });
  });
}

function siteOptions({ env }: Context, { root, values }: SiteOwner, secrets: Secrets): SiteOptions {
  const { region, backend, endpoint } = values?.state ?? {};
  // The state's key is with the state, where that is on AWS.
  const place = backend === "s3" && endpoint === undefined && region !== undefined ? { region } : undefined;
  return { nestRoot: root, ...(values && { settings: values }), env, resolve: (reference) => secrets.read(reference, place) };
}

/**
 * Runs `work` while Ctrl-C and its like ask the engine to stop instead of ending us: it saves its state,
 * and we say what is left.
 * @param messages What is said at each of them, in turn.
 */
export async function withInterrupts<T>(context: Context, work: (interrupts: Interrupts) => Promise<T>, messages: readonly string[] = MESSAGES): Promise<T> {
  const interrupts = new Interrupts();
  const onSignal = () => {
    interrupts.request();
    context.stderr.write(messages[Math.min(interrupts.count, messages.length) - 1] ?? "");
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    return await work(interrupts);
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

const MESSAGES = [
  "\nStopping: the engine finishes what it has in hand and saves its state. Once more makes it drop that.\n",
  "\nThe engine drops what it has in hand. Once more kills it.\n",
  "\nThe engine is killed.\n",
];
