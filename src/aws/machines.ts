import { ask, type AwsPlace, tagFilters, tagsOf } from "./ec2";

export type AwsMachineState = "pending" | "running" | "stopping" | "stopped";

/** A machine that is there: one that shuts down, or has done so for good, is none any more. */
export interface AwsMachine {
  readonly instanceId: string;
  readonly state: AwsMachineState;
  /** Those that the constructs set: `gosling:nest`, `gosling:egg`, `gosling:runner` … */
  readonly tags: Readonly<Record<string, string>>;
}

const THERE: readonly AwsMachineState[] = ["pending", "running", "stopping", "stopped"];

/**
 * The machines of a region that have, of each of these tags, one of the values; sorted by instance id.
 * @throws GoslingError `AWS_DENIED`, `AWS_UNREACHABLE`, `AWS_FAILED`
 */
export async function listMachines(place: AwsPlace, tags: Readonly<Record<string, readonly string[]>>): Promise<readonly AwsMachine[]> {
  return ask(place, "ec2:DescribeInstances", async (sdk, client) => {
    const Filters = [...tagFilters(tags), { Name: "instance-state-name", Values: [...THERE] }];
    const machines: AwsMachine[] = [];
    for await (const { Reservations = [] } of sdk.paginateDescribeInstances({ client }, { Filters })) {
      for (const { InstanceId, State, Tags } of Reservations.flatMap(({ Instances = [] }) => Instances)) {
        const state = THERE.find((known) => known === State?.Name);
        if (InstanceId !== undefined && state !== undefined) machines.push({ instanceId: InstanceId, state, tags: tagsOf(Tags) });
      }
    }
    return machines.sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
  });
}

/**
 * Ends machines for good; one that is gone already is no error. Does not wait until they are.
 * @throws GoslingError `AWS_DENIED`, `AWS_UNREACHABLE`, `AWS_FAILED`
 */
export async function endMachines(place: AwsPlace, instanceIds: readonly string[]): Promise<void> {
  // One by one: where one of several is unknown, AWS ends none.
  for (const id of instanceIds) {
    await ask(place, "ec2:TerminateInstances", async (sdk, client) => {
      try {
        await client.send(new sdk.TerminateInstancesCommand({ InstanceIds: [id] }));
      } catch (error) {
        if ((error as Error).name !== "InvalidInstanceID.NotFound") throw error;
      }
    });
  }
}
