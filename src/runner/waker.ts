/** A pause that can be ended early. */
export interface Waker {
  /** Waits `ms`, or until somebody wakes it; not at all where somebody has since the last pause. */
  pause(ms: number): Promise<void>;
  wake(): void;
}

export function createWaker(): Waker {
  let woken = false;
  let end: (() => void) | undefined;
  return {
    async pause(ms) {
      if (!woken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          end = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        end = undefined;
      }
      woken = false;
    },
    wake() {
      woken = true;
      end?.();
    },
  };
}
