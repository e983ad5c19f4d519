/** Exact LRU over all threads and shards: what everybody keeps using stays, in the smallest cache that allows it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertIntact, makeCache } from '../support/caches.js';
import { startCrew } from '../support/crew.js';
import type { RecencyJob } from './workers/recency.js';

const CREW = 4;
const job: RecencyJob = { inUse: 40, rounds: 800 };

/**
 * Since the last use of a key by anybody each thread has put at most one new key: it uses the key in every round. So
 * at most the others in use and one new key for each thread are newer, and with room for one more it never is the
 * victim.
 */
const maxSize = job.inUse + CREW + 1;

describe('a set of keys that every thread keeps using', () => {
  for (const shards of [1, 4, 16, 64]) {
    it(`is never evicted, ${shards} shards`, async (test) => {
      const cache = makeCache<string, number>(test, { maxSize, shards });
      for (let key = 0; key < job.inUse; key++) cache.put(`in use ${key}`, key);
      const missed = await startCrew<number>(test, { script: 'recency', count: CREW, cache, seed: 0, ...job })
        .results;
      assert.deepEqual(missed, Array(CREW).fill(0));
      const { evictions, hits, misses } = cache.getStats();
      assert.deepEqual([hits, misses], [CREW * job.rounds * job.inUse, 0]);
      assert.equal(evictions, CREW * job.rounds + job.inUse - maxSize);
      assertIntact(cache);
    });
  }
});
