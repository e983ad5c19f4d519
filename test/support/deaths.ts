import type { CacheHandle } from '../../src/index.js';

/** How a thread may end without having been asked to. */
export const deaths = ['exit', 'uncaught error', 'heap limit', 'stack overflow'] as const;

/** What test/threads/workers/victim.ts is started with. */
export interface VictimData {
  readonly handle: CacheHandle;
  readonly seed: number;
  readonly death: (typeof deaths)[number];
  /** Operations before it dies. */
  readonly after: number;
  /** Bytes of the longest value. */
  readonly longest: number;
}
