/**
 * A worker of `heddle demo --serve`: asks the cache for things of a service, some thousand times a second, for ever.
 *
 * @module
 */
import { workerData } from 'node:worker_threads';
import { ThreadSafeCache } from '../index.js';
import { seededRandom, zipfNumbers } from './zipf.js';

const KEYS = 50_000;
const SKEW = 0.9;
/** Every so many milliseconds, so many requests. */
const [INTERVAL_MS, BATCH] = [20, 100];
/** Entries live this long, in seconds, chosen at random. */
const [SHORTEST_TTL, LONGEST_TTL] = [1, 20];
const VALUE = 'x'.repeat(200);

const { name, seed } = workerData as { readonly name: string; readonly seed: number };
const cache = ThreadSafeCache.open<string, string>(name);
const random = seededRandom(seed);
const draw = zipfNumbers(KEYS, SKEW, random);

setInterval(() => {
  for (let i = 0; i < BATCH; i++) {
    const key = `item:${draw()}`;
    if (cache.get(key) !== undefined) continue;
    cache.put(key, VALUE, SHORTEST_TTL + random() * (LONGEST_TTL - SHORTEST_TTL));
  }
}, INTERVAL_MS);
