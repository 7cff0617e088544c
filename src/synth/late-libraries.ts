import Module, { createRequire } from "node:module";

/** What the engine library loads with everything else, and uses only where it packs, validates or writes stacks itself. */
const LATE = ["archiver", "json-stable-stringify", "semver"];

/**
 * Together they are half of what loading the library costs every command that makes a stack. Each loads now when it is
 * first used. Imported before the library.
 */
function loadLate(name: string, library: NodeJS.Require): void {
  let path: string;
  try {
    path = library.resolve(name);
  } catch {
    // Another release of the library, which has none.
    return;
  }
  if (require.cache[path]) return;
  const late = new Module(path);
  late.loaded = true;
  const real = (): object => {
    if (require.cache[path] === late) delete require.cache[path];
    return library(name) as object;
  };
  late.exports = new Proxy(() => undefined, {
    apply: (_, self, args: unknown[]): unknown => Reflect.apply(real() as (...args: unknown[]) => unknown, self, args),
    get: (_, property): unknown => Reflect.get(real(), property),
  });
  require.cache[path] = late;
}

const library = createRequire(require.resolve("cdktf"));
for (const name of LATE) loadLate(name, library);
