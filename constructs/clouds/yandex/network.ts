import type { CloudValues } from "../../../src/vocabulary/types";
import { DataYandexVpcNetwork } from "../../bindings/yandex/data-yandex-vpc-network";
import { DataYandexVpcSubnet } from "../../bindings/yandex/data-yandex-vpc-subnet";
import { VpcSecurityGroup } from "../../bindings/yandex/vpc-security-group";
import { type Construct, TerraformLocal } from "../../cdktf";
import { type NamedUnit, resourceName } from "../../names";
import { listExpression, plainText, quoted } from "../../template";
import { NAME_RULES } from "./name-rules";
import type { MachineSize } from "./platforms";

/** Name of the network that a new folder has. */
const DEFAULT_NETWORK = "default";

/** Where the machines of a unit stand. */
export interface YandexNetwork {
  /** Id of the network, for an attribute. */
  readonly networkId: string;
  /** Expression: `{ subnet_id, zone }` of each subnet, in the order in which they are tried. */
  readonly subnets: string;
  /** Says in a message where subnets were looked for. */
  readonly description: string;
}

/**
 * The network that the Egg names, else the folder's default one.
 *
 * Children, as far as they are needed: `network`, `subnet` (data sources), `subnets` (`TerraformLocal`).
 */
export function networkOf(scope: Construct, { network, zones }: CloudValues, folderId: string): YandexNetwork {
  const { subnetIds, vpcId } = network;
  const inZones = zones ? ` in ${zones.join(", ")}` : "";
  if (subnetIds) {
    const ids = listExpression(subnetIds);
    const subnet = subnetsNamed(scope, ids);
    const networkId = vpcId === undefined ? `\${${subnet}[${quoted(subnetIds[0] ?? "")}].network_id}` : plainText(vpcId);
    return { networkId, subnets: subnetList(scope, subnet, ids, zones && listExpression(zones)), description: `network.subnet_ids has no subnet${inZones}` };
  }
  const found = networkNamed(scope, vpcId, folderId);
  const subnet = subnetsNamed(scope, `${found}.subnet_ids`);
  const ordered = zones ? listExpression(zones) : `sort(distinct(values(${subnet})[*].zone))`;
  return {
    networkId: `\${${found}.id}`,
    subnets: subnetList(scope, subnet, `sort(${found}.subnet_ids)`, ordered),
    description: `${vpcId === undefined ? `the folder's network "${DEFAULT_NETWORK}"` : `the network ${vpcId}`} has no subnet${inZones}`,
  };
}

/** Id of the network that a container is attached to; undefined where the Egg names none: it reaches the internet by itself. */
export function containerNetwork(scope: Construct, { network }: CloudValues): string | undefined {
  const { subnetIds, vpcId } = network;
  if (vpcId !== undefined) return plainText(vpcId);
  if (!subnetIds) return undefined;
  return `\${${new DataYandexVpcSubnet(scope, "subnet", { subnetId: plainText(subnetIds[0] ?? "") }).terraformAddress}.network_id}`;
}

function networkNamed(scope: Construct, vpcId: string | undefined, folderId: string): string {
  return new DataYandexVpcNetwork(scope, "network", vpcId === undefined ? { folderId, name: DEFAULT_NETWORK } : { networkId: plainText(vpcId) }).terraformAddress;
}

function subnetsNamed(scope: Construct, ids: string): string {
  return new DataYandexVpcSubnet(scope, "subnet", { forEach: `\${toset(${ids})}`, subnetId: "${each.value}" }).terraformAddress;
}

/** Each subnet with its zone; with `zones` only those in them, in their order. */
function subnetList(scope: Construct, subnet: string, ids: string, zones: string | undefined): string {
  const one = `{ subnet_id = id, zone = ${subnet}[id].zone }`;
  const list = zones === undefined ? `[for id in ${ids} : ${one}]` : `flatten([for zone in ${zones} : [for id in ${ids} : ${one} if ${subnet}[id].zone == zone]])`;
  return `local.${new TerraformLocal(scope, "subnets", `\${${list}}`).friendlyUniqueId}`;
}

/** A group that lets everything out and nothing in. Child: `securityGroup`. */
export function egressOnly(scope: Construct, unit: NamedUnit, networkId: string, folderId: string, labels: Readonly<Record<string, string>>): VpcSecurityGroup {
  return new VpcSecurityGroup(scope, "securityGroup", {
    folderId,
    name: resourceName(unit, "runner", NAME_RULES.securityGroup),
    description: "Gosling: everything out, nothing in",
    networkId,
    egress: [{ description: "everything", protocol: "ANY", fromPort: 0, toPort: 65535, v4CidrBlocks: ["0.0.0.0/0"] }],
    labels,
    lifecycle: { ignoreChanges: ["name", "description"] },
  });
}

/** Expression: every size in every subnet; the first platform everywhere before the second anywhere. */
export function placesExpression(sizes: readonly MachineSize[], subnets: string): string {
  const list = sizes.map(({ platform, cores, memoryGb }) => `{ platform = "${platform}", cores = ${cores}, memory = ${memoryGb} }`).join(", ");
  return `flatten([for size in [${list}] : [for subnet in ${subnets} : merge(size, subnet)]])`;
}

/** `element(PLACES, N)`: the place that a runner's entry in the variable names by its number; after the last one, the first again. */
export function placeExpression(places: string, attribute: "platform" | "cores" | "memory" | "subnet_id" | "zone"): `\${${string}}` {
  return `\${element(${places}, tonumber(each.value.place)).${attribute}}`;
}
