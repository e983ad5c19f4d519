import { performance } from 'node:perf_hooks';
import type { TestContext } from 'node:test';

/** Time that passes only when the test says so. */
export interface Clock {
  /** Lets seconds pass. */
  pass(seconds: number): void;
}

/**
 * Stops the clock that this thread's caches go by, for one test. A cleaner has the clock of its own thread: use caches
 * without one.
 */
export function stopClock({ mock }: TestContext): Clock {
  let now = performance.now();
  mock.method(performance, 'now', () => now);
  return {
    pass: (seconds) => {
      now += seconds * 1000;
    },
  };
}
