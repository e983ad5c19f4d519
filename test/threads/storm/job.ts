import type { CacheHandle, CacheOptions } from '../../../src/index.js';
import type { CrewData } from '../../support/crew.js';

/** How a thread may end before its work is done. */
export const deaths = [
  ...(['terminate', 'terminate at start'] as const),
  ...(['exit', 'uncaught error', 'heap limit', 'stack overflow'] as const),
] as const;
export type Death = (typeof deaths)[number];

/** What each death looks like from outside: the code or name of the error, so that none is another than it was meant to be. */
export const signs: Readonly<Record<Death, string | undefined>> = {
  terminate: undefined,
  'terminate at start': undefined,
  exit: undefined,
  'uncaught error': 'Error',
  'heap limit': 'ERR_WORKER_OUT_OF_MEMORY',
  'stack overflow': 'RangeError',
};

/** What the threads of a storm do with the cache. */
export interface StormJob {
  readonly keys: number;
  /** Bytes of the longest value. */
  readonly longest: number;
  /** So many puts have a time to live, and so long (seconds). */
  readonly ttl: { readonly chance: number; readonly seconds: number };
  /** Whether the cache is cleared now and then. */
  readonly clears: boolean;
}

/** What test/threads/workers/storm.ts is started with. */
export interface StormData extends Omit<CrewData, 'handle'>, StormJob {
  /** The cache to attach to; or what to create one from. The worker sends the handle before it begins. */
  readonly source: { readonly handle: CacheHandle } | { readonly create: CacheOptions };
  /** Without one it works until it is told to stop. */
  readonly death?: Death | undefined;
  /** Pieces of work before it dies by its own doing. */
  readonly after: number;
  /** A word that counts log lines about rebuilt parts; without it the thread has no logger. */
  readonly warnings?: Int32Array | undefined;
}
