/** A token and its end, in milliseconds since 1970. */
export interface IssuedToken {
  readonly token: string;
  readonly endsAt: number;
}

export interface CachedToken {
  /** A token that is good for a while: the one that is at hand, or a new one. */
  get(): Promise<string>;
  /** This one is refused: it isn't given again. */
  drop(token: string): void;
}

/** Nobody shall hold a token that ends while it is on its way. */
const MARGIN_MS = 5 * 60_000;

/**
 * Keeps a token until shortly before its end: five minutes, or half of a shorter life. Whoever asks while one is
 * being issued waits for the same. A failure is not kept.
 */
export function cachedToken(issue: () => Promise<IssuedToken>, now: () => number): CachedToken {
  let kept: { readonly token: string; readonly goodUntil: number } | undefined;
  let underWay: Promise<string> | undefined;

  const renew = async (): Promise<string> => {
    const { token, endsAt } = await issue();
    const lifeMs = Math.max(0, endsAt - now());
    kept = { token, goodUntil: endsAt - Math.min(MARGIN_MS, lifeMs / 2) };
    return token;
  };

  return {
    async get() {
      if (kept !== undefined && now() < kept.goodUntil) return kept.token;
      underWay ??= renew().finally(() => (underWay = undefined));
      return underWay;
    },
    drop(token) {
      if (kept?.token === token) kept = undefined;
    },
  };
}
