/** Runs `work` over all items, at most `limit` at a time, and answers in the items' order. The first failure ends it. */
export function inParallel<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  return new Promise((resolve, reject) => {
    const results = new Array<R>(items.length);
    let next = 0;
    let open = items.length;
    if (open === 0) resolve(results);
    const start = (): void => {
      const index = next++;
      if (index >= items.length) return;
      work(items[index] as T).then((result) => {
        results[index] = result;
        if (--open === 0) resolve(results);
        else start();
      }, reject);
    };
    for (let i = 0; i < limit; i++) start();
  });
}
