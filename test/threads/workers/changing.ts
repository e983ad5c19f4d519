/** Changes keys as fast as it can, until it is told to stop: all but those that stay, which it only replaces. */
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadSafeCache } from '../../../src/index.js';
import { Control, type CrewData } from '../../support/crew.js';
import { Random } from '../../support/random.js';

/** What it works with. */
export interface ChangingJob {
  readonly keys: number;
  /** Every key that is divisible by it stays. */
  readonly stays: number;
}

const { handle, index, seed, control, keys, stays } = workerData as ChangingJob & CrewData;
const cache = ThreadSafeCache.attach<number, string>(handle);
const random = new Random(seed);
const progress = new Control(control);

while (!progress.isOver) {
  const key = random.below(keys);
  const value = `${key}:`.repeat(random.spread(1, 3000));
  if (key % stays === 0 || random.chance(0.5)) cache.put(key, value);
  else cache.delete(key);
  progress.advance(index);
}
cache.shutdown();
parentPort?.postMessage('done');
