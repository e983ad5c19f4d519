/** A fixed amount of work on keys that nobody else has; says how often what happened. */
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadSafeCache } from '../../../src/index.js';
import type { CrewData } from '../../support/crew.js';
import { Random } from '../../support/random.js';

/** What it works with. */
export interface ScriptJob {
  readonly rounds: number;
  /** Bytes of the longest value. */
  readonly longest: number;
}

/** What this thread has counted itself. */
export interface ScriptResult {
  readonly hits: number;
  readonly misses: number;
  readonly puts: number;
  readonly deletes: number;
}

const { handle, index, seed, rounds, longest } = workerData as ScriptJob & CrewData;
const cache = ThreadSafeCache.attach<string, string>(handle);
const random = new Random(seed);
const counted = { hits: 0, misses: 0, puts: 0, deletes: 0 };

for (let round = 0; round < rounds; round++) {
  // a key that was never put before, and one that may be gone meanwhile
  cache.put(
    `${index} ${round}`,
    'x'.repeat(random.spread(1, longest)),
    random.chance(0.3) ? 0.002 : undefined,
  );
  counted.puts++;
  const key = `${index} ${random.below(round + 1)}`;
  if (random.chance(0.2)) counted.deletes += cache.delete(key) ? 1 : 0;
  if (cache.get(key) === undefined) counted.misses++;
  else counted.hits++;
}
cache.shutdown();
parentPort?.postMessage(counted satisfies ScriptResult);
