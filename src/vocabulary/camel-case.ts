/** Fly's `idle_timeout` as a TypeScript property: `idleTimeout`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
