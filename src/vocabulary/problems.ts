import type { ConditionError } from "./condition";
import type { Code } from "./problem-codes";
import type { Problem } from "./schema";

/** Place of a problem; see `Problem.path`. */
export type Path = readonly (string | number)[];

function error(code: Code, path: Path, summary: string, detail: string, more: Partial<Problem> = {}): Problem {
  return { severity: "error", code, path, summary, detail, ...more };
}

function warning(code: Code, path: Path, summary: string, detail: string): Problem {
  return { severity: "warning", code, path, summary, detail };
}

function meant(suggestion: string | undefined, otherwise: string): string {
  return suggestion === undefined ? otherwise : `Did you mean "${suggestion}"?`;
}

/** `a`, `a or b`, `a, b or c`. */
export function either(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} or ${items[items.length - 1]}`;
}

function lastName(path: Path): string {
  const last = path[path.length - 1];
  return typeof last === "number" ? `${lastName(path.slice(0, -1))}[${last}]` : String(last);
}

// ── The shape of a block ─────────────────────────────────────────────────────

export const unknownAttribute = (path: Path, block: string, suggestion: string | undefined, known: readonly string[]): Problem =>
  error("FLY101", path, `${block} has no attribute "${lastName(path)}"`, meant(suggestion, known.length ? `Its attributes are ${known.join(", ")}.` : "It has no attributes."), { suggestion });

export const unknownBlock = (path: Path, type: string, block: string | undefined, suggestion: string | undefined, known: readonly string[]): Problem =>
  error(
    "FLY102",
    path,
    block === undefined ? `there is no block "${type}"` : `${block} has no block "${type}"`,
    meant(suggestion, known.length ? `Its blocks are ${known.join(", ")}.`.replace(/^Its/, block === undefined ? "The" : "Its") : "It has no blocks."),
    { suggestion },
  );

export const missingAttribute = (path: Path, block: string, name: string, example: string): Problem =>
  error("FLY103", path, `${block} lacks "${name}"`, `It is required. Add ${name} = ${example}.`);

export const missingBlock = (path: Path, block: string, header: string): Problem => error("FLY104", path, `${block} lacks its ${header} block`, `It is required. Add ${header} { … }.`);

export const notExactlyOne = (path: Path, block: string, names: readonly string[], given: readonly string[]): Problem =>
  given.length === 0
    ? error("FLY105", path, `${block} needs ${either(names)}`, `Exactly one of ${names.join(", ")} must be given, and none is. Add one.`)
    : error("FLY105", [...path, given[1] as string], `${block} has both ${given.join(" and ")}`, `Exactly one of ${names.join(", ")} must be given. Remove the other.`, {
        related: [{ path: [...path, given[0] as string], message: "the first of them" }],
      });

export const blockTwice = (path: Path, type: string, first: Path): Problem =>
  error("FLY106", path, `${type} stands twice`, "It may stand once. Put everything into one block.", { related: [{ path: first, message: "the first one" }] });

export const wrongLabels = (path: Path, type: string, expected: number, found: number): Problem =>
  error(
    "FLY107",
    path,
    expected === 0 ? `${type} has no label` : `${type} has ${expected === 1 ? "one label, its name" : `${expected} labels`}`,
    expected === 0 ? `Found ${found}. Write ${type} { … }.` : `Found ${found === 0 ? "none" : found}. Write ${type} "my-name" { … }.`,
  );

export const badName = (path: Path, name: string, message: string): Problem => error("FLY108", path, `${show(name)} is no name`, `${capital(message)}. A name has 1–63 letters, digits, - and _.`);

export const nameTwice = (path: Path, name: string, other: { readonly path: Path; readonly name: string; readonly what: string }): Problem =>
  name === other.name
    ? error("FLY109", path, `"${name}" is taken`, `There is ${other.what} of that name already. Rename one of the two.`, { related: [{ path: other.path, message: "the first one" }] })
    : error("FLY109", path, `"${name}" is too much like "${other.name}"`, `There is ${other.what} "${other.name}"; names that differ only in case or in - against _ look the same to a cloud. Rename one of the two.`, {
        related: [{ path: other.path, message: "the other one" }],
      });

export const attributeForBlock = (path: Path): Problem => error("FLY110", path, `${lastName(path)} is a block`, `Write ${lastName(path)} { … }, without "=".`);

export const blockForAttribute = (path: Path, name: string, example: string): Problem => error("FLY110", path, `${name} is an attribute`, `Write ${name} = ${example}.`);

// ── Values ───────────────────────────────────────────────────────────────────

/** `found` and `expected` are names of types; `shown` is the value where it may be shown. */
export const wrongType = (path: Path, expected: string, found: string, shown: string | undefined, hint: string | undefined): Problem =>
  error("FLY111", path, `${lastName(path)} must be ${article(expected)}, not ${article(found)}`, `Expected ${expected}, found ${found}${shown === undefined ? "" : ` ${shown}`}.${hint === undefined ? "" : ` ${hint}`}`);

export const outOfLimits = (path: Path, limits: string, found: string): Problem => error("FLY112", path, `${lastName(path)} must be ${limits}`, `Found ${found}. Stay within the limit.`);

export const tooLargeInteger = (path: Path, found: string): Problem => error("FLY112", path, `${lastName(path)} is too large`, `Found ${found}; integers go up to 9007199254740991. Write a smaller one.`);

export const notOneOf = (path: Path, values: readonly string[], found: string, suggestion: string | undefined): Problem =>
  error("FLY113", path, `${lastName(path)} must be ${either(values.map((value) => `"${value}"`))}`, `Found ${show(found)}. ${meant(suggestion, "Take one of them.")}`, { suggestion });

/** A typed string that can't be read. `shown` is absent where the text may be a secret. */
export const malformedText = (path: Path, type: string, shown: string | undefined, message: string, examples: string): Problem =>
  error("FLY114", path, `${lastName(path)} is no ${type}`, `${shown === undefined ? "" : `Found ${show(shown)}: `}${shown === undefined ? capital(message) : message}. Write it like ${examples}.`);

export const wrongForm = (path: Path, message: string, found: string): Problem => error("FLY115", path, `${lastName(path)} must ${message}`, `Found ${show(found.replace(/\/\/[^/\s]*@/, "//***MASKED***@"))}. Write it in that form.`);

export const tooFewItems = (path: Path, least: number): Problem => error("FLY116", path, `${lastName(path)} needs at least ${least === 1 ? "one item" : `${least} items`}`, "Add one, or leave the attribute out.");

export const itemTwice = (path: Path, found: string, first: Path): Problem =>
  error("FLY116", path, `${show(found)} stands twice in ${lastName(first.slice(0, -1))}`, "Remove one of the two.", { related: [{ path: first, message: "the first one" }] });

export const badVariableName = (path: Path, name: string): Problem =>
  error("FLY117", path, `${show(name)} is no name of an environment variable`, "It may hold letters, digits and _, and no digit first. Rename it.");

export const badVariableValue = (path: Path, name: string): Problem => error("FLY118", path, `${show(name)} holds a NUL character`, "No process can have such an environment variable. Remove the character.");

export const badCondition = (path: Path, found: ConditionError): Problem =>
  error(
    found.kind === "syntax" ? "FLY119" : found.kind === "field" ? "FLY120" : "FLY121",
    path,
    found.kind === "syntax" ? `${lastName(path)} can't be read` : found.message,
    `${found.kind === "syntax" ? `${capital(found.message)}. ` : ""}${
      found.suggestion === undefined ? WAYS_OUT_OF_CONDITIONS[found.kind] : `Did you mean ${found.suggestion}?`
    }`,
    { suggestion: found.suggestion, span: { start: found.start, end: found.end } },
  );

const WAYS_OUT_OF_CONDITIONS: Readonly<Record<ConditionError["kind"], string>> = {
  syntax: "A condition looks like failed_count >= 3 AND age > 1h.",
  field: "docs/fly.md lists the fields.",
  type: "Compare values of one type, such as age > 1h, cpu > 80 or state == 'apex'.",
};

// ── Rules inside one block ───────────────────────────────────────────────────

/** Something that a serverless runner can't do; the same sentence is a reason for `vm` where the type is `auto`. */
export const notServerless = (code: "FLY130" | "FLY133" | "FLY134" | "FLY135", path: Path, reason: string, wayOut: string): Problem =>
  error(code, path, reason, `${wayOut} Or use type = "vm".`);

export const lambdaTimeout = (path: Path, timeout: string): Problem =>
  error("FLY131", path, `a timeout of ${timeout} is over the 15m of Lambda`, 'The platform ends every run after 15 minutes. Lower timeout to "15m", or use serverless_engine = "fargate".');

export const engineWithoutAws = (path: Path, provider: string): Problem =>
  error("FLY132", path, `serverless_engine is for AWS, not for ${provider}`, "Other clouds have one way to run serverless runners. Remove it.");

export const minOverMax = (path: Path, min: number, maxName: string, max: number): Problem =>
  error("FLY136", path, `${lastName(path)} is over ${maxName}`, `${lastName(path)} is ${min}, ${maxName} is ${max}. Lower the one or raise the other.`, { related: [{ path: [...path.slice(0, -1), maxName], message: `${maxName} is ${max}` }] });

export const poolOverConcurrent = (path: Path, pool: string, count: number, egg: string | undefined, concurrent: number): Problem =>
  error("FLY137", path, `${pool} is larger than concurrent`, `max_count is ${count}, runner.concurrent of ${egg === undefined ? "the Egg" : `"${egg}"`} is ${concurrent}. Lower max_count or raise concurrent.`);

export const spotNadir = (path: Path): Problem =>
  error("FLY138", path, "spot machines can't sleep in a Nadir", "AWS can't stop and keep a spot machine. Remove the Nadir, or set preemptible = false.");

export const localSecret = (path: Path, scheme: string, provider: string, store: string): Problem =>
  error("FLY139", path, `${lastName(path)} is a secret of this machine`, `A runner in ${provider} can't read ${scheme}://. Put the secret into the cloud's store and write ${store}.`);

export const ownedAgentKey = (path: Path, instead: string): Problem =>
  error("FLY140", path, `agent_config can't set "${lastName(path)}"`, `Gosling writes ${lastName(path)} itself. Remove it; ${instead}.`);

export const noJobCouldRun = (path: Path): Problem => error("FLY141", path, "a runner without tags would get no job", "GitLab gives untagged jobs only to runners that ask for them. Add a tag, or run_untagged = true.");

export const missingRegion = (path: Path, provider: string, example: string): Problem => error("FLY142", path, 'cloud lacks "region"', `${provider} needs it. Add region = "${example}".`);

export const missingFolder = (path: Path): Problem => error("FLY143", path, 'cloud lacks "folder_id"', "yandex needs it, here or in mothergoose.cloud. Add folder_id with the id of the folder.");

export const badTag = (path: Path, message: string, wayOut: string): Problem => error("FLY144", path, `tag ${show(lastName(path))} ${message}`, wayOut);

export const plainAndSecret = (path: Path, name: string, other: Path): Problem =>
  error("FLY145", path, `${name} stands in environment and in secrets`, "Only one of the two could reach the job. Remove one.", { related: [{ path: other, message: "the plain value" }] });

export const unencryptedState = (path: Path, backend: string): Problem =>
  warning("FLY146", path, `state in ${backend} lacks encryption`, 'State holds what others must not read, and an engine that can encrypt is not started without it. Make a key with `gosling secrets generate REF` and add encryption { key = "REF" }, or encryption { enabled = false }.');

export const missingForBackend = (path: Path, backend: string, name: string): Problem => error("FLY147", path, `state lacks "${name}"`, `The back end ${backend} needs it. Add ${name}.`);

export const visibilityTooShort = (path: Path, visibility: string, timeout: string): Problem =>
  error("FLY148", path, "visibility_timeout is under the workers' timeout", `It is ${visibility}, workers.timeout is ${timeout}: a message would come back while its worker still works. Raise it to at least "${timeout}".`);

export const jobWithoutCloud = (path: Path): Problem => error("FLY149", path, "the Job has no cloud", "There is neither a cloud block in it nor a mothergoose block to take it from. Add cloud { … }.");

export const noEffect = (path: Path, why: string): Problem => warning("FLY150", path, `${lastName(path)} has no effect here`, `${why} Remove it.`);

// ── Rules across blocks and files ────────────────────────────────────────────

export const missingNest = (): Problem => error("FLY160", [], "the Nest has no nest block", 'Add nest { name = "…" } to nest.fly at the root.');

export const secondBlock = (path: Path, type: string, first: Path): Problem =>
  error("FLY161", path, `${type} stands twice in the Nest`, "A Nest has one. Put everything into one block.", { related: [{ path: first, message: "the first one" }] });

export const projectTwice = (path: Path, what: string, server: string, first: { readonly path: Path; readonly owner: string }): Problem =>
  error("FLY162", path, `${what} of ${server} belongs to ${first.owner} already`, "Two Eggs for one would both answer its jobs. Remove one, or join them in one Egg.", { related: [{ path: first.path, message: "the first one" }] });

export const unknownRift = (path: Path, name: string, suggestion: string | undefined): Problem =>
  error("FLY163", path, `there is no Rift "${name}"`, meant(suggestion, `Add rift "${name}" { … }, or remove the attribute.`), { suggestion });

export const distantRift = (path: Path, name: string, rift: { readonly path: Path; readonly place: string }, place: string): Problem =>
  error("FLY164", path, `Rift "${name}" stands elsewhere`, `It is in ${rift.place}, the runners are in ${place}. Name a Rift beside them.`, { related: [{ path: rift.path, message: `the Rift is in ${rift.place}` }] });

export const renamedFromLiving = (path: Path, name: string, living: Path): Problem =>
  error("FLY165", path, `"${name}" is still there`, "renamed_from takes over the state of an Egg that is gone. Remove renamed_from, or the old Egg.", { related: [{ path: living, message: "it stands here" }] });

export const renamedTwice = (path: Path, name: string, first: Path): Problem =>
  error("FLY166", path, `"${name}" is taken over already`, "Its state can go to one Egg only. Keep renamed_from in one of them.", { related: [{ path: first, message: "the first one" }] });

export const entityTwice = (path: Path, name: string, first: { readonly path: Path; readonly condition: string }): Problem =>
  error("FLY167", path, `${name === "*" ? '"*"' : `"${name}"`} is in two conditions`, `runners_condition "${first.condition}" names it already. Keep it in one.`, { related: [{ path: first.path, message: "the first one" }] });

export const unknownEntity = (path: Path, name: string, suggestion: string | undefined): Problem =>
  error("FLY168", path, `there is no Egg "${name}"`, meant(suggestion, 'Write the name of an Egg or a bucket, or ["*"] for all.'), { suggestion });

export const starAmongNames = (path: Path): Problem => error("FLY169", path, '"*" stands beside names', 'It means all that no other condition names. Keep either ["*"] or the names.');

export const wrongFolder = (path: Path, type: string, found: string, expected: string): Problem => error("FLY170", path, `${type} does not belong into ${found}`, `It belongs into ${expected}. Move it there.`);

export const differentFolderName = (path: Path, kind: "folder" | "file", found: string, name: string): Problem =>
  warning("FLY171", path, `the ${kind} is called "${found}", its ${String(path[0])} "${name}"`, "The label counts. Rename one of the two, so that people find it.");

// ── Text ─────────────────────────────────────────────────────────────────────

/** A text in quotes, cut to what fits a line. */
export function show(text: string): string {
  const characters = [...text];
  return JSON.stringify(characters.length > 60 ? `${characters.slice(0, 57).join("")}…` : text);
}

function article(type: string): string {
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
