import type { World, WorldObject } from "../../src/rehearsal";
import { loopbackServer, type LoopbackServer } from "./loopback-server";

/** EC2's own API of machines and security groups, over the world that the engine's provider works on. */
export function startEc2(world: World): Promise<LoopbackServer> {
  return loopbackServer(({ body, headers }) => {
    const asked = new URLSearchParams(body);
    const region = /Credential=[^/]*\/\d+\/([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "";
    return { status: 200, body: answerEc2(world, asked, region), headers: { "content-type": "text/xml" } };
  });
}

/** EC2's query protocol, as far as machines are listed and ended, and security groups found. */
function answerEc2(world: World, asked: URLSearchParams, region: string): string {
  const action = asked.get("Action") ?? "";
  const inRegion = (type: string) => world.objects(type).filter(({ attributes }) => String(attributes["arn"]).includes(`:${region}:`));
  const fits = (object: WorldObject, own: Readonly<Record<string, string>>) => filters(asked).every(([name, values]) => values.includes(own[name] ?? tagsOf(object)[name.slice("tag:".length)] ?? ""));
  if (action === "DescribeSecurityGroups") {
    const groups = inRegion("aws_security_group").filter((group) => fits(group, { "group-name": String(group.attributes["name"]) }));
    return `<${action}Response><securityGroupInfo>${groups.map(({ id }) => `<item><groupId>${id}</groupId></item>`).join("")}</securityGroupInfo></${action}Response>`;
  }
  const there = inRegion("aws_instance");
  if (action === "TerminateInstances") {
    for (const { id } of there) if ([...asked.values()].includes(id)) world.vanish("aws_instance", id);
    return `<${action}Response><instancesSet/></${action}Response>`;
  }
  const items = there.filter((machine) => fits(machine, { "instance-state-name": stateOf(machine) }));
  const xml = items.map((machine) => {
    const tags = Object.entries(tagsOf(machine)).map(([key, value]) => `<item><key>${escaped(key)}</key><value>${escaped(value)}</value></item>`);
    return `<item><instancesSet><item><instanceId>${machine.id}</instanceId><instanceState><name>${stateOf(machine)}</name></instanceState><tagSet>${tags.join("")}</tagSet></item></instancesSet></item>`;
  });
  return `<${action}Response><reservationSet>${xml.join("")}</reservationSet></${action}Response>`;
}

function filters(asked: URLSearchParams): readonly (readonly [name: string, values: readonly string[]])[] {
  const found: (readonly [string, readonly string[]])[] = [];
  for (let n = 1; asked.has(`Filter.${n}.Name`); n++) {
    found.push([asked.get(`Filter.${n}.Name`) ?? "", [...asked].flatMap(([key, value]) => (key.startsWith(`Filter.${n}.Value.`) ? [value] : []))]);
  }
  return found;
}

const stateOf = ({ attributes }: WorldObject): string => String(attributes["instance_state"]);
const tagsOf = ({ attributes }: WorldObject): Readonly<Record<string, string>> => attributes["tags"] as Readonly<Record<string, string>>;
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
