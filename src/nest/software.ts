import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";

/** SHA-256 over our code below a folder: what was made by other code is made anew, also between releases. */
export function codeHash(folder: string): string {
  const hash = createHash("sha256");
  for (const path of sourceFiles(folder)) hash.update(`${path.slice(folder.length)}\n`).update(readFileSync(path));
  return hash.digest("hex");
}

let reading: string | undefined;

/** Hash over all software between a Nest's files and its model. */
export function readingHash(): string {
  return (reading ??= createHash("sha256")
    .update([process.version, ...["fly", "nest", "vocabulary"].map((room) => codeHash(join(__dirname, "..", room)))].join("\n"))
    .digest("hex"));
}

/** Our code below a folder, in a fixed order. */
function sourceFiles(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return [".js", ".ts"].includes(extname(entry.name)) && !entry.name.endsWith(".d.ts") ? [path] : [];
  });
}
