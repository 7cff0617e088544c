/**
 * What the engine reports while it works, from its `-json` output: one JSON object per line. Kinds
 * that are not listed here are ignored, so that a newer engine can say more without breaking us.
 */
export type EngineEvent =
  | { readonly kind: "version"; readonly engine: "tofu" | "terraform"; readonly version: string }
  | { readonly kind: "planned_change"; readonly change: Change }
  /** Somebody changed this resource behind the engine's back. */
  | { readonly kind: "resource_drift"; readonly change: Change }
  | { readonly kind: "change_summary"; readonly operation: "plan" | "apply" | "destroy"; readonly summary: ChangeSummary }
  | { readonly kind: "apply_start" | "apply_progress" | "apply_complete" | "apply_errored"; readonly resource: ResourceName; readonly action: Action; readonly elapsedSeconds?: number; readonly id?: string }
  | { readonly kind: "provision_start" | "provision_complete" | "provision_errored"; readonly resource: ResourceName; readonly provisioner: string }
  | { readonly kind: "provision_progress"; readonly resource: ResourceName; readonly provisioner: string; readonly output: string }
  | { readonly kind: "refresh_start" | "refresh_complete"; readonly resource: ResourceName; readonly id?: string }
  | { readonly kind: "diagnostic"; readonly diagnostic: EngineDiagnostic }
  | { readonly kind: "outputs"; readonly outputs: Readonly<Record<string, OutputChange>> }
  /** The last resort of an engine that could write its state nowhere: the state itself. It may hold secrets and is given to no listener. */
  | { readonly kind: "state_dump"; readonly state: unknown }
  /** What the engine tells in words, such as that it stops after an interrupt. */
  | { readonly kind: "log"; readonly message: string };

/** One instance of one resource. */
export interface ResourceName {
  /** Such as `terraform_data.runner["a-1"]`; takes `-replace` and `-target`. */
  readonly address: string;
  readonly type: string;
  readonly name: string;
  /** Key of `for_each`, index of `count`; none for a single instance. */
  readonly key?: string | number;
}

export type Action = "noop" | "create" | "read" | "update" | "replace" | "delete" | "move" | "import" | "forget" | "open" | "renew" | "close";

export interface Change {
  readonly resource: ResourceName;
  /** The old name, where the change is a move. */
  readonly previous?: ResourceName;
  readonly action: Action;
  /** Why the engine replaces or deletes, in its own word: `tainted`, `requested`, `cannot_update`, `delete_because_no_resource_config` … */
  readonly reason?: string;
}

export interface ChangeSummary {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
  readonly import: number;
  readonly forget: number;
}

export interface EngineDiagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail: string;
  /** The resource that it is about. */
  readonly address?: string;
  /** File of the stack's configuration. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
}

export interface OutputChange {
  readonly sensitive: boolean;
  readonly action?: Action;
  readonly value?: unknown;
}

/** The event on one line of the engine's output; nothing where it is no event or one that we do not know. */
export function parseEvent(line: string): EngineEvent | undefined {
  const data = parseObject(line);
  return data === undefined ? undefined : toEvent(data);
}

/** Whether a line is an event of the engine at all, of a known kind or not. */
export function isEventLine(line: string): boolean {
  const data = parseObject(line);
  return data !== undefined && typeof data["@level"] === "string";
}

/** The diagnostics in the answer of `validate -json`, as events. */
export function diagnosticEvents(answer: string): readonly EngineEvent[] {
  const { diagnostics } = parseObject(answer) ?? {};
  return (Array.isArray(diagnostics) ? diagnostics : []).flatMap((each) => {
    const diagnostic = toDiagnostic(each);
    return diagnostic === undefined ? [] : [{ kind: "diagnostic", diagnostic }];
  });
}

type Json = Readonly<Record<string, unknown>>;

function toEvent(data: Json): EngineEvent | undefined {
  const kind = data["type"];
  switch (kind) {
    case "version": {
      const tofu = text(data["tofu"]);
      const version = tofu ?? text(data["terraform"]);
      return version === undefined ? undefined : { kind, engine: tofu === undefined ? "terraform" : "tofu", version };
    }
    case "planned_change":
    case "resource_drift": {
      const change = toChange(data["change"]);
      return change && { kind, change };
    }
    case "change_summary": {
      const changes = object(data["changes"]);
      const operation = text(changes["operation"]);
      if (operation !== "plan" && operation !== "apply" && operation !== "destroy") return undefined;
      const count = (name: string) => number(changes[name]) ?? 0;
      return { kind, operation, summary: { add: count("add"), change: count("change"), remove: count("remove"), import: count("import"), forget: count("forget") } };
    }
    case "apply_start":
    case "apply_progress":
    case "apply_complete":
    case "apply_errored": {
      const hook = object(data["hook"]);
      const resource = toResource(hook["resource"]);
      const action = toAction(hook["action"]);
      return resource && action && defined({ kind, resource, action, elapsedSeconds: number(hook["elapsed_seconds"]), id: text(hook["id_value"]) });
    }
    case "provision_start":
    case "provision_complete":
    case "provision_errored": {
      const hook = object(data["hook"]);
      const resource = toResource(hook["resource"]);
      return resource && { kind, resource, provisioner: text(hook["provisioner"]) ?? "" };
    }
    case "provision_progress": {
      const hook = object(data["hook"]);
      const resource = toResource(hook["resource"]);
      return resource && { kind, resource, provisioner: text(hook["provisioner"]) ?? "", output: text(hook["output"]) ?? "" };
    }
    case "refresh_start":
    case "refresh_complete": {
      const hook = object(data["hook"]);
      const resource = toResource(hook["resource"]);
      return resource && defined({ kind, resource, id: text(hook["id_value"]) });
    }
    case "diagnostic": {
      const diagnostic = toDiagnostic(data["diagnostic"]);
      return diagnostic && { kind, diagnostic };
    }
    case "outputs": {
      const outputs = Object.entries(object(data["outputs"])).map(([name, value]): [string, OutputChange] => {
        const output = object(value);
        return [name, defined({ sensitive: output["sensitive"] === true, action: toAction(output["action"]), value: output["value"] })];
      });
      return { kind, outputs: Object.fromEntries(outputs) };
    }
    case "log":
      if (data["state"] !== undefined) return { kind: "state_dump", state: data["state"] };
      return { kind, message: (text(data["@message"]) ?? "").trim() };
    default:
      return undefined;
  }
}

function toChange(value: unknown): Change | undefined {
  const change = object(value);
  const resource = toResource(change["resource"]);
  const action = toAction(change["action"]);
  return resource && action && defined({ resource, previous: toResource(change["previous_resource"]), action, reason: text(change["reason"]) });
}

function toResource(value: unknown): ResourceName | undefined {
  const resource = object(value);
  const address = text(resource["addr"]);
  const key = resource["resource_key"];
  if (address === undefined) return undefined;
  return defined({
    address,
    type: text(resource["resource_type"]) ?? "",
    name: text(resource["resource_name"]) ?? "",
    key: typeof key === "string" || typeof key === "number" ? key : undefined,
  });
}

/** The snippet beside a diagnostic is left out: it may quote values. */
function toDiagnostic(value: unknown): EngineDiagnostic | undefined {
  const diagnostic = object(value);
  const severity = diagnostic["severity"];
  if (severity !== "error" && severity !== "warning") return undefined;
  const range = object(diagnostic["range"]);
  return defined<EngineDiagnostic>({
    severity,
    summary: text(diagnostic["summary"]) ?? "",
    detail: (text(diagnostic["detail"]) ?? "").trim(),
    address: text(diagnostic["address"]),
    file: text(range["filename"]),
    line: number(object(range["start"])["line"]),
  });
}

const ACTIONS: ReadonlySet<string> = new Set<Action>(["noop", "create", "read", "update", "replace", "delete", "move", "import", "forget", "open", "renew", "close"]);

function toAction(value: unknown): Action | undefined {
  // Terraform's name for what OpenTofu calls forget.
  if (value === "remove") return "forget";
  return typeof value === "string" && ACTIONS.has(value) ? (value as Action) : undefined;
}

function parseObject(line: string): Json | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** The same object without its undefined members, so that events compare and print well. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
