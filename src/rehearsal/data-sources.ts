import { ACCOUNT, CLOUD, type CloudPlace, DEFAULT_NETWORK, DEFAULT_VPC, digits, subnetIn } from "./identifiers";
import { isList, member, type Value, type ValueRecord } from "./values";

/** What a data source answers: values for the attributes that its configuration leaves open. */
export type DataSourceAnswer = (config: ValueRecord, place: CloudPlace) => ValueRecord;

/** Answers by type of data source; what an answer leaves out is filled by the attribute's name. */
export type DataSourceAnswers = Readonly<Record<string, DataSourceAnswer>>;

const zonesOf = ({ provider, region }: CloudPlace) => (provider === "aws" ? ["a", "b", "c"].map((letter) => `${region}${letter}`) : ["a", "b", "d"].map((letter) => `${region}-${letter}`));

/** An account as new ones are: a default network with a subnet in each zone, and images for what is asked. */
export const USUAL_ANSWERS: DataSourceAnswers = {
  aws_ami: (config) => ({ id: `ami-${digits(JSON.stringify(text(config)), 17)}`, architecture: filterOf(config, "architecture") ?? "x86_64", root_device_name: "/dev/sda1", root_device_type: "ebs", state: "available" }),
  aws_availability_zones: (_, place) => ({ id: place.region, names: zonesOf(place), zone_ids: zonesOf(place).map((zone) => `id-${zone}`) }),
  aws_caller_identity: () => ({ id: ACCOUNT, account_id: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/rehearsal`, user_id: "AIDAREHEARSAL" }),
  aws_instances: () => ({ ids: [], private_ips: [], public_ips: [] }),
  aws_partition: () => ({ id: "aws", partition: "aws", dns_suffix: "amazonaws.com", reverse_dns_prefix: "com.amazonaws" }),
  aws_region: (config, { region }) => ({ id: string(config["region"]) ?? region, name: string(config["name"]) ?? region, region: string(config["region"]) ?? region, description: region, endpoint: `ec2.${region}.amazonaws.com` }),
  aws_subnet: (config, place) => {
    const zone = string(config["availability_zone"]) ?? zonesOf(place).find((each) => subnetIn(each) === config["id"]) ?? (zonesOf(place)[0] as string);
    return { id: subnetIn(zone), availability_zone: zone, vpc_id: DEFAULT_VPC, cidr_block: "172.31.0.0/20", state: "available", map_public_ip_on_launch: true };
  },
  aws_subnets: (_, place) => ({ id: place.region, ids: zonesOf(place).map(subnetIn) }),
  aws_vpc: () => ({ id: DEFAULT_VPC, cidr_block: "172.31.0.0/16", default: true, state: "available", enable_dns_support: true, enable_dns_hostnames: true }),
  yandex_client_config: (_, { folder }) => ({ id: folder, cloud_id: CLOUD, folder_id: folder, zone: "ru-central1-a", iam_token: "rehearsal" }),
  yandex_compute_image: (config) => ({ id: `fd8${digits(JSON.stringify(text(config)), 17)}`, min_disk_size: 5, size: 5, status: "ready", os_type: "linux" }),
  yandex_vpc_network: (config) => ({ id: string(config["name"]) === undefined ? DEFAULT_NETWORK : `enp${digits(String(config["name"]), 17)}` }),
  yandex_vpc_subnet: (config) => ({ id: `e9b${digits(string(config["name"]) ?? "default", 17)}`, network_id: DEFAULT_NETWORK, zone: "ru-central1-a", v4_cidr_blocks: ["10.128.0.0/24"] }),
};

function filterOf(config: ValueRecord, name: string): string | undefined {
  const filters = config["filter"];
  if (!isList(filters)) return undefined;
  const values = member(filters.find((filter) => member(filter, "name") === name), "values");
  return isList(values) ? string(values[0]) : undefined;
}

function string(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The parts of a configuration that are written: the same question gets the same answer. */
function text(config: ValueRecord): unknown {
  return Object.entries(config).filter(([, value]) => value !== null && !(isList(value) && value.length === 0));
}
