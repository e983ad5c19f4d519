/** Does everything a cache can do, as fast as it can, until it is told to stop or terminated. */
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadSafeCache } from '../../../src/index.js';
import { Control, type CrewData } from '../../support/crew.js';
import { checkValue, makeValue } from '../../support/named-values.js';
import { Random } from '../../support/random.js';

/** What it works with. */
export interface StormJob {
  readonly keys: number;
  /** Bytes of the longest value. */
  readonly longest: number;
}

const { handle, keys, longest, index, seed, control } = workerData as StormJob & CrewData;
const cache = ThreadSafeCache.attach<string>(handle);
const random = new Random(seed);
const progress = new Control(control);

function work(): void {
  const key = `key ${random.below(keys)}`;
  const choice = random.below(1000);
  if (choice < 450) {
    const value = makeValue(key, random.integer(), random.spread(1, longest));
    cache.put(key, value, random.chance(0.2) ? 0.01 : undefined);
  } else if (choice < 800) {
    const value = choice < 700 ? cache.get(key) : cache.peek(key);
    if (value !== undefined) checkValue(value, key);
  } else if (choice < 990) cache.delete(key);
  else if (choice < 995) cache.getStats();
  else if (choice < 999) cache.has(key);
  else cache.clear();
}

while (!progress.isOver) {
  work();
  progress.advance(index);
}
cache.shutdown();
parentPort?.postMessage('done');
