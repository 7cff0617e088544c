import type { Deployment, DeploymentEnd, DeploymentEntry, UnitRecords } from "./deployment";

/**
 * What was deployed, kept where the state is: a pipeline job on a fresh machine sees the whole history. Entries are
 * written once and never changed. One suite tests every implementation.
 */
export interface DeploymentStore {
  /** Every unit that has been deployed and neither been destroyed nor moved, by name. */
  current(): Promise<ReadonlyMap<string, UnitRecords>>;
  /** One unit's records; without `applied` and `pending` where nothing of it is there. */
  currentOf(unit: string): Promise<UnitRecords>;
  /**
   * Before anything is changed: whoever comes after a crash sees what was under way.
   * `configurations`: the text of each of the record's stacks, by `configurationHash`; one that is kept already is not written again.
   *
   * @throws GoslingError `DEPLOYMENT_CONFLICT` where somebody else began a deployment of the unit since this store last looked at
   *   it (`current`, `currentOf`), or does so in this moment; `CLOCK_BEHIND` where the id is older than that of the unit's last deployment.
   */
  begin(deployment: Deployment, configurations: ReadonlyMap<string, string>): Promise<void>;
  /**
   * Ends a deployment. `unit` is that of `begin`.
   * @throws GoslingError `DEPLOYMENT_ENDED` for a second end, `DEPLOYMENT_UNKNOWN`; `DEPLOYMENT_CONFLICT` where another deployment of the
   *   unit was begun meanwhile: that one stays pending, and the next looks into the engine's state.
   */
  end(unit: string, id: string, end: DeploymentEnd): Promise<void>;
  /** Newest first. `unit`: only its own, with those of the units that it took over. */
  history(query: HistoryQuery): Promise<readonly DeploymentEntry[]>;
  /** One deployment by its id, or by a beginning of it that only one has; undefined where there is none. @throws GoslingError `DEPLOYMENT_AMBIGUOUS` */
  find(id: string): Promise<DeploymentEntry | undefined>;
  /** The exact configuration that a stack was deployed with; undefined where it isn't kept. */
  configuration(hash: string): Promise<string | undefined>;
  /** Lets connections go. Of a store on a server: after many deployments also writes an index, so that the next needs not read all of them. */
  close(): Promise<void>;
}

export interface HistoryQuery {
  readonly unit?: string;
  /** At most this many. */
  readonly limit?: number;
  /** Only those older than this id: the next page. */
  readonly before?: string;
}
