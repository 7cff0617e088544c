import { type Construct, TerraformProvider, TerraformStack } from "./cdktf";
import type { CloudProvider, UnitSpecification } from "./clouds/cloud";

/** The engine's provider is the program's own, from whichever package it comes: synthesis fails where the stack has none, and says which line to add. */
export function requireProvider(construct: Construct, provider: CloudProvider | undefined, unit: Pick<UnitSpecification, "cloud">, what: string): void {
  if (provider) construct.node.addValidation({ validate: () => missingProvider(construct, provider, unit, what) });
}

function missingProvider(construct: Construct, provider: CloudProvider, unit: Pick<UnitSpecification, "cloud">, what: string): string[] {
  const stack = TerraformStack.of(construct);
  const isThere = stack.node.findAll().some((node) => TerraformProvider.isTerraformProvider(node) && node.terraformResourceType === provider.name);
  return isThere ? [] : [`${construct.node.path} makes ${what} on ${provider.name}, and its stack "${stack.node.id}" has no provider for it. Add this line to the stack: ${provider.line(unit)}`];
}
