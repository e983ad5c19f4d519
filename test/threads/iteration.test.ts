/** Iterations while other threads put, replace and delete: what stays is met exactly once, whole, and no key twice. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertIntact, makeCache } from '../support/caches.js';
import { startCrew } from '../support/crew.js';
import { until } from '../support/until.js';
import type { ChangingJob } from './workers/changing.js';

const CREW = 2;
const ROUNDS = 60;
const job: ChangingJob = { keys: 300, stays: 3 };

describe('an iteration beside two threads that change everything', () => {
  for (const order of [undefined, 'lru'] as const) {
    it(`meets what stays once, ${order ?? 'in no order'}`, async (test) => {
      const cache = makeCache<number, string>(test, { maxSize: 1000, shards: 2 });
      for (let key = 0; key < job.keys; key += job.stays) cache.put(key, `${key}:`);
      const crew = startCrew<string>(test, { script: 'changing', count: CREW, cache, seed: 1, ...job });
      await until(() => crew.control.progress(0) > 0 && crew.control.progress(1) > 0, 'both are at work');
      for (let round = 0; round < ROUNDS; round++) {
        const met = new Set<number>();
        for (const [key, value] of cache.entries({ order })) {
          assert.ok(!met.has(key), `${key} was met twice`);
          met.add(key);
          assert.equal(value, `${key}:`.repeat(value.length / `${key}:`.length));
        }
        for (let key = 0; key < job.keys; key += job.stays) assert.ok(met.has(key), `${key} was not met`);
      }
      crew.control.stop();
      assert.deepEqual(await crew.results, Array(CREW).fill('done'));
      assertIntact(cache);
    });
  }
});
