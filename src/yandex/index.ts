/** Yandex Cloud's APIs: credentials, Lockbox, and the power of machines. */
export type { CredentialSource } from "./credentials";
export { type Edges, realEdges } from "./edges";
export { isYandexError, type Status, YandexError, type YandexErrorCode } from "./error";
export { isSecretId, LOCKBOX_LIMITS, readPayload, type SecretAddress, writeEntry } from "./lockbox";
export { deleteMachines, listMachines, type Machine, readPower } from "./machines";
export { type PowerOutcome, setPower, type SetPowerOptions } from "./power";
export { type MachineStatus, type Power, type PowerAction, type PowerStep, powerSteps, type WantedPower } from "./power-steps";
export { type CallOptions, type YandexCloud, yandexCloud, type YandexCloudOptions } from "./yandex-cloud";
