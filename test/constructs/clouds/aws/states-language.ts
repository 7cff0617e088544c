/**
 * What the Amazon States Language says about a state machine, as far as machines with JSONPath have it:
 * https://states-language.net. For each type of state its fields, and which of them must be there.
 */
type Data = Readonly<Record<string, unknown>>;

/** Fields that a state of a type may have, and must have. */
const STATES: Readonly<Record<string, { readonly must: readonly string[]; readonly may: readonly string[] }>> = {
  Task: { must: ["Resource"], may: ["InputPath", "OutputPath", "Parameters", "ResultSelector", "ResultPath", "Retry", "Catch", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath", "Credentials"] },
  Pass: { must: [], may: ["InputPath", "OutputPath", "Parameters", "Result", "ResultPath"] },
  Wait: { must: [], may: ["InputPath", "OutputPath", "Seconds", "SecondsPath", "Timestamp", "TimestampPath"] },
  Choice: { must: ["Choices"], may: ["InputPath", "OutputPath", "Default"] },
  Succeed: { must: [], may: ["InputPath", "OutputPath"] },
  Fail: { must: [], may: ["Error", "Cause", "ErrorPath", "CausePath"] },
};
const HAS_NEXT = new Set(["Task", "Pass", "Wait"]);
const RETRY = ["ErrorEquals", "IntervalSeconds", "BackoffRate", "MaxAttempts", "MaxDelaySeconds", "JitterStrategy"];
const COMPARISONS = /^(String|Numeric|Boolean|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)(Path)?$|^StringMatches$|^Is(Null|Present|Numeric|String|Boolean|Timestamp)$/;
const JSON_PATH = /^\$(\.[A-Za-z_]\w*|\[\d+\]|\[\*\])*$/;
const REFERENCE_PATH = /^\$(\.[A-Za-z_]\w*|\[\d+\])*$/;
const INTRINSIC = /^States\.[A-Z]\w*\(.*\)$/;

/** All that is wrong with a state machine; nothing where it is one. */
export function statesLanguageProblems(machine: Data): readonly string[] {
  const found: string[] = [];
  const known = new Set(["Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage"]);
  for (const field of Object.keys(machine)) if (!known.has(field)) found.push(`the machine has no field ${field}`);
  const states = isData(machine["States"]) ? machine["States"] : {};
  const to = (from: string, name: unknown): void => {
    if (typeof name !== "string" || !(name in states)) found.push(`${from} leads to ${String(name)}, which is no state`);
  };
  to("StartAt", machine["StartAt"]);
  for (const [name, state] of Object.entries(states)) checkState(name, isData(state) ? state : {}, to, found);
  const reached = reachable(machine["StartAt"], states);
  for (const name of Object.keys(states)) if (!reached.has(name)) found.push(`${name} is never reached`);
  return found;
}

function checkState(name: string, state: Data, to: (from: string, name: unknown) => void, found: string[]): void {
  const say = (what: string): number => found.push(`${name} ${what}`);
  if (name.length > 80) say("has a name of more than 80 characters");
  const type = String(state["Type"]);
  const spec = STATES[type];
  if (!spec) {
    say(`is of no type: ${type}`);
    return;
  }
  const fields = new Set(["Type", "Comment", ...spec.must, ...spec.may, ...(HAS_NEXT.has(type) ? ["Next", "End"] : [])]);
  for (const field of Object.keys(state)) if (!fields.has(field)) say(`(${type}) has no field ${field}`);
  for (const field of spec.must) if (!(field in state)) say(`(${type}) lacks ${field}`);
  if (HAS_NEXT.has(type)) {
    if (("Next" in state) === (state["End"] === true)) say("has exactly one of Next and End");
    if ("Next" in state) to(name, state["Next"]);
  }
  if (type === "Wait" && ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"].filter((field) => field in state).length !== 1) say("waits for exactly one thing");
  if (type === "Wait" && "Seconds" in state && !(Number.isInteger(state["Seconds"]) && Number(state["Seconds"]) >= 0)) say("waits for whole seconds");
  for (const field of ["ResultPath", "InputPath", "OutputPath", "SecondsPath"]) {
    const path = state[field];
    if (path !== undefined && path !== null && !(typeof path === "string" && REFERENCE_PATH.test(path))) say(`has no reference path as ${field}`);
  }
  for (const field of ["Parameters", "ResultSelector"]) checkTemplate(`${name}.${field}`, state[field], found);
  for (const retrier of list(state["Retry"])) checkRetrier(name, retrier, found);
  for (const [index, catcher] of list(state["Catch"]).entries()) {
    for (const field of Object.keys(catcher)) if (!["ErrorEquals", "Next", "ResultPath", "Comment"].includes(field)) say(`has a catcher with ${field}`);
    checkErrors(`${name}.Catch[${index}]`, catcher, list(state["Catch"]).length - 1 === index, found);
    to(`${name}.Catch[${index}]`, catcher["Next"]);
  }
  if (type === "Choice") {
    if (list(state["Choices"]).length === 0) say("has no choices");
    for (const rule of list(state["Choices"])) {
      const operators = Object.keys(rule).filter((field) => COMPARISONS.test(field));
      if (operators.length !== 1) say("has a rule without exactly one comparison");
      if (!(typeof rule["Variable"] === "string" && JSON_PATH.test(rule["Variable"]))) say("has a rule without a variable");
      to(name, rule["Next"]);
    }
    if ("Default" in state) to(name, state["Default"]);
  }
  if (type === "Task" && !(typeof state["Resource"] === "string" && /^arn:[a-z-]+:states:::[a-z0-9-]+:[A-Za-z0-9-]+(:[A-Za-z0-9]+)?(\.(sync|waitForTaskToken))?$/.test(state["Resource"]))) say("has no resource of an integrated service");
}

function checkRetrier(name: string, retrier: Data, found: string[]): void {
  for (const field of Object.keys(retrier)) if (!RETRY.includes(field)) found.push(`${name} has a retrier with ${field}`);
  checkErrors(`${name}.Retry`, retrier, true, found);
  const number = (field: string, ok: (value: number) => boolean): void => {
    const value = retrier[field];
    if (value !== undefined && !(typeof value === "number" && ok(value))) found.push(`${name}.Retry.${field} is ${String(value)}`);
  };
  number("IntervalSeconds", (value) => Number.isInteger(value) && value >= 1);
  number("MaxAttempts", (value) => Number.isInteger(value) && value >= 0);
  number("MaxDelaySeconds", (value) => Number.isInteger(value) && value > Number(retrier["IntervalSeconds"] ?? 1) && value < 31_622_400);
  number("BackoffRate", (value) => value >= 1);
  if (!["FULL", "NONE", undefined].includes(retrier["JitterStrategy"] as string | undefined)) found.push(`${name} has an unknown JitterStrategy`);
}

function checkErrors(where: string, rule: Data, last: boolean, found: string[]): void {
  const errors = rule["ErrorEquals"];
  if (!Array.isArray(errors) || errors.length === 0) found.push(`${where} names no error`);
  else if (errors.includes("States.ALL") && (errors.length > 1 || !last)) found.push(`${where}: States.ALL stands alone, and last`);
}

/** In a payload template, a field whose name ends in `.$` holds a path or an intrinsic function, and no other does. */
function checkTemplate(where: string, value: unknown, found: string[]): void {
  if (Array.isArray(value)) value.forEach((item, index) => checkTemplate(`${where}[${index}]`, item, found));
  if (!isData(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (!key.endsWith(".$")) checkTemplate(`${where}.${key}`, item, found);
    else if (typeof item !== "string" || !(JSON_PATH.test(item) || INTRINSIC.test(item))) found.push(`${where}.${key} holds neither a path nor a function`);
  }
}

function reachable(start: unknown, states: Data): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (name: unknown): void => {
    if (typeof name !== "string" || reached.has(name)) return;
    reached.add(name);
    const state = isData(states[name]) ? (states[name] as Data) : {};
    for (const next of [state["Next"], state["Default"], ...list(state["Catch"]).map((each) => each["Next"]), ...list(state["Choices"]).map((each) => each["Next"])]) visit(next);
  };
  visit(start);
  return reached;
}

function list(value: unknown): readonly Data[] {
  return Array.isArray(value) ? (value as Data[]) : [];
}

function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
