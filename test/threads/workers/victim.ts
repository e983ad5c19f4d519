/** Works with a cache for a while, then dies by its own doing. */
import { workerData } from 'node:worker_threads';
import { ThreadSafeCache } from '../../../src/index.js';
import type { VictimData } from '../../support/deaths.js';
import { checkValue, makeValue } from '../../support/named-values.js';
import { Random } from '../../support/random.js';

const { handle, seed, death, after, longest } = workerData as VictimData;
const cache = ThreadSafeCache.attach<string>(handle);
const random = new Random(seed);

function work(): void {
  const key = `key ${random.below(100)}`;
  if (random.chance(0.5)) {
    cache.put(key, makeValue(key, random.integer(), random.spread(1, longest)));
  } else {
    const value = cache.get(key);
    if (value !== undefined) checkValue(value, key);
  }
}

/** Every depth of the stack is a place where the cache is used, and where it may end. */
function fall(): void {
  work();
  fall();
}

for (let count = 0; count < after; count++) work();

switch (death) {
  case 'exit':
    process.exit(1);
    break;
  case 'uncaught error':
    throw new Error('on purpose');
  case 'stack overflow':
    fall();
    break;
  case 'heap limit':
    for (const hoard: unknown[] = []; ; work()) hoard.push(Array.from({ length: 20_000 }, () => ({})));
}
