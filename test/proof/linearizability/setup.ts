/** What is varied from one run of histories to the next. */
import type { CacheOptions } from '../../../src/index.js';
import type { Kind } from './history.js';
import type { Contract } from './judge.js';
import type { Sizes } from './values.js';

/** A kind of history. Structured-cloneable: threads are told what to do with it. */
export interface Setup extends Contract {
  readonly name: string;
  readonly threads: number;
  /** Operations of each thread in one history. */
  readonly operations: number;
  /** Operations are drawn from here; what is often there is often done. */
  readonly mix: readonly Kind[];
  readonly sizes: Sizes;
  /** Characters of each key; keys differ in the last one only. */
  readonly keyLength: number;
  /** How many threads are killed in each history. */
  readonly kills: number;
  readonly cache: Pick<CacheOptions, 'maxBytes' | 'nearSize' | 'shards' | 'cleanupInterval'>;
}

/** Mostly changes and reads of the same few keys. */
const EACH_KEY_MIX: readonly Kind[] = [
  ...(['put', 'put', 'put', 'get', 'get', 'get', 'get', 'get'] as const),
  ...(['peek', 'peek', 'has', 'has', 'delete', 'delete'] as const),
];

/** Nothing is ever removed: whatever was put once must be found by everybody from then on. */
const STAYING_MIX: readonly Kind[] = ['put', 'put', 'put', 'get', 'get', 'get', 'peek', 'has'];

/** Few changes, so that values grow old. */
const EXPIRING_MIX: readonly Kind[] = ['put', 'get', 'get', 'get', 'get', 'peek', 'has', 'has', 'delete'];

/** Operations that read and write in one step, among plain ones. */
const ATOMIC_MIX: readonly Kind[] = [
  ...(['swap', 'swap', 'swap', 'putIfAbsent', 'putIfAbsent', 'take', 'take'] as const),
  ...(['put', 'delete', 'get', 'get', 'peek', 'has'] as const),
];

const COUNTING_MIX: readonly Kind[] = [
  'increment',
  'increment',
  'increment',
  'take',
  'delete',
  'get',
  'peek',
];

const STRICT: Setup = {
  name: 'every key is a register',
  threads: 4,
  operations: 500,
  mix: EACH_KEY_MIX,
  sizes: 'small',
  keyLength: 4,
  kills: 0,
  scope: 'each key',
  loss: 'never',
  keys: 4,
  maxSize: 64,
  ttl: 0,
  cache: { maxBytes: '8 MiB', shards: 1, nearSize: 1024, cleanupInterval: 0 },
};

/** A variant: what differs from the first setup, and of the cache what differs from its cache. */
function vary(
  change: Partial<Omit<Setup, 'cache'>> & Pick<Setup, 'name'>,
  cache: Setup['cache'] = {},
): Setup {
  return { ...STRICT, ...change, cache: { ...STRICT.cache, ...cache } };
}

const EVICTING = { loss: 'evicted', keys: 8, maxSize: 4, mix: [...EACH_KEY_MIX, 'size'] } as const;
const CLEARING = {
  scope: 'all keys',
  keys: 3,
  mix: [...EACH_KEY_MIX, ...EACH_KEY_MIX, 'clear'],
} as const;
const COUNTING = {
  scope: 'all keys',
  keys: 4,
  mix: ['put', 'put', 'delete', 'delete', 'size', 'size'],
} as const;
const EXPIRING = { loss: 'expired', mix: EXPIRING_MIX } as const;
const CLEANED = { cleanupInterval: 0.01 } as const;
const NO_NEAR = { nearSize: 0 } as const;
const FOUR_SHARDS = { shards: 4 } as const;

/** Every promise of the contract, with the variants of the cache that take other ways through it. */
export const SETUPS: readonly Setup[] = [
  vary({ name: 'small values' }),
  vary({ name: 'small values, no near tier' }, NO_NEAR),
  vary(
    { name: 'small values, four shards, six threads', threads: 6, keys: 8, mix: STAYING_MIX },
    FOUR_SHARDS,
  ),
  vary({ name: 'small values, two threads, two keys', threads: 2, keys: 2, operations: 1000 }),
  vary({ name: 'keys that come and go', keys: 2, mix: ['put', 'delete', 'get'] }),
  // The longer a key, the longer the search for it, and the more can happen meanwhile.
  vary({ name: 'long keys that stay', keyLength: 4000, threads: 6, mix: STAYING_MIX }, NO_NEAR),
  vary({ name: 'long keys', keyLength: 4000, keys: 3, threads: 3 }, FOUR_SHARDS),
  vary({ name: 'large values', sizes: 'large', threads: 3, keys: 2 }),
  vary({ name: 'large values, four shards, no near tier', sizes: 'large' }, { ...FOUR_SHARDS, ...NO_NEAR }),
  vary({ name: 'values of all sizes, four shards', sizes: 'mixed' }, FOUR_SHARDS),
  vary({ name: 'evictions', ...EVICTING }),
  vary({ name: 'evictions, four shards, no near tier', ...EVICTING }, { ...FOUR_SHARDS, ...NO_NEAR }),
  vary(
    { name: 'evictions for want of bytes', ...EVICTING, sizes: 'large' },
    { maxBytes: '1 MiB', shards: 4 },
  ),
  vary({ name: 'reads and writes in one step', mix: ATOMIC_MIX }),
  vary(
    { name: 'reads and writes in one step, values of all sizes', mix: ATOMIC_MIX, sizes: 'mixed' },
    FOUR_SHARDS,
  ),
  vary(
    { name: 'reads and writes in one step, evictions', ...EVICTING, mix: [...ATOMIC_MIX, 'size'] },
    { ...FOUR_SHARDS, ...NO_NEAR },
  ),
  vary({ name: 'counts', mix: COUNTING_MIX, sizes: 'counts', keys: 2 }),
  vary({ name: 'counts, evictions', ...EVICTING, mix: COUNTING_MIX, sizes: 'counts' }, FOUR_SHARDS),
  vary({ name: 'clear', ...CLEARING }),
  vary({ name: 'clear, four shards, no near tier', ...CLEARING }, { ...FOUR_SHARDS, ...NO_NEAR }),
  vary({ name: 'clear, values of all sizes', ...CLEARING, sizes: 'mixed' }, FOUR_SHARDS),
  vary({ name: 'size', ...COUNTING }),
  vary({ name: 'size, four shards', ...COUNTING }, FOUR_SHARDS),
  vary({ name: 'values that expire', ...EXPIRING, keys: 48, ttl: 500, operations: 2000 }, FOUR_SHARDS),
  vary(
    { name: 'values that expire, with the cleaner', ...EXPIRING, keys: 8, ttl: 1000, operations: 2000 },
    CLEANED,
  ),
];

/** The same with threads that are killed half-way. */
export const SETUPS_WITH_KILLS: readonly Setup[] = [
  vary({ name: 'small values', kills: 2, operations: 1500 }),
  vary({ name: 'reads and writes in one step', kills: 2, operations: 1500, mix: ATOMIC_MIX }),
  vary({ name: 'counts', kills: 2, operations: 1500, mix: COUNTING_MIX, sizes: 'counts', keys: 2 }),
  vary({ name: 'large values', kills: 1, sizes: 'large', operations: 300 }, FOUR_SHARDS),
  vary({ name: 'evictions', ...EVICTING, kills: 2, operations: 1500 }, { ...FOUR_SHARDS, ...NO_NEAR }),
  vary({ name: 'clear', ...CLEARING, kills: 2, operations: 800 }),
];

/** What a cache is made with. */
export function optionsOf({ maxSize, cache }: Setup): CacheOptions {
  return { maxSize, ...cache };
}
