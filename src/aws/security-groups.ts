import { ask, type AwsPlace, literal, tagFilters } from "./ec2";

/**
 * Ids of a region's security groups of this name with these tags, sorted: each network may have one.
 * @throws GoslingError `AWS_DENIED`, `AWS_UNREACHABLE`, `AWS_FAILED`
 */
export async function findSecurityGroups(place: AwsPlace, name: string, tags: Readonly<Record<string, readonly string[]>>): Promise<readonly string[]> {
  return ask(place, "ec2:DescribeSecurityGroups", async (sdk, client) => {
    const Filters = [...tagFilters(tags), { Name: "group-name", Values: [literal(name)] }];
    const found: string[] = [];
    for await (const { SecurityGroups = [] } of sdk.paginateDescribeSecurityGroups({ client }, { Filters })) found.push(...SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []));
    return found.sort();
  });
}
