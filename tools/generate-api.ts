import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Writes API.md, or the file that is named, from the docstrings of what `import … from "gosling"` gives. */
async function main(target = join(__dirname, "..", "API.md")): Promise<void> {
  const { Application } = await import("typedoc");
  const out = mkdtempSync(join(tmpdir(), "gosling-api-"));
  try {
    const app = await Application.bootstrapWithPlugins({
      entryPoints: [join(__dirname, "..", "constructs", "index.ts")],
      tsconfig: join(__dirname, "..", "tsconfig.json"),
      plugin: ["typedoc-plugin-markdown"],
      readme: "none",
      // The type check is a task of its own.
      skipErrorChecking: true,
      disableSources: true,
      excludePrivate: true,
      excludeInternal: true,
      excludeExternals: true,
      sort: ["alphabetical"],
      logLevel: "Error",
      outputs: [{ name: "markdown", path: out }],
      // @ts-expect-error options of the Markdown plugin
      outputFileStrategy: "modules",
      entryFileName: "API",
      hidePageHeader: true,
      hideBreadcrumbs: true,
      useCodeBlocks: true,
      parametersFormat: "table",
      interfacePropertiesFormat: "table",
      classPropertiesFormat: "table",
      tableColumnSettings: { hideInherited: true, hideOverrides: true, hideSources: true },
    });
    const project = await app.convert();
    if (!project) throw new Error("TypeDoc could not read the sources");
    await app.generateOutputs(project);
    const text = readable(readFileSync(join(out, "API.md"), "utf8"));
    writeFileSync(target, `<!-- Generated from the docstrings by "npx projen generate:api". -->\n\n# API\n\nWhat \`import … from "gosling"\` gives. Props are the vocabulary of [docs/fly.md](docs/fly.md) in camelCase, with the same types, units and defaults.\n${text}`);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const BINDINGS = `## Resource classes

\`bindings.aws\` and \`bindings.yandex\` hold a class for each resource type and data source that the constructs make, with the names and types of the provider's schema: \`new bindings.aws.Instance(this, "machine", { ami, instanceType })\`.
`;

/** Without what says nothing to a user of the library: where a member comes from in its class's ancestry. */
function readable(text: string): string {
  return text
    .replace(/^# gosling\n/, "")
    .replace(/^#+ (?:Overrides|Inherited from|Implementation of)\n\n.*\n\n/gm, "")
    .replace(/^## Namespaces\n\n.*\n/m, BINDINGS);
}

void main(process.argv[2]);
