/** Secrets: references, the stores behind them, and masking. */
export { environmentStore, fileStore } from "./local-stores";
export { type LockboxPlace, type LockboxStore, lockboxStore, type LockboxStoreOptions } from "./lockbox-store";
export { MASK, createMasker, type Masker, type MaskingStream } from "./masking";
export { secretResolver, type ResolveSecret } from "./resolve";
export { SECRET_ERRORS, isSecretError, type SecretStore } from "./secret-store";
