import { checkMotherGooseProps, checkRiftProps, checkUglyFoxProps } from "../src/vocabulary/check";
import type { MotherGooseProps, MotherGooseValues, RiftProps, RiftValues, UglyFoxProps, UglyFoxValues } from "../src/vocabulary/types";
import { checkedValues } from "./checked-props";

/** Checks a Rift's props as Fly checks a rift. `path` is the construct's. */
export function checkedRift(path: string, { nest, name, ...props }: RiftProps & { readonly nest: string; readonly name: string }): RiftValues {
  return checkedValues(`${path}: the props of this RiftCache`, { nest, name }, checkRiftProps(props));
}

/** Checks UglyFox's props as Fly checks an uglyfox. */
export function checkedUglyFox(path: string, { nest, ...props }: UglyFoxProps & { readonly nest: string }): UglyFoxValues {
  return checkedValues(`${path}: the props of this UglyFoxPolicy`, { nest, name: "uglyfox" }, checkUglyFoxProps(props));
}

/** Checks MotherGoose's props as Fly checks a mothergoose. */
export function checkedMotherGoose(path: string, { nest, ...props }: MotherGooseProps & { readonly nest: string }): MotherGooseValues {
  return checkedValues(`${path}: the props of this MotherGoose`, { nest, name: "mothergoose" }, checkMotherGooseProps(props));
}
