import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "..");
const pagesIn = (folder: string): readonly string[] => readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(".md")).map((name) => join(folder, name));

/** Names that GitLab and GitHub give to the headings of a page. */
function headingsOf(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, heading = ""] of text.matchAll(/^#+ (.*)$/gm)) {
    const name = heading.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
    let number = 0;
    while (names.has(number === 0 ? name : `${name}-${number}`)) number++;
    names.add(number === 0 ? name : `${name}-${number}`);
  }
  return new Set([...names, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id)]);
}

test.each([...pagesIn("."), ...pagesIn("docs"), ...pagesIn("docs/constructs")])("every link of %s leads somewhere", (page) => {
  const text = readFileSync(join(ROOT, page), "utf8").replace(/^```[^]*?^```/gm, "");
  const headings = headingsOf(text);
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link).filter((link) => !/^https?:/.test(link));
  const broken = links.filter((link) => (link.startsWith("#") ? !headings.has(link.slice(1)) : !existsSync(join(ROOT, dirname(page), link.split("#")[0] ?? ""))));
  expect(broken).toEqual([]);
});
