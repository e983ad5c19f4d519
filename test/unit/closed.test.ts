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
  const { entryVersion } = seat;
  const calls: Readonly<Record<string, () => number>> = {
    clear: () => engine.clear(1),
    size: () => engine.size(),
    put: () => engine.put(key, 8, 1, 0, 0),
    putIf: () => engine.putIf(key, 8, 1, 0, 0, entryVersion),
    reserve: () => engine.reserve(key, 10_000 * 8, 1, 0),
    get: () => engine.get(key, 1),
    peek: () => engine.peek(key, 1),
    has: () => engine.has(key, 1),
    ttl: () => engine.ttl(key, 1),
    touch: () => engine.touch(key, 1, 0),
    deleteKey: () => engine.deleteKey(key, 1),
    take: () => engine.take(key, entryVersion, 1),
    add: () => engine.add(key, 64, 1, 1, 0),
    scan: () => engine.scan(0, 0, 0, 1, 1),
    scanAt: () => engine.scanAt(0, 0, 1, 1),
    survey: () => engine.survey(0, 1),
    claimFlight: () => engine.claimFlight(key, 1, 1, 2),
  };
  for (const [name, call] of Object.entries(calls)) assert.equal(call(), Status.CLOSED, name);
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
