import type { Construct, TerraformElement } from "../../../constructs/cdktf";
import { propertyName } from "../../../tools/generate-bindings";

export type ElementClass = new (scope: Construct, id: string, config: object) => TerraformElement;

/** The class of a resource type or a data source. */
export function ourClass(provider: string, type: string, kind: "resource" | "data"): ElementClass {
  const name = kind === "data" ? `data_${type}` : type.slice(provider.length + 1);
  return loadClass(`../../../constructs/bindings/${provider}/${name.replace(/_/g, "-")}`, classNameOf(name));
}

/** `sqs_queue` → `SqsQueue` */
export function classNameOf(name: string): string {
  const camel = propertyName(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

export function loadClass(path: string, name: string): ElementClass {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- one module of many, and never a provider's index, which may take seconds
  const found = (require(path) as Record<string, ElementClass>)[name];
  if (!found) throw new Error(`${path} has no ${name}`);
  return found;
}
