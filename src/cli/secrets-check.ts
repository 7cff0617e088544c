import type { Command } from "commander";
import { mapConcurrent } from "../engine/concurrency";
import type { SecretUse } from "../nest";
import { decodeKey, isSecretError, publicKeyOf, type SecretErrorCode, type Secrets } from "../secrets";
import { EXIT, type GlobalFlags, wantsColor } from "./context";
import { openNest } from "./nest-option";
import { withSecrets } from "./open-secrets";
import type { Cli } from "./program";
import { type Palette, palette } from "./render/color";
import { renderTable } from "./render/table";

/** How many secrets are read at a time. */
const AT_ONCE = 8;

/** One secret, for all that need it. */
interface Checked {
  readonly reference: string;
  readonly region?: string;
  readonly folderId?: string;
  readonly uses: readonly SecretUse[];
  readonly status: "ok" | "warning" | "error";
  readonly code?: SecretErrorCode;
  readonly message?: string;
  readonly hint?: string;
}

/** `gosling secrets check`: reads each secret of the Nest once, and shows what came of it, without a value. */
export async function checkSecrets(cli: Cli, command: Command): Promise<number> {
  const { nest, result, exitCode } = await openNest(cli, command);
  if (!nest) return exitCode;
  const { context } = cli;
  const flags = cli.flags(command);
  const groups = byReference(result.secrets());
  const checked = await withSecrets(context, nest.root, nest.name, async (secrets) => {
    const settled = await mapConcurrent(groups, (uses) => checkOne(secrets, uses), AT_ONCE);
    return settled.map((each) => {
      if (each.status === "rejected") throw each.reason;
      return each.value;
    });
  });
  const failed = checked.some(({ status }) => status === "error");
  if (flags.json) context.stdout.write(`${JSON.stringify({ ok: !failed, secrets: checked.map(asJson) }, null, 2)}\n`);
  else context.stdout.write(render(checked, flags, palette(wantsColor(context, flags, context.stdout)), wantsColor(context, flags, context.stdout)));
  return failed ? EXIT.failed : EXIT.done;
}

/** Uses that read the same: by reference, region and folder. */
function byReference(uses: readonly SecretUse[]): readonly (readonly SecretUse[])[] {
  const groups = new Map<string, SecretUse[]>();
  for (const use of uses) {
    const key = `${use.reference}\n${use.region ?? ""}\n${use.folderId ?? ""}`;
    const group = groups.get(key);
    if (group) group.push(use);
    else groups.set(key, [use]);
  }
  return [...groups.values()];
}

async function checkOne(secrets: Secrets, uses: readonly SecretUse[]): Promise<Checked> {
  const { reference = "", region, folderId } = uses[0] ?? {};
  const place = { ...(region !== undefined && { region }), ...(folderId !== undefined && { folderId }) };
  try {
    const value = await secrets.read(reference, place);
    if (uses.some(({ purpose }) => purpose === "state key")) decodeKey(reference, value);
    if (uses.some(({ purpose }) => purpose === "deploy key")) publicKeyOf(reference, value);
    return { reference, ...place, uses, status: "ok" };
  } catch (error) {
    if (!isSecretError(error)) throw error;
    const { code, message } = error;
    const missing = code === "SECRET_MISSING" || code === "SECRET_KEY";
    const hint = missing && uses.every(isOfNest) ? wayToNestKey(uses) : error.hint;
    return { reference, ...place, uses, status: missing && uses.every(mayWait) ? "warning" : "error", code, message, ...(hint !== undefined && { hint }) };
  }
}

/** A local runner waits for its token, and nothing of the local cloud needs what only a convention asks for; nor does a Nest that is never cloned by a service. */
function mayWait(use: SecretUse): boolean {
  return (use.provider === "local" && (use.purpose === "runner token" || !use.written)) || (isOfNest(use) && !use.written);
}

function isOfNest({ role }: SecretUse): boolean {
  return role !== undefined;
}

function wayToNestKey(uses: readonly SecretUse[]): string {
  const [{ reference = "", written = false } = {}] = uses;
  return `Make it: gosling init${written ? "" : ` --secrets ${reference.split("://")[0] ?? ""}`}`;
}

function asJson({ reference, region, folderId, uses, status, code, message, hint }: Checked): unknown {
  return {
    reference,
    region: region ?? null,
    folder_id: folderId ?? null,
    status,
    problem: code === undefined ? null : { code, message, hint: hint ?? null },
    uses: uses.map(({ title, written, place }) => ({ for: title, file: place.file, line: place.range.start.line, written })),
  };
}

const SHORT: Readonly<Record<SecretErrorCode, string>> = {
  SECRET_REFERENCE: "wrong reference",
  SECRET_BACKEND: "not supported",
  SECRET_MISSING: "missing",
  SECRET_KEY: "no such key",
  SECRET_FORMAT: "wrong format",
  SECRET_DENIED: "denied",
  SECRET_CREDENTIALS: "not signed in",
  SECRET_SETTINGS: "settings missing",
  SECRET_UNREACHABLE: "unreachable",
  SECRET_UNREADABLE: "unreadable",
  SECRET_READ_ONLY: "read-only",
  SECRET_EXISTS: "exists",
};

function render(checked: readonly Checked[], flags: GlobalFlags, paint: Palette, color: boolean): string {
  const marks = { ok: paint.green("✓"), warning: paint.yellow("!"), error: paint.red("✗") } as const;
  const rows = checked.map(({ reference, uses, status, code }) => [marks[status], code === undefined ? "ok" : SHORT[code], reference, forWhom(uses), where(uses)]);
  const table = rows.length === 0 || flags.quiet ? "" : renderTable([{ title: "" }, { title: "STATUS" }, { title: "SECRET" }, { title: "FOR" }, { title: "WRITTEN IN" }], rows, { color });
  const problems = checked.flatMap(({ reference, uses, status, message, hint }) =>
    status === "ok" ? [] : [...(flags.quiet ? [] : [""]), `${marks[status]} ${reference}`, ...uses.map((use) => `  ${use.title}: ${whereIs(use)}`), `  ${message ?? ""}`, ...(hint === undefined ? [] : [`  ${paint.dim(`→ ${hint}`)}`])],
  );
  const verdict = flags.quiet ? [] : [...(checked.length === 0 ? [] : [""]), verdictOf(checked)];
  return table + [...problems, ...verdict].map((line) => `${line}\n`).join("");
}

function forWhom([first, ...others]: readonly SecretUse[]): string {
  return `${first?.title ?? ""}${others.length === 0 ? "" : ` and ${others.length} more`}`;
}

function where(uses: readonly SecretUse[]): string {
  const use = uses.find(({ written }) => written) ?? uses[0];
  return use === undefined ? "" : whereIs(use);
}

function whereIs({ written, place }: SecretUse): string {
  const at = `${place.file}:${place.range.start.line}`;
  return written ? at : `${at}, by convention`;
}

function verdictOf(checked: readonly Checked[]): string {
  const count = (status: Checked["status"]): number => checked.filter((each) => each.status === status).length;
  const problems = (["error", "warning"] as const).flatMap((status) => (count(status) === 0 ? [] : [`${count(status)} ${status}${count(status) === 1 ? "" : "s"}`]));
  const all = `${checked.length} secret${checked.length === 1 ? "" : "s"}`;
  if (checked.length === 0) return "This Nest needs no secrets.";
  return problems.length === 0 ? `${all}: all can be read.` : `${all}: ${problems.join(", ")}.`;
}
