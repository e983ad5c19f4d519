/** The figures of all threads add up exactly: each request counts once, and so does each entry on its way out. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CacheOptions } from '../../src/index.js';
import { makeCache, untilIntact } from '../support/caches.js';
import { startCrew } from '../support/crew.js';
import { seedOf } from '../support/random.js';
import { until } from '../support/until.js';
import type { ScriptJob, ScriptResult } from './workers/script.js';

const CREW = 4;

const settings: Record<string, { options: CacheOptions; job: ScriptJob }> = {
  'evictions by number': { options: { maxSize: 100, shards: 4 }, job: { rounds: 8000, longest: 200 } },
  'evictions by bytes': {
    options: { maxSize: 5000, maxBytes: '4 MiB', shards: 1 },
    job: { rounds: 4000, longest: 50_000 },
  },
  'room for all, with a cleaner': {
    options: { maxSize: 50_000, shards: 16, cleanupInterval: 0.01 },
    job: { rounds: 8000, longest: 200 },
  },
};

describe('four threads, one set of figures', () => {
  for (const [name, { options, job }] of Object.entries(settings)) {
    it(name, async (test) => {
      const seed = seedOf(process.env['HEDDLE_SEED']);
      test.diagnostic(`seed ${seed}`);
      const cache = makeCache(test, options);
      const results = await startCrew<ScriptResult>(test, {
        script: 'script',
        count: CREW,
        cache,
        seed,
        ...job,
      }).results;
      const sum = (figure: keyof ScriptResult) =>
        results.reduce((total, result) => total + (result?.[figure] ?? Number.NaN), 0);
      await untilIntact(cache);
      let stats = cache.getStats();
      // the cleaner may remove one while they are read
      await until(() => {
        stats = cache.getStats();
        return stats.puts === stats.currentSize + stats.evictions + stats.expiredRemovals + stats.deletes;
      }, 'all that was put is there or gone');
      assert.deepEqual(
        { hits: stats.hits, misses: stats.misses, puts: stats.puts, deletes: stats.deletes },
        { hits: sum('hits'), misses: sum('misses'), puts: sum('puts'), deletes: sum('deletes') },
      );
      assert.equal(stats.totalRequests, CREW * job.rounds);
      assert.equal(stats.hitRate, stats.hits / stats.totalRequests);
      assert.ok(stats.expiredRemovals > 0 && stats.hits > 0 && stats.deletes > 0);
      assert.equal(stats.evictions > 0, name !== 'room for all, with a cleaner');
    });
  }
});
