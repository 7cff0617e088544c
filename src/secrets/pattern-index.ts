/** Byte patterns that are looked for all at once: how many there are makes next to no difference. */
export interface PatternIndex {
  add(pattern: Buffer): void;
  /** Where patterns occur, also overlapping ones, sorted by start; of one start the longest first. */
  occurrences(bytes: Buffer): readonly (readonly [start: number, end: number])[];
  /** Length of the longest end of `bytes` that is the beginning, but not the whole, of a pattern. */
  longestOpenEnd(bytes: Buffer): number;
}

/** Patterns are found by their first bytes, so many: tokens of one kind differ after the fifth or sixth. */
const KEY_BYTES = 8;

export function createPatternIndex(): PatternIndex {
  const byKey = new Map<string, Buffer[]>();
  /** Whether any pattern begins with these two bytes: a look at it spares nearly all looks into the map. */
  const pairs = new Uint8Array(1 << 16);
  /** Those without a whole key. */
  const short: Buffer[] = [];
  let longest = 0;

  const candidates = (bytes: Buffer, at: number): readonly Buffer[] => (pairs[pairAt(bytes, at)] ? (byKey.get(keyAt(bytes, at)) ?? []) : []);

  return {
    add(pattern) {
      longest = Math.max(longest, pattern.length);
      if (pattern.length < KEY_BYTES) return void short.push(pattern);
      const key = keyAt(pattern, 0);
      const known = byKey.get(key);
      if (known) known.push(pattern);
      else byKey.set(key, [pattern]);
      pairs[pairAt(pattern, 0)] = 1;
    },
    occurrences(bytes) {
      const found: [number, number][] = [];
      for (let at = 0; at + KEY_BYTES <= bytes.length; at++) {
        for (const pattern of candidates(bytes, at)) if (at + pattern.length <= bytes.length && beginsAt(bytes, at, pattern)) found.push([at, at + pattern.length]);
      }
      for (const pattern of short) for (let at = bytes.indexOf(pattern); at !== -1; at = bytes.indexOf(pattern, at + 1)) found.push([at, at + pattern.length]);
      return found.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    },
    longestOpenEnd(bytes) {
      for (let at = Math.max(0, bytes.length - longest + 1); at < bytes.length; at++) {
        const length = bytes.length - at;
        const isOpen = (pattern: Buffer): boolean => pattern.length > length && beginsAt(bytes, at, pattern);
        if (length >= KEY_BYTES ? candidates(bytes, at).some(isOpen) : short.some(isOpen) || beginsKey(byKey, keyAt(bytes, at))) return length;
      }
      return 0;
    },
  };
}

/** Whether what is left of `bytes` from `at` on agrees with the pattern. */
function beginsAt(bytes: Buffer, at: number, pattern: Buffer): boolean {
  const length = Math.min(pattern.length, bytes.length - at);
  return bytes.compare(pattern, 0, length, at, at + length) === 0;
}

function beginsKey(byKey: ReadonlyMap<string, unknown>, end: string): boolean {
  for (const key of byKey.keys()) if (key.startsWith(end)) return true;
  return false;
}

/** Callers see to it that both bytes are there. */
function pairAt(bytes: Buffer, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function keyAt(bytes: Buffer, at: number): string {
  return bytes.toString("latin1", at, at + KEY_BYTES);
}
