import { type IConstruct, TerraformElement, TerraformStack } from "../../constructs/cdktf";
import { ResolvedWhereDynamic } from "../../constructs/bindings/resolved-where-dynamic";
import { stackJson } from "./stack-json";

/**
 * A stack as the engine reads it. Comments of the library (versions, paths of constructs) are left out:
 * they say nothing to the engine.
 *
 * The library walks every value three times to resolve its tokens. Our stacks hold none, so what their
 * elements say is written down as it is; where there is one, the library resolves it. Both ways give
 * the same bytes.
 */
export function renderStack(stack: TerraformStack): string {
  const plain = stackJson(configurationOf(stack));
  if (plain !== undefined) return `${plain}\n`;
  stack.prepareStack();
  const resolved = stackJson(withoutComments(stack.toTerraform() as Data));
  if (resolved === undefined) throw new Error(`The stack ${stack.node.id} still holds tokens after they were resolved.`);
  return `${resolved}\n`;
}

type Data = { [key: string]: unknown };

function configurationOf(stack: TerraformStack): Data {
  const configuration: Data = {};
  for (const element of elementsOf(stack)) mergeInto(configuration, withoutComments(element.toTerraform() as Data));
  return configuration;
}

function elementsOf(node: IConstruct, found: TerraformElement[] = []): TerraformElement[] {
  if (TerraformElement.isTerraformElement(node)) found.push(node);
  for (const child of node.node.children) elementsOf(child, found);
  return found;
}

function mergeInto(target: Data, source: Data): void {
  for (const [key, value] of Object.entries(source)) {
    const before = target[key];
    if (isData(before) && isData(value)) mergeInto(before, value);
    else if (value !== undefined) target[key] = value;
  }
}

/** Without the comments that the library adds at the top and to each resource. */
function withoutComments(configuration: Data): Data {
  delete configuration["//"];
  for (const group of ["resource", "data", "module"]) {
    const types = configuration[group];
    if (!isData(types)) continue;
    for (const instances of Object.values(types)) {
      if (!isData(instances)) continue;
      for (const [name, instance] of Object.entries(instances)) {
        // Our classes keep the library from looking for tokens in every value; here they are looked for anyway.
        const body = instance instanceof ResolvedWhereDynamic ? { ...instance.toJSON() } : instance;
        if (isData(body)) delete body["//"];
        instances[name] = body;
      }
    }
  }
  return configuration;
}

function isData(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("resolve" in value && typeof value.resolve === "function");
}
