import { conflict } from "./store-errors";

/**
 * The units' newest deployments when a store last looked. What is begun next was decided by them: a deployment that somebody
 * else began in between makes that decision void.
 */
export class Seen {
  private readonly newest = new Map<string, string | undefined>();
  private everything = false;

  all(found: Iterable<readonly [string, { readonly newest: { readonly id: string } }]>): void {
    this.everything = true;
    this.newest.clear();
    for (const [unit, { newest }] of found) this.newest.set(unit, newest.id);
  }

  one(unit: string, newest: string | undefined): void {
    this.newest.set(unit, newest);
  }

  /** @throws GoslingError `DEPLOYMENT_CONFLICT` */
  check(unit: string, newest: string | undefined): void {
    const known = this.everything || this.newest.has(unit);
    if (known && this.newest.get(unit) !== newest) throw conflict(unit, newest ?? "it was removed from the record");
  }
}
