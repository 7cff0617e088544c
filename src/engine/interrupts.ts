/**
 * A person's wish to stop, shared by everything that runs: the first request lets the engine finish
 * what it has in hand and save its state, the second makes it drop that, the third kills it.
 */
export class Interrupts {
  private readonly listeners = new Set<(request: number) => void>();
  private readonly controller = new AbortController();
  private requests = 0;

  /** How often a stop was asked for. */
  get count(): number {
    return this.requests;
  }

  /** Aborted by the first request: for whatever else can be stopped. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Call it once for every Ctrl-C, SIGTERM or SIGHUP. */
  request(): void {
    this.requests += 1;
    this.controller.abort();
    for (const listener of [...this.listeners]) listener(this.requests);
  }

  /** Calls `listener` at each request from now on; the answer ends that. */
  onRequest(listener: (request: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
