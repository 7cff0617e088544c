import type { IResolvable, IResolveContext } from "../cdktf";

type Body = Readonly<Record<string, unknown>>;

/**
 * A synthesized resource of which the engine library resolves only what may hold tokens. Else it looks
 * for tokens in every value of every resource three times: before the synthesis, in the resource, and in
 * the whole stack, which is most of the time that a synthesis takes. The result is the same.
 */
export class ResolvedWhereDynamic implements IResolvable {
  readonly creationStack: string[] = [];

  constructor(private readonly body: Body) {}

  /** The library resolves what this answers, and then takes what the post-processor makes of it. Nothing static needs preparing. */
  resolve(context: IResolveContext): Body {
    const dynamic: Record<string, unknown> = {};
    for (const name in this.body) if (!isStatic(name) || !isStatic(this.body[name])) dynamic[name] = this.body[name];
    if (!context.preparing) context.registerPostProcessor({ postProcess: (resolved: Body) => new Resolved(this.merged(dynamic, resolved)) });
    return dynamic;
  }

  private merged(dynamic: Body, resolved: Body): Body {
    const result: Record<string, unknown> = {};
    for (const name in this.body) if (!(name in dynamic)) result[name] = this.body[name];
    return Object.assign(result, resolved);
  }

  toString(): string {
    return JSON.stringify(this.body);
  }

  toJSON(): Body {
    return this.body;
  }
}

/** What has been resolved, for the walk through the whole stack. */
class Resolved implements IResolvable {
  readonly creationStack: string[] = [];

  constructor(private readonly body: Body) {}

  resolve(context: IResolveContext): undefined {
    context.registerPostProcessor({ postProcess: () => this.body });
  }

  toString(): string {
    return JSON.stringify(this.body);
  }

  toJSON(): Body {
    return this.body;
  }
}

/** What the library takes for tokens or escapes of them, in strings; see literal.ts. */
const DYNAMIC = /TfToken\[|\$\$\{|%%\{|e\+?\d{3}/;
/** Tokens for numbers are far below this. */
const LEAST_NUMBER = -1e200;

function isStatic(value: unknown): boolean {
  switch (typeof value) {
    case "string":
      return !DYNAMIC.test(value);
    case "number":
      return value > LEAST_NUMBER;
    case "object":
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isStatic);
      if (Object.getPrototypeOf(value) !== Object.prototype) return false;
      for (const key in value) if (DYNAMIC.test(key) || !isStatic((value as Record<string, unknown>)[key])) return false;
      return true;
    default:
      // The library takes away what is undefined.
      return typeof value === "boolean";
  }
}
