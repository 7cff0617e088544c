/** One thing that `gosling doctor` has looked at. */
export interface HealthCheck {
  /** What was looked at: `Node`, `Engine`. */
  readonly name: string;
  /** `warning`: something is missing that not every use needs. */
  readonly status: "ok" | "warning" | "error";
  /** What was found. */
  readonly summary: string;
  /** How to mend it. */
  readonly hint?: string;
}

export function ok(name: string, summary: string): HealthCheck {
  return { name, status: "ok", summary };
}

export function warning(name: string, summary: string, hint: string): HealthCheck {
  return { name, status: "warning", summary, hint };
}

export function error(name: string, summary: string, hint: string): HealthCheck {
  return { name, status: "error", summary, hint };
}
