import { canPush, deployKeyTitle, type KeptKey } from "../../deploy/access";
import { sshFingerprint } from "../../secrets";
import type { NestRole } from "../../vocabulary/conventions";
import type { Access } from "../nest-access";
import type { Palette } from "./color";
import { renderTable } from "./table";

const WHO: Readonly<Record<NestRole, string>> = { read: "MotherGoose, UglyFox", write: "Jobs" };
const AT_GITLAB = { made: "registered", changed: "rights set back", there: "known" } as const;

/** Whether anything was made or changed, in the store or at GitLab. */
export function accessChanged({ keys, registered }: Access): boolean {
  return keys.some(({ made, url }) => made || url === "made" || url === "changed") || (registered?.keys.some(({ outcome }) => outcome !== "there") ?? false);
}

/** The keys, and what is left to do for a person. */
export function renderAccess(nest: string, access: Access, paint: Palette): string {
  const { keys, registered } = access;
  const rows = keys.map((key) => [sign(key, access, paint), key.role, WHO[key.role], key.reference, sshFingerprint(key.publicKey), atGitlab(key.role, access)]);
  const table = rows.length === 0 ? "" : `\n${renderTable([{ title: "" }, { title: "KEY" }, { title: "FOR" }, { title: "KEPT BEHIND" }, { title: "FINGERPRINT" }, { title: "AT GITLAB" }], rows)}`;
  return `${table}${registered || keys.length === 0 ? "" : byHand(nest, access)}`;
}

function sign({ role, made, url }: KeptKey, { registered }: Access, paint: Palette): string {
  if (made) return paint.green("+");
  const outcome = registered?.keys.find((one) => one.role === role)?.outcome ?? "there";
  return url === "made" || url === "changed" || outcome !== "there" ? paint.yellow("~") : paint.dim("=");
}

function atGitlab(role: NestRole, { registered }: Access): string {
  const outcome = registered?.keys.find((one) => one.role === role)?.outcome;
  return outcome === undefined ? "not asked" : AT_GITLAB[outcome];
}

/** What to do where no token did it. Public halves only. */
function byHand(nest: string, { keys, page }: Access): string {
  const where = page ?? "the Nest's GitLab project → Settings → Repository → Deploy keys";
  return [
    "",
    "Where they are not yet, add them to the Nest's project as deploy keys:",
    `  ${where}`,
    ...keys.flatMap(({ role, publicKey }) => [`  ${deployKeyTitle(nest, role)}, ${canPush(role) ? 'with "Grant write permissions to this key"' : "without write permissions"}:`, `    ${publicKey}`]),
    `Or let Gosling do it: ${page === undefined ? "name the project (git remote add origin URL), " : ""}put a Maintainer's token with the scope api into GITLAB_TOKEN, and run gosling init again.`,
    "",
  ].join("\n");
}

/** What is worth knowing, one sentence each. */
export function accessWarnings({ keys, url, registered, warnings, page }: Access): readonly string[] {
  const homeless = keys.filter((key) => key.url === "unknown").map(({ reference }) => reference);
  return [
    ...warnings,
    ...(homeless.length > 0 && url === undefined ? ["The address of the Nest's repository is not known, so it stands beside no key yet. Say it: git remote add origin URL, or gosling init --url URL; then gosling init again."] : []),
    ...(registered?.leftovers ?? []).map(({ id, title }) => `GitLab has another key called ${title} (number ${id}), whose private half is not the one that is kept. Remove it once nothing uses it: ${page ?? ""}`),
  ];
}

export function accessData({ keys, url, registered, page, problem }: Access): unknown {
  return {
    url: url ?? null,
    page: page ?? null,
    project_id: registered?.project.id ?? null,
    keys: keys.map(({ role, reference, publicKey, made, url: address }) => ({
      role,
      reference,
      public_key: publicKey,
      fingerprint: sshFingerprint(publicKey),
      made,
      url: address,
      at_gitlab: registered?.keys.find((one) => one.role === role)?.outcome ?? "not asked",
    })),
    problem: problem ? { code: problem.code, message: problem.message, hint: problem.hint ?? null } : null,
  };
}
