/**
 * Puts and reads values that name themselves. A key is written by one thread of the crew only, with rising versions;
 * every thread reads every key.
 */
import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadSafeCache } from '../../../src/index.js';
import { Control, type CrewData } from '../../support/crew.js';
import { checkValue, makeValue } from '../../support/named-values.js';
import { Random } from '../../support/random.js';

/** What the crew works with. */
export interface NamedValuesJob {
  readonly name: string;
  readonly crew: number;
  readonly keys: number;
  readonly rounds: number;
  readonly longest: number;
  readonly maxSize: number;
}

/** What one of them has seen. */
export interface NamedValuesResult {
  readonly hits: number;
  readonly misses: number;
}

const { name, crew, keys, rounds, longest, maxSize, index, seed, control } = workerData as NamedValuesJob &
  CrewData;
const cache = ThreadSafeCache.open<string>(name);
const random = new Random(seed);
const progress = new Control(control);
/** By key: the newest version this thread has put or seen. */
const newest = new Map<string, number>();
let [hits, misses, version] = [0, 0, 0];

function read(key: string, own: boolean): void {
  const isPeek = random.chance(0.2);
  const value = isPeek ? cache.peek(key) : cache.get(key);
  if (!isPeek && value === undefined) misses++;
  else if (!isPeek) hits++;
  if (value === undefined) return;
  const found = checkValue(value, key);
  const before = newest.get(key) ?? 0;
  assert.ok(found >= before, `${key} went back from version ${before} to ${found}`);
  if (own) assert.equal(found, before, `${key} is not what this thread, its only writer, has put last`);
  newest.set(key, found);
}

for (let round = 0; round < rounds; round++) {
  const number = random.below(keys);
  const key = `key ${number}`;
  const isOwn = number % crew === index;
  if (isOwn && random.chance(0.7)) {
    newest.set(key, ++version);
    cache.put(key, makeValue(key, version, random.spread(1, longest)));
  } else if (isOwn && random.chance(0.1)) {
    cache.delete(key);
  } else {
    read(key, isOwn);
  }
  assert.ok(cache.size <= maxSize);
  progress.advance(index);
}
cache.shutdown();
parentPort?.postMessage({ hits, misses } satisfies NamedValuesResult);
