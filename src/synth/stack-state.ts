import type { StackState } from "../../constructs/state-backend";
import type { NestValues } from "../vocabulary/types";

/** Where the stacks of a Nest keep their state; nothing for the Nest's own folder. */
export function stackState({ state, repository }: NestValues): StackState | undefined {
  switch (state.backend) {
    case "local":
      return undefined;
    case "s3": {
      const { bucket, region, endpoint } = state;
      if (bucket === undefined || region === undefined) throw new TypeError("State in a bucket has a bucket and a region.");
      return { kind: "s3", bucket, region, ...(endpoint !== undefined && { endpoint }) };
    }
    case "gitlab":
      return { kind: "gitlab", server: repository?.server ?? "gitlab.com", ...(repository?.projectId !== undefined && { projectId: repository.projectId }) };
  }
}
