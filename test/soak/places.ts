/** The caches of a soak. */
import { type CacheOptions, ThreadSafeCache } from '../../src/index.js';
import { makeCacheOver } from '../support/mutant-cache.js';
import type { Job } from './mix.js';
import type { Place } from './worker.js';

const MIB = 2 ** 20;
/** Often enough for a slot or an entry that waits for the cleaner to be gone soon. */
const CLEANUP_INTERVAL = 0.05;

interface Setting {
  readonly options: Omit<CacheOptions, 'maxSize'>;
  readonly job: Job;
}

/** A budget with slots for that many threads, and some of which the slots are not back yet. */
function budget(mebibytes: number, threads: number): number {
  // an eighth of it is for thread slots, of 73 KiB each
  return Math.max(mebibytes, Math.ceil((threads + 8) * 0.6)) * MIB;
}

/** The caches that last as long as the soak: each is full of another kind of thing, and has other limits to keep. */
function settingsFor(threads: number): Record<string, Setting> {
  return {
    'full of entries': {
      options: { maxBytes: budget(16, threads), shards: 4 },
      job: { maxSize: 2000, keys: 4000, longest: 4000, expiring: 0.3 },
    },
    'full of bytes': {
      options: { maxBytes: budget(24, threads), shards: 2 },
      job: { maxSize: 5000, keys: 3000, longest: 400_000, expiring: 0.1 },
    },
    'one shard, frozen values': {
      options: { maxBytes: budget(8, threads), shards: 1, freeze: true },
      job: { maxSize: 300, keys: 400, longest: 20_000, expiring: 0 },
    },
  };
}

const PASSING_JOB: Job = { maxSize: 500, keys: 1000, longest: 5000, expiring: 0.2 };

/** What a worker makes a cache of its own for. */
export const OWN_JOB: Job = { maxSize: 100, keys: 200, longest: 1000, expiring: 0.5 };

/** A cache of the soak, as the thread that runs it has it. */
export interface Kept extends Place {
  readonly name: string;
  readonly cache: ThreadSafeCache<string>;
}

/** Makes the lasting caches; with another engine than the package's, if one is given. */
export function makeLasting(threads: number, module: WebAssembly.Module | undefined): Kept[] {
  return Object.entries(settingsFor(threads)).map(([name, { options, job }]) =>
    keep(name, { maxSize: job.maxSize, cleanupInterval: CLEANUP_INTERVAL, ...options }, job, module),
  );
}

/** Makes a cache that is soon shut down again. */
export function makePassing(threads: number): Kept {
  const { maxSize } = PASSING_JOB;
  const options = { maxSize, cleanupInterval: CLEANUP_INTERVAL, maxBytes: budget(4, threads), shards: 2 };
  return keep('passing', options, PASSING_JOB, undefined);
}

function keep(name: string, options: CacheOptions, job: Job, module: WebAssembly.Module | undefined): Kept {
  const cache = module ? makeCacheOver<string>(module, options) : new ThreadSafeCache<string>(options);
  return { name, cache, handle: cache.handle, job };
}
