/** Secrets: references, the stores behind them, cache, masking, and the log of accesses. */
export { type AccessLog, openAccessLog, type SecretAccess } from "./access-log";
export { equalSecrets } from "./equal-secrets";
export { StoreFailure } from "./failure";
export { environmentStore, fileStore } from "./local-stores";
export { MASK, createMasker, type Masker, type MaskingStream } from "./masking";
export { openSecrets, type Secrets, type SecretsOptions } from "./open-secrets";
export { readReference, secretResolver, type ResolveSecret } from "./resolve";
export { TIMEOUT_MS, type Timing, withRetries } from "./retry";
export { SECRET_ERRORS, type SecretErrorCode, isSecretError, type SecretPlace, type SecretStore, type WriteOptions } from "./secret-store";
export { decodeKey, generateKey } from "./state-key";
export { generateSshKey, isSameKey, publicKeyOf, type SshKey, sshFingerprint } from "./ssh-key";
