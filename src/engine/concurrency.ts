import { availableParallelism } from "node:os";

/** What became of one item: a value, or the error that its work ended with. */
export type Settled<T> = PromiseSettledResult<T>;

/**
 * Runs `work` over all items, at most `limit` at once; an item that fails stops no other. The
 * answers stand in the order of the items.
 *
 * @param limit default: the number of processors. More engines than that take longer each and finish no sooner.
 */
export async function mapConcurrent<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>, limit = availableParallelism()): Promise<readonly Settled<R>[]> {
  const settled: Settled<R>[] = new Array<Settled<R>>(items.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      try {
        settled[index] = { status: "fulfilled", value: await work(items[index] as T, index) };
      } catch (reason) {
        settled[index] = { status: "rejected", reason };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, worker));
  return settled;
}
