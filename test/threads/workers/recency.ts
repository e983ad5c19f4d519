/** Uses every key of a set in turn, with one put of a new key in each round. */
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadSafeCache } from '../../../src/index.js';
import type { CrewData } from '../../support/crew.js';

/** What it works with. */
export interface RecencyJob {
  readonly inUse: number;
  readonly rounds: number;
}

const { handle, index, inUse, rounds } = workerData as RecencyJob & CrewData;
const cache = ThreadSafeCache.attach<string, number>(handle);
let missed = 0;
for (let round = 0; round < rounds; round++) {
  // each thread goes through the set from a place of its own
  for (let step = 0; step < inUse; step++) {
    const key = (step + index * 7) % inUse;
    if (cache.get(`in use ${key}`) !== key) missed++;
  }
  cache.put(`${index} ${round}`, round);
}
cache.shutdown();
parentPort?.postMessage(missed);
