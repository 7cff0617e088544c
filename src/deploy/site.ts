import type { DeploymentStore } from "../store/deployment-store";
import type { UnitLocks } from "../store/unit-locks";
import type { Workspace } from "./workspace";

/** Where the deployments of a Nest are worked on, recorded and locked. */
export interface DeploymentSite {
  readonly workspace: Workspace;
  readonly store: DeploymentStore;
  readonly locks: UnitLocks;
  /** Where the engine's state is: `local` is a file of the workspace, the others are shared by many machines. */
  readonly state: "local" | "s3" | "gitlab";
}
