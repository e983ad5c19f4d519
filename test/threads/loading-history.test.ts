/**
 * Four threads load, put, remove, clear and read a few keys: no read sees what a write had made over before it began, and a
 * loaded value is as old as the start of its loader. The check itself is held against engines that do not fence.
 */

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ThreadSafeCache } from '../../src/index.js';
import { makeCache, untilIntact } from '../support/caches.js';
import { startCrew } from '../support/crew.js';
import { ALL } from '../support/effort.js';
import { wrongReads } from '../support/load-history.js';
import type { Patch } from '../support/mutant.js';
import { compileModules, makeCacheOver } from '../support/mutant-cache.js';
import { seedOf } from '../support/random.js';
import type { HistoryEvent, HistoryJob } from './workers/loading-history.js';

const THREADS = 4;
const job: HistoryJob = { rounds: 3000, keys: 3 };
/** Runs until a defect shows, at most. */
const TRIES = 20;

const FENCE = 'fence(shard, word, hash, keyInfo) != OK';

const defects: Record<string, Patch> = {
  'a put does not fence': {
    file: 'operations.ts',
    edits: [[`version != LANDING && ${FENCE}`, 'false']],
  },
  'a delete does not fence': {
    file: 'operations.ts',
    edits: [
      [
        `if (${FENCE}) continue;\n    if (at == 0) {\n      if (unchanged(lock, word)) return MISS;`,
        'if (at == 0) {\n      if (unchanged(lock, word)) return MISS;',
      ],
    ],
  },
  'who comes after a write waits for the load before it': {
    file: 'loading.ts',
    edits: [['|| !mayLand(flight, flight.ticket)', '']],
  },
};

async function historyOf(test: TestContext, cache: ThreadSafeCache, seed: number): Promise<HistoryEvent[]> {
  const crew = startCrew<HistoryEvent[]>(test, {
    script: 'loading-history',
    count: THREADS,
    cache,
    seed,
    ...job,
  });
  const results = await crew.results;
  return results.flatMap((events) => events ?? assert.fail('a thread has ended without a word'));
}

describe('a history of loads and writes', () => {
  for (const shards of [1, 4]) {
    it(`is linearizable, ${shards} shards`, async (test) => {
      const seed = seedOf(process.env['HEDDLE_SEED']);
      test.diagnostic(`HEDDLE_SEED=${seed}`);
      const cache = makeCache(test, { maxSize: 100, shards });
      const history = await historyOf(test, cache, seed);
      assert.deepEqual(wrongReads(history), []);
      const { loads, puts, deletes, evictions } = cache.getStats();
      const ran = history.filter(({ kind }) => kind === 'load').length;
      const stored = puts - history.filter(({ kind }) => kind === 'put').length;
      assert.equal(loads, ran);
      assert.equal(evictions, 0);
      // many were stored, and many were not
      assert.ok(stored > ran / 20 && stored < ran, `${stored} of ${ran} loads stored, ${deletes} deletes`);
      await untilIntact(cache);
    });
  }
});

if (ALL) {
  describe('the check of histories', () => {
    it('finds engines that let a late result win', async (test) => {
      const tried = Object.entries(defects);
      const modules = await compileModules(tried.map(([, defect]) => defect));
      for (const [index, [name]] of tried.entries()) {
        let found = 0;
        for (let attempt = 0; attempt < TRIES && found === 0; attempt++) {
          const module = modules[index] ?? assert.fail();
          const cache = makeCacheOver(module, { maxSize: 100, shards: 1, cleanupInterval: 0 });
          found = wrongReads(await historyOf(test, cache, attempt * THREADS)).length;
          cache.shutdown();
        }
        test.diagnostic(`${name}: ${found} reads`);
        assert.ok(found > 0, `not found: ${name}`);
      }
    });
  });
}
