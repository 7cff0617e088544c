import { randomBytes } from "node:crypto";
import { mapConcurrent } from "../../engine/concurrency";
import type { Nest } from "../../nest/model";
import type { SecretPlace } from "../../secrets";
import { selectUnits } from "../../synth/plan-stacks";
import { nameOf, type Unit } from "../../synth/unit-specification";
import { GoslingError } from "../../vocabulary/error";
import { parseSecretReference } from "../../vocabulary/secret";
import type { WantedHook } from "../connect/diff-hooks";
import type { WantedRegistration } from "../connect/registration";
import type { SecretWriter } from "../connect/secret-writer";
import { type GitlabSession, gitlabSession, type SessionOptions } from "../connect/session";
import { connectableUnits, ownProjects, placeOf, wantedConnections } from "../connect/wanted";
import type { RunnerRotationStep } from "./plan-runner";
import { lookAtRunner, rotateRunner, type RotationWorld } from "./rotate-runner";
import { type HookPlace, lookAtWebhooks, rotateWebhook } from "./rotate-webhook";

export interface RotateOptions extends SessionOptions {
  /** Where tokens of runners and secrets of webhooks are kept. */
  readonly secrets: SecretWriter;
  /** Names of Eggs, buckets and Jobs; default: all of the Nest. */
  readonly targets?: readonly string[];
  /** Only finish what earlier rotations have begun. */
  readonly finishOnly?: boolean;
  readonly randomBytes?: (size: number) => Buffer;
  /** Told of each secret as soon as it is done. */
  readonly onSecret?: (secret: RotatedSecret) => void;
}

/** One secret, and what became of it. */
export interface RotatedSecret {
  /** Eggs, buckets and Jobs that have it. */
  readonly units: readonly string[];
  readonly what: "runner token" | "webhook secret";
  readonly reference: string;
  /**
   * `planned`: it was only looked at; `rotated`: there is a new value; `finished`: what an earlier rotation left was done;
   * `waiting`: there is nothing to do before machines have noticed an earlier rotation; `unchanged`: nothing is left to do.
   */
  readonly outcome: "planned" | "rotated" | "finished" | "waiting" | "unchanged" | "failed";
  /** What is done, a few words each. */
  readonly steps: readonly string[];
  /** What is worth knowing, one sentence each. */
  readonly notes: readonly string[];
  readonly error?: unknown;
}

/** A look at secrets: what would be done, and the way to do it. */
export interface Rotation {
  readonly planned: readonly RotatedSecret[];
  /** Does what was planned. What fails stops no other secret, but those that the store keeps in one with it. */
  apply(): Promise<readonly RotatedSecret[]>;
  close(): Promise<void>;
}

/** Secrets that are worked on at once. */
const AT_ONCE = 8;

/**
 * Looks at the runner tokens and webhook secrets of a Nest and changes nothing. A webhook secret that several have is
 * rotated for all of them.
 * @throws GoslingError `UNKNOWN_TARGET`
 */
export async function lookAtRotation(nest: Nest, options: RotateOptions): Promise<Rotation> {
  const session = gitlabSession(options);
  const looks = settled(await mapConcurrent(secretsOf(nest, options), (secret) => look(secret, nest, session, options), AT_ONCE));
  return {
    planned: looks.map(({ planned }) => planned),
    async apply() {
      const chains = [...grouped(looks, ({ chain }) => chain).values()];
      const done = new Map<Look, RotatedSecret>();
      settled(
        await mapConcurrent(
          chains,
          async (chain) => {
            for (const [one, result] of await applyChain(chain, options)) done.set(one, result);
          },
          AT_ONCE,
        ),
      );
      return looks.map((one) => done.get(one) ?? one.planned);
    },
    close: () => session.close(),
  };
}

interface Secret {
  readonly units: readonly Unit[];
  readonly reference: string;
  readonly place: SecretPlace | undefined;
  readonly connections: readonly Connected[];
}

interface Connected {
  readonly unit: Unit;
  readonly server: string;
  readonly apiToken: string;
  readonly runner?: WantedRegistration;
  readonly hook?: WantedHook;
}

function secretsOf(nest: Nest, { targets, env }: RotateOptions): readonly Secret[] {
  const all = connectableUnits(nest);
  const chosen = new Set(targets ? selectUnits(all, targets) : all);
  const connections = all.flatMap((unit) => wantedConnections(unit, nest, env).map((wanted) => ({ unit, ...wanted })));
  const runners = connections.flatMap(({ unit, server, apiToken, runner }): Secret[] => (runner && chosen.has(unit) ? [{ units: [unit], reference: runner.token, place: placeOf(unit), connections: [{ unit, server, apiToken, runner }] }] : []));
  const withHook = connections.flatMap(({ unit, server, apiToken, hook }) => (hook ? [{ unit, server, apiToken, hook }] : []));
  const hooks = [...grouped(withHook, ({ unit, hook }) => JSON.stringify([hook.secret, placeOf(unit) ?? null])).values()];
  return [
    ...runners,
    ...hooks.flatMap((group): Secret[] => {
      const [first] = group;
      return first && group.some(({ unit }) => chosen.has(unit)) ? [{ units: [...new Set(group.map(({ unit }) => unit))], reference: first.hook.secret, place: placeOf(first.unit), connections: group }] : [];
    }),
  ];
}

interface Look {
  readonly planned: RotatedSecret;
  /** Secrets of one chain are one secret in the store, whose versions they share. */
  readonly chain: string;
  /** In a chain, lower ones go first. */
  readonly order: number;
  readonly kind: "begin" | "finish" | "none";
  readonly steps: readonly (() => Promise<void>)[];
}

async function look(secret: Secret, nest: Nest, session: GitlabSession, options: RotateOptions): Promise<Look> {
  const isWebhook = secret.connections.some(({ hook }) => hook);
  const shown = { units: secret.units.map(nameOf), what: isWebhook ? "webhook secret" : "runner token", reference: secret.reference } as const;
  const chain = chainOf(secret);
  try {
    const { kind, steps, notes, run } = isWebhook ? await lookHooks(secret, nest, session, options) : await lookRunner(secret, session, options);
    const outcome = kind !== "none" ? "planned" : notes.length > 0 ? "waiting" : "unchanged";
    // The store keeps one version before the current one: what a webhook may still have must not leave it.
    const order = isWebhook ? (kind === "finish" ? 0 : 2) : 1;
    return { planned: { ...shown, outcome, steps, notes }, chain, order, kind, steps: run };
  } catch (error) {
    return { planned: { ...shown, outcome: "failed", steps: [], notes: [], error }, chain, order: isWebhook ? 0 : 1, kind: "none", steps: [] };
  }
}

interface Found {
  readonly kind: Look["kind"];
  readonly steps: readonly string[];
  readonly notes: readonly string[];
  readonly run: readonly (() => Promise<void>)[];
}

async function lookRunner({ connections, place }: Secret, session: GitlabSession, options: RotateOptions): Promise<Found> {
  const { server, apiToken, runner } = connections[0] as Connected & { readonly runner: WantedRegistration };
  const world = await open({ server, apiToken, use: "runners", place }, session, options);
  const rotation = await lookAtRunner(runner, options.finishOnly ?? false, world);
  return {
    kind: rotation.kind,
    steps: rotation.steps.map(runnerWords),
    notes: rotation.waiting.map(({ id, why }) => `runner ${id} on ${server} is not removed yet: ${why}`),
    run: rotation.steps.map((step) => () => rotateRunner(step, rotation, world)),
  };
}

function runnerWords(step: RunnerRotationStep): string {
  switch (step.step) {
    case "replace":
      return "a second registration, with a new token";
    case "mark":
      return `mark runner ${step.id} as the one whose token is kept`;
    case "retire":
      return `runner ${step.id} goes once every machine has the new token`;
    case "remove":
      return `remove runner ${step.id}, which no machine uses`;
  }
}

async function lookHooks({ connections, place }: Secret, nest: Nest, session: GitlabSession, options: RotateOptions): Promise<Found> {
  const places: HookPlace[] = [];
  for (const { server, apiToken, hook } of connections) {
    if (hook) places.push({ wanted: hook, ownEggs: ownProjects(nest, server), world: await open({ server, apiToken, use: "webhooks", place }, session, options) });
  }
  const rotation = await lookAtWebhooks(places as [HookPlace, ...HookPlace[]], options.finishOnly ?? false);
  return {
    kind: rotation.kind,
    steps: rotation.steps.map((step) => (step.step === "renew" ? "a new secret; MotherGoose takes the one before, too" : `webhook ${step.hook.id} of ${step.hook.owner.kind} ${step.hook.owner.id}`)),
    notes: [],
    run: rotation.steps.map((step) => () => rotateWebhook(step)),
  };
}

async function open({ server, apiToken, use, place }: { readonly server: string; readonly apiToken: string; readonly use: "runners" | "webhooks"; readonly place: SecretPlace | undefined }, session: GitlabSession, options: RotateOptions): Promise<RotationWorld> {
  const { gitlab } = await session.open(server, apiToken, [use], place);
  return {
    gitlab,
    resolve: (reference) => options.resolve(reference, place),
    secrets: { write: (reference, value) => options.secrets.write(reference, value, place) },
    now: options.now,
    randomBytes: options.randomBytes ?? randomBytes,
  };
}

/** One after the other; after a webhook that failed nothing more is written to the same secret of the store. */
async function applyChain(chain: readonly Look[], { onSecret }: RotateOptions): Promise<ReadonlyMap<Look, RotatedSecret>> {
  const done = new Map<Look, RotatedSecret>();
  let stuck: RotatedSecret | undefined;
  for (const one of [...chain].sort((a, b) => a.order - b.order)) {
    const { planned } = one;
    let result: RotatedSecret = planned;
    if (planned.outcome === "planned") {
      try {
        if (stuck && one.kind === "begin") throw new GoslingError("ROTATE_HELD", `It is kept together with ${stuck.reference}, whose rotation is not finished`, { hint: "Mend that one first, and run the same command again." });
        for (const step of one.steps) await step();
        result = { ...planned, outcome: one.kind === "begin" ? "rotated" : "finished" };
      } catch (error) {
        result = { ...planned, outcome: "failed", error };
      }
    }
    if (result.outcome === "failed" && result.what === "webhook secret" && !isNotConnected(result.error)) stuck ??= result;
    if (result.outcome !== "unchanged") onSecret?.(result);
    done.set(one, result);
  }
  return done;
}

/** Then there is nothing half-way, either. */
function isNotConnected(error: unknown): boolean {
  return error instanceof GoslingError && error.code === "ROTATE_NOT_CONNECTED";
}

/** Where the store keeps several keys as one secret, they share its versions. */
function chainOf({ reference, place }: Secret): string {
  const parsed = parseSecretReference(reference);
  return JSON.stringify(parsed.ok ? [parsed.value.backend, parsed.value.name, place ?? null] : [reference]);
}

function grouped<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

function settled<T>(outcomes: readonly PromiseSettledResult<T>[]): readonly T[] {
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}
