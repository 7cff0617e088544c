import Module, { createRequire } from "node:module";

/**
 * The engine library loads an archiver with everything else, and uses it in processes of its own alone: a quarter of
 * what loading the library costs every command that makes a stack. This lets it load when something is packed.
 * Imported before the library.
 */
function loadArchiverLate(): void {
  const library = createRequire(require.resolve("cdktf"));
  let path: string;
  try {
    path = library.resolve("archiver");
  } catch {
    // Another release of the library, which has none.
    return;
  }
  if (require.cache[path]) return;
  const late = new Module(path);
  late.loaded = true;
  late.exports = (...args: readonly unknown[]): unknown => {
    delete require.cache[path];
    return (library("archiver") as (...args: readonly unknown[]) => unknown)(...args);
  };
  require.cache[path] = late;
}

loadArchiverLate();
