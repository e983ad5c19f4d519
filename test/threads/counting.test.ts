/** Ten threads count in one cache by every operation that reads and writes in one step: nothing is lost, none wins twice. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { makeCache, untilIntact } from '../support/caches.js';
import { Control, launch, startCrew } from '../support/crew.js';
import { until } from '../support/until.js';
import type { CountingJob, CountingResult } from './workers/counting.js';

const CREW = 10;
const TOKENS = 5;
const job: CountingJob = { rounds: 300, tokens: TOKENS };
/** Keys of the counters, one for each way of counting. */
const COUNTERS = ['number', 'bigint', 'update', 'version'];
const VICTIMS = 5;

describe('ten threads', () => {
  for (const shards of [1, 8]) {
    it(`lose no count, ${shards} shards`, async (test) => {
      const cache = makeCache<string, number | bigint>(test, { maxSize: 1000, shards });
      const crew = startCrew<CountingResult>(test, {
        script: 'counting',
        count: CREW,
        cache,
        seed: 0,
        ...job,
      });
      const results = await crew.results;
      const expected = CREW * job.rounds;
      assert.deepEqual(
        COUNTERS.map((key) => cache.peek(key)),
        [expected, BigInt(expected), expected, expected],
      );
      const sum = { won: 0, put: 0, taken: 0 };
      for (const result of results) {
        assert.ok(result);
        for (const name of ['won', 'put', 'taken'] as const) sum[name] += result[name];
      }
      const tokens = Array.from({ length: TOKENS }, (_, token) => `token ${token}`);
      const left = tokens.filter((token) => cache.has(token)).length;
      assert.deepEqual([sum.won, sum.put], [job.rounds, sum.taken + left]);
      const { deletes, evictions, puts } = cache.getStats();
      assert.equal(evictions, 0);
      assert.deepEqual([deletes, puts], [sum.taken, 4 * expected + sum.won + sum.put]);
      await untilIntact(cache);
    });
  }

  it('also when half of them are killed', async (test) => {
    const cache = makeCache<string, number | bigint>(test, { maxSize: 100_000, shards: 2 });
    const control = new Control(CREW);
    const mates = Array.from({ length: CREW }, (_, index) => {
      const rounds = index < VICTIMS ? 1_000_000 : job.rounds;
      const data = { handle: cache.handle, index, seed: 0, control: control.words, rounds, tokens: TOKENS };
      return launch<CountingResult>(test, 'counting', data);
    });
    const [victims, survivors] = [mates.slice(0, VICTIMS), mates.slice(VICTIMS)];
    for (const [index, { worker }] of victims.entries()) {
      await until(() => control.progress(index) > 0, 'a victim counts');
      await Promise.all([once(worker, 'exit'), worker.terminate()]);
    }
    for (const { ended } of survivors) assert.ok((await ended).sent);
    const finished = Array.from({ length: CREW }, (_, index) => control.progress(index));
    const least = finished.reduce((sum, rounds) => sum + rounds, 0);
    for (const key of COUNTERS) {
      const counted = Number(cache.peek(key));
      assert.ok(counted >= least && counted <= least + VICTIMS, `${key}: ${counted}, at least ${least}`);
    }
    assert.equal(cache.getStats().rebuilds, 0);
  });
});
