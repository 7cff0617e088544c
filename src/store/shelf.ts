/** Where one deployment's objects are. */
export interface Slot {
  readonly unit: string;
  /** The shelf's own name for it. */
  readonly key: string;
  /** Absent where only its content tells. */
  readonly id?: string;
  /** Whether it has an end; undefined where the list doesn't tell. */
  readonly ended?: boolean;
}

/**
 * A place on a server for the objects of a store: written once, listed newest first. What differs between services
 * is here, what a deployment is is in `object-store.ts`.
 */
export interface Shelf {
  /** One unit's, newest first. */
  ofUnit(unit: string): AsyncIterable<Slot>;
  /** Those whose id begins with this, of all units, newest first. Some may have no content: a claim that was lost. */
  all(beginning: string): AsyncIterable<Slot & { readonly id: string }>;
  /**
   * Puts a deployment's begin after that of `after`.
   * @returns slots that somebody else filled at the same time, where the service can't keep them out; the caller gives way.
   * @throws GoslingError `DEPLOYMENT_CONFLICT` where the service can.
   */
  claim(unit: string, id: string, after: Slot | undefined, content: Buffer): Promise<{ readonly slot: Slot; readonly rivals: readonly Slot[] }>;
  begin(slot: Slot): Promise<Buffer | undefined>;
  end(slot: Slot): Promise<Buffer | undefined>;
  /** @returns false where it has an end already. */
  putEnd(slot: Slot, content: Buffer): Promise<boolean>;
  configuration(hash: string): Promise<Buffer | undefined>;
  hasConfiguration(hash: string): Promise<boolean>;
  putConfiguration(hash: string, content: Buffer): Promise<void>;
  /** What the entries come to, as of some time. May be missing or old. */
  index(): Promise<Buffer | undefined>;
  /** `covers`: id of the newest deployment in it. */
  putIndex(content: Buffer, covers: string): Promise<void>;
  close(): void;
}
