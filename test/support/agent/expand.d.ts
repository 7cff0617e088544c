/** Go's os.Expand. */
export function expand(text: string, lookUp: (name: string) => string): string;
/** The environment that a job gets from the `environment` of a `[[runners]]` section. */
export function jobEnvironment(entries: readonly string[]): Record<string, string>;
