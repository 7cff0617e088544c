import type { Decide } from "./apply";
import { ACCOUNT, CLOUD, type CloudPlace, DEFAULT_NETWORK, DEFAULT_VPC, digits, type Identity, subnetIn } from "./identifiers";
import type { ValueRecord } from "./values";

/** Moment that every object of a rehearsal was made at: its output is the same in each run. */
const MADE_AT = "2026-01-01T00:00:00Z";

/**
 * Values for what the cloud decides, by the attribute's name: of the form that the cloud gives, so that
 * what is made of them (policies, environment variables, other resources) can be read.
 */
export function computedValues(identity: Identity, number: number, place: CloudPlace, attributes: ValueRecord): Decide {
  const { id, arn, name: own } = identity;
  const zone = place.provider === "aws" ? `${place.region}a` : `${place.region}-a`;
  const address = `10.0.${Math.floor(number / 250) % 250}.${(number % 250) + 4}`;
  const exact: Readonly<Record<string, string>> = {
    id,
    arn,
    name: own,
    bucket: own,
    url: id,
    region: place.region,
    owner_id: ACCOUNT,
    account_id: ACCOUNT,
    registry_id: ACCOUNT,
    hosted_zone_id: "Z3AQBSTGFYJSTF",
    cloud_id: CLOUD,
    folder_id: place.folder,
    availability_zone: zone,
    zone,
    private_ip: address,
    ip_address: address,
    public_ip: `203.0.113.${number % 250}`,
    nat_ip_address: `203.0.113.${number % 250}`,
    instance_state: "running",
    status: place.provider === "aws" ? "ACTIVE" : "running",
    state: "ACTIVE",
    fqdn: `${own}.${place.region}.internal`,
    name_prefix: "",
    create_date: MADE_AT,
    created_at: MADE_AT,
    creation_date: MADE_AT,
    last_modified: MADE_AT,
    version: "1",
    qualified_arn: `${arn}:1`,
    invoke_arn: `arn:aws:apigateway:${place.region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
    subnet_id: subnetIn(zone),
    vpc_id: DEFAULT_VPC,
    network_id: DEFAULT_NETWORK,
    repository_url: `${ACCOUNT}.dkr.ecr.${place.region}.amazonaws.com/${own}`,
  };
  return (name, type, path, optional) => {
    if (type === "bool") return false;
    if (type === "number") return name.endsWith("version") || name === "revision" ? 1 : 0;
    if (path.length === 0 && exact[name] !== undefined) return exact[name];
    const seed = `${id} ${path.join(".")} ${name}`;
    if (name === "arn" || name.endsWith("_arn")) return `arn:aws:${path.at(-1) ?? "rehearsal"}:${place.region}:${ACCOUNT}:${name}/${digits(seed, 12)}`;
    if (name.endsWith("ip_address") || name === "ip" || name.endsWith("_ip")) return address;
    if (name === "family") return typeof attributes["family"] === "string" ? attributes["family"] : own;
    if (/(^|_)(url|uri|endpoint|invoke_url)$/.test(name)) return `https://${digits(seed, 12)}.${place.region}.example.com/`;
    if (/dns|domain|fqdn/.test(name)) return `${digits(seed, 12)}.${place.region}.example.com`;
    // What could have been set and was not is left empty by the clouds, mostly.
    return exact[name] ?? (optional ? "" : digits(seed, 17));
  };
}
