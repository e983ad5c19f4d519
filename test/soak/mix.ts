/** The random mix of one thread on one cache. */
import assert from 'node:assert/strict';
import type { ThreadSafeCache } from '../../src/index.js';
import { checkValue, makeValue } from '../support/named-values.js';
import type { Random } from '../support/random.js';

/** What a cache is used with. */
export interface Job {
  readonly maxSize: number;
  readonly keys: number;
  /** Bytes of the longest value. */
  readonly longest: number;
  /** Share of the puts that bring a TTL. */
  readonly expiring: number;
}

/** Operations of one batch: between two of them a worker looks at the gate and at messages. */
export const BATCH = 50;

/** Seconds of the shortest and the longest TTL: some end before the next look, some outlive their entry. */
const SHORTEST_TTL = 0.001;
const LONGEST_TTL_FACTOR = 5000;
/** One clear in so many operations: long enough apart for a cache to fill and fragment. */
const CLEAR_EVERY = 200_000;

/** One operation of the mix. Every value that is read must be its key's, and whole. */
export function operate(cache: ThreadSafeCache<string>, job: Job, random: Random): void {
  const key = `key ${random.below(job.keys)}`;
  const choice = random.below(1000);
  if (choice < 400) put(cache, key, job, random);
  else if (choice < 750) check(cache.get(key), key);
  else if (choice < 850) check(cache.peek(key), key);
  else if (choice < 900) cache.has(key);
  else if (choice < 998) cache.delete(key);
  else assert.ok(cache.getStats().bytesUsed <= cache.getStats().maxBytes, 'more bytes than the budget');
  if (random.below(CLEAR_EVERY) === 0) cache.clear();
  const { size } = cache;
  assert.ok(size <= job.maxSize, `${size} entries of at most ${job.maxSize}`);
}

/** Of another size than the value before, as a rule. */
function put(cache: ThreadSafeCache<string>, key: string, job: Job, random: Random): void {
  const value = makeValue(key, random.integer(), random.spread(1, job.longest));
  const ttl = random.chance(job.expiring) ? SHORTEST_TTL * random.spread(1, LONGEST_TTL_FACTOR) : undefined;
  cache.put(key, value, ttl);
}

function check(value: unknown, key: string): void {
  if (value !== undefined) checkValue(value, key);
}
