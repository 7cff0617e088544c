/** Rotation: new runner tokens and webhook secrets, the former ones good until nobody uses them any more. */
export { lookAtRotation, type RotatedSecret, type RotateOptions, type Rotation } from "./rotate-nest";
