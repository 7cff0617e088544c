import { GoslingError } from "../vocabulary/error";
import { formatSecretReference, type SecretReference } from "../vocabulary/secret";
import { createMasker } from "./masking";
import type { SecretErrorCode } from "./secret-store";

/** What was to be done with a secret. */
export type Doing = "read" | "written";

/**
 * A failure of a store as a whole, such as a server that does not answer: the next reference would meet it, too.
 * Its message names the reference that it was met with.
 */
export class StoreFailure extends GoslingError {
  constructor(
    code: SecretErrorCode,
    reference: SecretReference,
    private readonly doing: Doing,
    private readonly why: string,
    hint: string,
  ) {
    super(code, `${formatSecretReference(reference)} can't be ${doing}: ${why}`, { hint });
  }

  /** The same failure, met with another reference. */
  of(reference: SecretReference): StoreFailure {
    return new StoreFailure(this.code as SecretErrorCode, reference, this.doing, this.why, this.hint ?? "");
  }
}

/**
 * Text that a server says, as it may stand in a message: one line, not long, without `secrets` (what we told the
 * server) in whatever encoding. Ends without a full stop.
 */
export function saidByServer(text: string, secrets: readonly (string | undefined)[]): string {
  // Masked before it is cut: half a secret would not be known any more.
  const shown = createMasker(secrets.flatMap((secret) => secret?.trim() ?? [])).mask(text.replace(/[\s\p{C}]+/gu, " ").trim());
  return (shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown).replace(/\.$/, "");
}

const LONGEST = 300;
