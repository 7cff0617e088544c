import type { CloudValues } from "../../../src/vocabulary/types";
import { DataAwsSubnet } from "../../bindings/aws/data-aws-subnet";
import { DataAwsSubnets } from "../../bindings/aws/data-aws-subnets";
import { DataAwsVpc } from "../../bindings/aws/data-aws-vpc";
import { SecurityGroup } from "../../bindings/aws/security-group";
import { type Construct, TerraformLocal } from "../../cdktf";
import { type NamedUnit, resourceName } from "../../names";
import { listExpression, plainText } from "../../template";
import { NAME_RULES } from "./name-rules";

/** Where the runners of a unit stand. */
export interface AwsNetwork {
  /** Id of the VPC, for an attribute. */
  readonly vpcId: string;
  /** Expression: the ids of the subnets in the order in which they are tried. */
  readonly subnets: string;
  /** Says in a message where subnets were looked for. */
  readonly description: string;
}

/**
 * The network that the Egg names, else the region's default one.
 *
 * Children, as far as they are needed: `vpc`, `network`, `found`, `subnet` (data sources), `subnets` (`TerraformLocal`).
 */
export function networkOf(scope: Construct, { network, zones, region }: CloudValues): AwsNetwork {
  const { subnetIds } = network;
  const inZones = zones ? ` in ${zones.join(", ")}` : "";
  if (subnetIds) {
    const expression = zones ? inOrderOfZones(subnetsNamed(scope, listExpression(subnetIds)), listExpression(subnetIds), listExpression(zones)) : listExpression(subnetIds);
    const vpcId = network.vpcId === undefined ? `\${${new DataAwsSubnet(scope, "network", { id: plainText(subnetIds[0] ?? "") }).terraformAddress}.vpc_id}` : plainText(network.vpcId);
    return { vpcId, subnets: localList(scope, expression), description: `network.subnet_ids has no subnet${inZones}` };
  }
  const vpcId = network.vpcId === undefined ? `\${${new DataAwsVpc(scope, "vpc", { default: true }).terraformAddress}.id}` : plainText(network.vpcId);
  const found = new DataAwsSubnets(scope, "found", {
    filter: [
      { name: "vpc-id", values: [vpcId] },
      { name: "default-for-az", values: ["true"] },
      ...(zones ? [{ name: "availability-zone", values: zones.map(plainText) }] : []),
    ],
  });
  const subnet = subnetsNamed(scope, `${found.terraformAddress}.ids`);
  const ordered = inOrderOfZones(subnet, `sort(${found.terraformAddress}.ids)`, zones ? listExpression(zones) : `sort(distinct(values(${subnet})[*].availability_zone))`);
  return { vpcId, subnets: localList(scope, ordered), description: `${network.vpcId ?? `the default VPC of ${region ?? "the region"}`} has no default subnet${inZones}` };
}

/** Expression: the subnets with these ids, by id. */
function subnetsNamed(scope: Construct, ids: string): string {
  return new DataAwsSubnet(scope, "subnet", { forEach: `\${toset(${ids})}`, id: "${each.value}" }).terraformAddress;
}

function inOrderOfZones(subnet: string, ids: string, zones: string): string {
  return `flatten([for zone in ${zones} : [for id in ${ids} : id if ${subnet}[id].availability_zone == zone]])`;
}

function localList(scope: Construct, expression: string): string {
  return `local.${new TerraformLocal(scope, "subnets", `\${${expression}}`).friendlyUniqueId}`;
}

/** A group that lets everything out and nothing in. Child: `securityGroup`. */
export function egressOnly(scope: Construct, unit: NamedUnit, vpcId: string, tags: Readonly<Record<string, string>>): SecurityGroup {
  return new SecurityGroup(scope, "securityGroup", {
    name: resourceName(unit, "runner", NAME_RULES.securityGroup),
    description: "Gosling: everything out, nothing in",
    vpcId,
    egress: [{ description: "everything", fromPort: 0, toPort: 0, protocol: "-1", cidrBlocks: ["0.0.0.0/0"], ipv6CidrBlocks: ["::/0"], self: false }],
    ingress: [],
    tags,
    timeouts: { delete: "5m" },
    // Machines that are there keep the group: it goes after them, and a renamed Egg does not change it.
    lifecycle: { createBeforeDestroy: true, ignoreChanges: ["name", "description"] },
  });
}

/** `element(PLACES, N)`: the place that a runner's entry in the variable names by its number; after the last one, the first again. */
export function placeExpression(places: string, attribute: "instance_type" | "subnet_id"): string {
  return `\${element(${places}, tonumber(each.value.place)).${attribute}}`;
}

/** Expression: every instance type in every subnet; the first type everywhere before the second anywhere. */
export function placesExpression(instanceTypes: readonly string[], subnets: string): string {
  return `flatten([for type in ${listExpression(instanceTypes)} : [for subnet in ${subnets} : { instance_type = type, subnet_id = subnet }]])`;
}
