/** Four threads put and read values of every kind and size: each is whole, and none goes back in time. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CacheOptions } from '../../src/index.js';
import { assertIntact, makeCache } from '../support/caches.js';
import { startCrew } from '../support/crew.js';
import { seedOf } from '../support/random.js';
import { lookWhile } from '../support/until.js';
import type { NamedValuesJob, NamedValuesResult } from './workers/named-values.js';

const CREW = 4;

const settings: Record<
  string,
  { options: CacheOptions; job: Pick<NamedValuesJob, 'rounds' | 'longest' | 'keys'> }
> = {
  'small values, one shard': {
    options: { maxSize: 20, shards: 1 },
    job: { rounds: 20_000, longest: 500, keys: 32 },
  },
  'small values, many shards, room for all': {
    options: { maxSize: 100, shards: 16 },
    job: { rounds: 20_000, longest: 500, keys: 32 },
  },
  'values up to 200 KB': {
    options: { maxSize: 20, maxBytes: '64 MiB', shards: 4 },
    job: { rounds: 8000, longest: 200_000, keys: 32 },
  },
  'values up to 200 KB in 4 MiB': {
    options: { maxSize: 100, maxBytes: '4 MiB', shards: 1 },
    job: { rounds: 8000, longest: 200_000, keys: 100 },
  },
  'two large values that are put all the time': {
    options: { maxSize: 10, maxBytes: '64 MiB', shards: 1 },
    job: { rounds: 6000, longest: 200_000, keys: 2 },
  },
  'frozen values, few of them kept': {
    options: { maxSize: 20, freeze: true, nearSize: 4 },
    job: { rounds: 10_000, longest: 500, keys: 32 },
  },
};

describe('values are whole and never older than what was seen', () => {
  for (const [name, { options, job }] of Object.entries(settings)) {
    it(name, async (test) => {
      const seed = seedOf(process.env['HEDDLE_SEED']);
      test.diagnostic(`seed ${seed}`);
      const { maxSize } = options;
      const cache = makeCache(test, { name, ...options });
      const more = { name, crew: CREW, maxSize, ...job };
      const { control, results } = startCrew<NamedValuesResult>(test, {
        script: 'named-values',
        count: CREW,
        cache,
        seed,
        ...more,
      });
      // from another thread, too, the size is never above the limit
      const found = await lookWhile(results, () => assert.ok(cache.size <= maxSize));
      const { hits, misses, threads } = cache.getStats();
      assert.equal(
        hits,
        found.reduce((sum, result) => sum + (result?.hits ?? Number.NaN), 0),
      );
      assert.equal(
        misses,
        found.reduce((sum, result) => sum + (result?.misses ?? Number.NaN), 0),
      );
      for (let index = 0; index < CREW; index++) assert.equal(control.progress(index), job.rounds);
      assert.equal(threads, 1);
      assertIntact(cache);
    });
  }
});
