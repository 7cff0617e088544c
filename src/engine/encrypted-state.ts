/**
 * Which keys can read a state or plan file, by id (`keyId`); nothing for one in clear. A file tells it in clear,
 * beside what is encrypted.
 */
export function keysOf(file: string): readonly string[] | undefined {
  let content: { readonly encryption_version?: unknown; readonly meta?: Readonly<Record<string, unknown>> };
  try {
    content = JSON.parse(file) as typeof content;
  } catch {
    // A plan in clear is an archive.
    return undefined;
  }
  if (typeof content !== "object" || content === null || !content.encryption_version) return undefined;
  return Object.keys(content.meta ?? {}).map((provider) => provider.split(".").at(-1) ?? provider);
}
