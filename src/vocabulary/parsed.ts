/** What a parser of a typed string gives: the value, or a clause that says what is wrong with the text. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | Malformed;

export interface Malformed {
  readonly ok: false;
  /** Completes "TEXT is no duration: …". Never holds the text itself, which may be a secret by mistake. */
  readonly message: string;
}

export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function malformed(message: string): Malformed {
  return { ok: false, message };
}
