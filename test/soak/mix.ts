/** The random mix of one thread on one cache. */
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
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
  if (choice < 350) put(cache, key, job, random);
  else if (choice < 650) check(cache.get(key), key);
  else if (choice < 730) check(cache.peek(key), key);
  else if (choice < 770) cache.has(key);
  else if (choice < 850) cache.delete(key);
  else if (choice < 900) atOnce(cache, key, job, random);
  else if (choice < 920) cache.touch(key, random.chance(0.5) ? ttlOf(random) : undefined);
  else if (choice < 950) load(cache, key, job, random);
  else if (choice < 970)
    check(
      cache.getOrCompute(key, () => newValue(key, job, random)),
      key,
    );
  else if (choice < 998) cache.getMany([key, `key ${random.below(job.keys)}`]).forEach(check);
  else look(cache);
  if (random.below(CLEAR_EVERY) === 0) cache.clear();
  const { size } = cache;
  assert.ok(size <= job.maxSize, `${size} entries of at most ${job.maxSize}`);
}

/** Of another size than the value before, as a rule. */
function newValue(key: string, job: Job, random: Random): unknown {
  return makeValue(key, random.integer(), random.spread(1, job.longest));
}

function ttlOf(random: Random): number {
  return SHORTEST_TTL * random.spread(1, LONGEST_TTL_FACTOR);
}

function put(cache: ThreadSafeCache<string>, key: string, job: Job, random: Random): void {
  cache.put(key, newValue(key, job, random), random.chance(job.expiring) ? ttlOf(random) : undefined);
}

/** What reads and writes in one step. */
function atOnce(cache: ThreadSafeCache<string>, key: string, job: Job, random: Random): void {
  const kind = random.below(3);
  if (kind === 0) check(cache.take(key), key);
  else if (kind === 1) cache.putIfAbsent(key, newValue(key, job, random));
  else {
    cache.update(key, (before) => {
      check(before, key);
      return newValue(key, job, random);
    });
  }
}

/** Goes on by itself; a cache that has ended meanwhile says so. */
function load(cache: ThreadSafeCache<string>, key: string, job: Job, random: Random): void {
  const loader = async () => {
    await turn();
    return newValue(key, job, random);
  };
  cache.getOrLoad(key, loader).then(
    (value) => check(value, key),
    (error: { code?: string }) => {
      if (error.code !== 'ERR_CACHE_CLOSED') throw error;
    },
  );
}

function look(cache: ThreadSafeCache<string>): void {
  const { bytesUsed, maxBytes } = cache.getStats();
  assert.ok(bytesUsed <= maxBytes, 'more bytes than the budget');
  let left = 100;
  for (const [key, value] of cache) {
    check(value, key as string);
    if (--left === 0) break;
  }
}

function check(value: unknown, key: string): void {
  if (value !== undefined) checkValue(value, key);
}
