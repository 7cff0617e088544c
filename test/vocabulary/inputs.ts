import type { BlockInput } from "../../src/vocabulary/check-block";
import type { Problem } from "../../src/vocabulary/schema";

/** A block as the language hands it over. */
export function block(attributes: Readonly<Record<string, unknown>>, blocks: Readonly<Record<string, BlockInput | readonly BlockInput[]>> = {}, labels?: readonly string[]): BlockInput {
  return {
    ...(labels ? { labels } : {}),
    attributes,
    blocks: Object.fromEntries(Object.entries(blocks).map(([type, nested]) => [type, Array.isArray(nested) ? (nested as readonly BlockInput[]) : [nested as BlockInput]])),
  };
}

export interface EggParts {
  readonly egg?: Readonly<Record<string, unknown>>;
  readonly cloud?: Readonly<Record<string, unknown>>;
  readonly resources?: Readonly<Record<string, unknown>>;
  readonly runner?: Readonly<Record<string, unknown>>;
  readonly gitlab?: Readonly<Record<string, unknown>>;
  readonly more?: Readonly<Record<string, BlockInput | readonly BlockInput[]>>;
}

function shared({ cloud, resources, runner, more }: EggParts): Readonly<Record<string, BlockInput | readonly BlockInput[]>> {
  return {
    cloud: block({ provider: "local", ...cloud }),
    resources: block({ cpu: 2, memory: 4096, disk: 20, ...resources }),
    runner: block({ tags: ["docker"], concurrent: 3, ...runner }),
    ...more,
  };
}

/** A valid Egg with the given differences. */
export function egg(parts: EggParts = {}): BlockInput {
  return block({ type: "vm", ...parts.egg }, { gitlab: block({ server: "gitlab.com", project_id: 1, ...parts.gitlab }), ...shared(parts) });
}

/** A valid bucket with the given differences. */
export function bucket(parts: EggParts = {}): BlockInput {
  const repo = (label: string, attributes: Readonly<Record<string, unknown>>): BlockInput => block({}, { gitlab: block(attributes) }, [label]);
  return block(
    { type: "vm", ...parts.egg },
    { repositories: block({}, { repo: [repo("api", { server: "gitlab.com", project_id: 1, ...parts.gitlab }), repo("web", { server: "gitlab.example.org", group_id: 2 })] }), ...shared(parts) },
  );
}

/** A valid Job with the given differences. */
export function job(attributes: Readonly<Record<string, unknown>> = {}, blocks: Readonly<Record<string, BlockInput | readonly BlockInput[]>> = {}): BlockInput {
  return block({ schedule: "0 2 * * *", task: "drift", ...attributes }, { runner: block({}), cloud: block({ provider: "local" }), ...blocks });
}

/** A valid `uglyfox` block with the given conditions. */
export function uglyfox(conditions: readonly BlockInput[], rules: readonly BlockInput[] = []): BlockInput {
  return block({}, { pruning: block({}), runners_condition: conditions, policies: block({}, { rule: rules }) });
}

/** A `runners_condition`. */
export function condition(label: string, entities: readonly string[], apex: Readonly<Record<string, unknown>> = {}, nadir: Readonly<Record<string, unknown>> = {}): BlockInput {
  return block({ eggs_entities: entities }, { apex: block(apex), nadir: block(nadir) }, [label]);
}

/** A problem in one line: `FLY112 pool.apex.min_count: summary | detail`. */
export function line(problem: Problem): string {
  return `${problem.code} ${problem.path.join(".")}: ${problem.summary}${problem.detail === undefined ? "" : ` | ${problem.detail}`}`;
}
