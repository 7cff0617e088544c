import type { EngineDiagnostic } from "../engine";
import { header, locate, type Path } from "../fly/locate";
import { parse } from "../fly/parser";
import type { Range, SourceText } from "../fly/source";
import type { Block, Span } from "../fly/syntax";

/** Attributes of resources, and where an Egg says what they are; the first place that is written counts. */
const WRITTEN_AS: Readonly<Record<string, readonly string[]>> = {
  ami: ["resources.machine_image"],
  availability_zone: ["cloud.zones"],
  cores: ["resources.cpu"],
  cpu: ["resources.cpu"],
  execution_timeout: ["runner.timeout"],
  folder_id: ["cloud.folder_id"],
  image_id: ["resources.machine_image"],
  instance_type: ["resources.instance_types", "resources.cpu"],
  labels: ["cloud.tags"],
  memory: ["resources.memory"],
  memory_size: ["resources.memory"],
  metadata: ["startup_script"],
  nat: ["cloud.network.assign_public_ip"],
  permissions_boundary: ["cloud.role.permissions_boundary"],
  platform_id: ["resources.instance_types"],
  policy_arn: ["cloud.role.policies"],
  region: ["cloud.region"],
  subnet_id: ["cloud.network.subnet_ids"],
  subnet_ids: ["cloud.network.subnet_ids"],
  tags: ["cloud.tags"],
  timeout: ["runner.timeout"],
  user_data: ["startup_script"],
  user_data_base64: ["startup_script"],
  volume_size: ["resources.disk"],
  vpc_id: ["cloud.network.vpc_id"],
  zone: ["cloud.zones"],
};

/**
 * The Fly line that an engine's error comes from: an attribute of the Egg that the words name
 * (`pool.apex.max_count`), or that a resource's attribute is made from (`"instance_type"`). Undefined
 * where the words name nothing that the Egg has.
 *
 * @param source text of the file that the Egg stands in.
 */
export function placeInFly({ summary, detail }: Pick<EngineDiagnostic, "summary" | "detail">, egg: { readonly kind: string; readonly name: string }, source: SourceText): Range | undefined {
  const block = parse(source).body.items.find((item): item is Block => item.kind === "block" && item.type.name === egg.kind && item.labels[0]?.value === egg.name);
  if (!block) return undefined;
  const words = `${summary}\n${detail}`;
  const named = (words.match(/\b[a-z_]+(?:\.[a-z_]+)+\b/g) ?? []).map((path) => (/^(network|role)\./.test(path) ? `cloud.${path}` : path));
  const attributes = [...words.matchAll(/"([a-z0-9_]+)"/g)].flatMap(([, name = ""]) => WRITTEN_AS[name] ?? []);
  const places = [...named, ...attributes].flatMap((path) => placesOf(block, path.split(".")));
  const place = places.find(({ exact }) => exact) ?? places[0];
  return place && source.range(place.span);
}

/** Where a path leads: to the attribute, or to the block that lacks it. Nowhere, where not even its first name is there. */
function placesOf(block: Block, path: Path): readonly { readonly span: Span; readonly exact: boolean }[] {
  const { span, block: innermost = block } = locate(block, { path, code: "" });
  const exact = span.start !== header(innermost).start;
  return exact || innermost !== block ? [{ span, exact }] : [];
}
