/** How services and Jobs reach the Nest's own repository: deploy keys in the secret store, and at GitLab. */
export { deployKeyTitle, keepKeys, type KeepOptions, type KeptKey, type KeptKeys, type WantedKey } from "./keep-keys";
export { canPush, type KeyStep, planKey, type RegisteredKeys, registerKeys } from "./register-keys";
