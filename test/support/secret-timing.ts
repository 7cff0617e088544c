import type { Timing } from "../../src/secrets/retry";

/** A clock that stands still until it is moved, and pauses that are written down instead of waited for. */
export interface TestTiming extends Timing {
  readonly pauses: number[];
  advance(ms: number): void;
}

export function testTiming(start = Date.UTC(2026, 0, 1)): TestTiming {
  let time = start;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => time,
    random: () => 0.5,
    async pause(ms) {
      pauses.push(ms);
      time += ms;
    },
    advance: (ms) => void (time += ms),
  };
}
