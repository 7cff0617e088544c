import { Construct, TerraformVariable } from "./cdktf";

/** How many runners may be on, and how many may sleep. */
export interface ApexNadirPoolProps {
  /** Name of the Egg that the pool belongs to, for messages. */
  readonly egg: string;
  /** The most runners that are on: starting, waiting for a job, or running one. */
  readonly apex: { readonly maxCount: number };
  /** The most runners that exist but sleep. Default: none. */
  readonly nadir?: { readonly maxCount: number };
  /**
   * Which of the Egg's stacks this is, from 1: it makes the runners of this shard only, and checks the
   * limits over all of them. Default: 1.
   */
  readonly shard?: number;
}

/** What others may use of a pool: expressions of the engine's language, without `${}` around them. */
export interface IApexNadirPool {
  /** A map of this shard's runners: id → power, revision, shard, place. */
  readonly runners: string;
  /** Those of them that are on. */
  readonly runnersOn: string;
}

/**
 * The two pools of an Egg, and their limits.
 *
 * Which runners there are is a variable and not code: `runners` maps a runner's id to its power (`"on"`
 * in the Apex, `"off"` in the Nadir), the revision of the configuration that it was made with, its shard
 * and its place. Scaling is an apply with another value. The variable refuses values that pass the
 * limits, so an apply by hand can't pass them either.
 *
 * Child: `runners` (`TerraformVariable`).
 */
export class ApexNadirPool extends Construct implements IApexNadirPool {
  readonly runners: string;
  readonly runnersOn: string;
  /** The most that may be on at once. */
  readonly apexLimit: number;
  /** The most that may exist, on or asleep. */
  readonly totalLimit: number;
  private readonly variable: TerraformVariable;

  constructor(scope: Construct, id: string, props: ApexNadirPoolProps) {
    super(scope, id);
    const { egg, shard = 1 } = props;
    this.apexLimit = props.apex.maxCount;
    this.totalLimit = props.apex.maxCount + (props.nadir?.maxCount ?? 0);
    this.variable = new TerraformVariable(this, "runners", {
      type: "map(object({ power = string, revision = string, shard = number, place = string }))",
      description: `The runners of ${egg}: id => power ("on" or "off"), revision of the configuration that it was made with, shard, place.`,
      default: {},
      nullable: false,
    });
    const name = `var.${this.variable.friendlyUniqueId}`;
    this.runners = `{ for id, runner in ${name} : id => runner if runner.shard == ${shard} }`;
    this.runnersOn = `{ for id, runner in ${name} : id => runner if runner.shard == ${shard} && runner.power == "on" }`;
    const rule = (condition: string, errorMessage: string): void => this.variable.addValidation({ condition: `\${${condition}}`, errorMessage });
    rule(
      `alltrue([for id in keys(${name}) : can(regex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", id))])`,
      "The id of a runner has 1 to 128 letters, digits, \".\", \"_\" and \"-\", and starts with none of \".\" and \"-\".",
    );
    rule(`alltrue([for runner in values(${name}) : contains(["on", "off"], runner.power)])`, 'The power of a runner is "on" or "off".');
    rule(`alltrue([for runner in values(${name}) : runner.shard >= 1 && floor(runner.shard) == runner.shard])`, "The shard of a runner is a whole number from 1.");
    rule(
      `length([for runner in values(${name}) : runner if runner.power == "on"]) <= ${this.apexLimit}`,
      `${egg} has at most ${countOf(this.apexLimit)} on (pool.apex.max_count).`,
    );
    rule(`length(${name}) <= ${this.totalLimit}`, `${egg} has at most ${countOf(this.totalLimit)}, on and asleep (pool.apex.max_count and pool.nadir.max_count).`);
  }

  /** One more rule that every runner keeps: `condition` makes an expression of the runner's and its id's. */
  require(condition: (runner: string, id: string) => string, errorMessage: string): void {
    this.variable.addValidation({ condition: `\${alltrue([for id, runner in var.${this.variable.friendlyUniqueId} : ${condition("runner", "id")}])}`, errorMessage });
  }
}

function countOf(limit: number): string {
  return limit === 1 ? "1 runner" : `${limit} runners`;
}
