/** A thread that is about to call the engine when another one shuts the cache down: whatever it calls, the cache stays closed. */

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ThreadSafeCache } from '../../src/index.js';
import { Status } from '../../src/memory/engine.js';
import { Seat } from '../../src/memory/seat.js';
import { contentOf, makeCache } from '../support/caches.js';
import { ALL } from '../support/effort.js';
import type { Patch } from '../support/mutant.js';
import { compileModules, makeCacheOver } from '../support/mutant-cache.js';

const OPTIONS = { maxSize: 10, maxBytes: '1 MiB', shards: 1, cleanupInterval: 0 } as const;

const CLEAR_THAT_OPENS: Patch = {
  file: 'count.ts',
  edits: [['    if (isClosed(seen)) return false;\n', '']],
};

/** Throws unless every call is refused once the cache is closed. */
function check(test: TestContext, cache: ThreadSafeCache): void {
  const { module, memory } = contentOf(cache);
  const seat = new Seat(module, memory);
  test.after(() => seat.leave());
  const key = seat.keyScratch.write('key', 'latin1') * 8;
  const { engine } = seat;
  assert.equal(engine.put(key, 8, 1, 0, 0), Status.OK);
  engine.markClosed();
  assert.equal(engine.clear(1), Status.CLOSED);
  assert.equal(engine.size(), Status.CLOSED);
  assert.equal(engine.put(key, 8, 1, 0, 0), Status.CLOSED);
  for (const call of ['get', 'peek', 'has', 'deleteKey'] as const) {
    assert.equal(engine[call](key, 1), Status.CLOSED, call);
  }
}

describe('a closed cache', () => {
  it('refuses every call of the engine', (test) => check(test, makeCache(test, OPTIONS)));

  if (ALL) {
    it('is looked at: a clear that opens it again is found', async (test) => {
      const [module] = await compileModules([CLEAR_THAT_OPENS]);
      assert.throws(() => check(test, makeCacheOver(module as WebAssembly.Module, OPTIONS)), {
        code: 'ERR_ASSERTION',
      });
    });
  }
});
