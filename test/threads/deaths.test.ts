/**
 * Threads die by their own doing, while this one and others like them work: `process.exit()`, an uncaught error, the
 * heap limit, a stack overflow. Nothing they held is lost, and what is left is whole.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { CacheOptions, ThreadSafeCache } from '../../src/index.js';
import { makeCache, untilIntact } from '../support/caches.js';
import { deaths, type VictimData } from '../support/deaths.js';
import { checkValue, makeValue } from '../support/named-values.js';
import { Random, seedOf } from '../support/random.js';
import { workerUrl } from '../support/remote.js';
import { until } from '../support/until.js';

const DEATHS_OF_A_KIND = 14;
/** Victims at work at the same time. */
const LANES = 2;

const settings: Record<string, { options: CacheOptions; longest: number }> = {
  'small values, four shards': { options: { maxSize: 60, shards: 4 }, longest: 300 },
  'large values, one shard, few bytes': {
    options: { maxSize: 60, shards: 1, maxBytes: '4 MiB' },
    longest: 100_000,
  },
};

/** Starts a victim and waits for its end; the code of the error it ended with, if it was one. */
async function sendToDeath(test: TestContext, workerData: VictimData): Promise<string | undefined> {
  const worker = new Worker(workerUrl('victim'), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 24, stackSizeMb: 1 },
    stderr: true,
  });
  test.after(() => worker.terminate());
  let problem: NodeJS.ErrnoException | undefined;
  worker.on('error', (error) => {
    problem = error;
  });
  // not once() of node:events, which an error would reject
  await new Promise((resolve) => worker.once('exit', resolve));
  return problem && (problem.code ?? problem.name);
}

/** What each death looks like from outside, so that none is another than it was meant to be. */
const signs: Record<VictimData['death'], string | undefined> = {
  exit: undefined,
  'uncaught error': 'Error',
  'heap limit': 'ERR_WORKER_OUT_OF_MEMORY',
  'stack overflow': 'RangeError',
};

describe('threads die by their own doing, the others do not notice', () => {
  for (const [name, { options, longest }] of Object.entries(settings)) {
    for (const death of deaths) {
      it(`${death}: ${name}`, async (test) => {
        const seed = seedOf(process.env['HEDDLE_SEED']);
        test.diagnostic(`seed ${seed}`);
        const random = new Random(seed);
        const cache = makeCache<string>(test, { cleanupInterval: 0.05, ...options });
        await until(() => cache.getStats().threads === 2, 'the cleaner is there');
        const empty = cache.getStats();
        for (let count = 0; count < DEATHS_OF_A_KIND; count += LANES) {
          const lanes = Array.from({ length: LANES }, () =>
            sendToDeath(test, {
              handle: cache.handle,
              seed: random.integer(),
              death,
              after: random.below(2000),
              longest,
            }),
          );
          for (const sign of await Promise.all(lanes)) assert.equal(sign, signs[death]);
          useOnce(cache, random, longest);
        }
        await until(() => cache.getStats().threads === empty.threads, 'the slots of the dead come back');
        assert.equal(cache.getStats().rebuilds, 0);
        cache.clear();
        await until(() => cache.getStats().bytesUsed === empty.bytesUsed, 'all memory comes back');
        await untilIntact(cache);
      });
    }
  }
});

function useOnce(cache: ThreadSafeCache<string>, random: Random, longest: number): void {
  const key = `key ${random.below(100)}`;
  const value = cache.get(key);
  if (value !== undefined) checkValue(value, key);
  cache.put(key, makeValue(key, random.integer(), random.spread(1, longest)));
  assert.ok(cache.size <= cache.getStats().maxSize);
}
