/** Entries expire without anybody's access, and without a turn of the main thread's event loop. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeCache, untilIntact } from '../support/caches.js';
import { Remote } from '../support/remote.js';
import { spinUntil, until } from '../support/until.js';

describe('the cleaner removes what has expired', () => {
  it('500 entries vanish while the main thread spins', async (test) => {
    const cache = makeCache(test, { maxSize: 1000, cleanupInterval: 0.05 });
    for (let key = 0; key < 500; key++) cache.put(key, 'x', 0.2);
    for (let key = 500; key < 600; key++) cache.put(key, 'x');
    // the cleaner's thread was started just now: it, too, must come up without the main thread
    spinUntil(() => cache.getStats().expiredRemovals === 500, 'the expired ones vanish');
    const { currentSize, evictions, hits, misses } = cache.getStats();
    assert.deepEqual(
      { currentSize, evictions, hits, misses },
      { currentSize: 100, evictions: 0, hits: 0, misses: 0 },
    );
    for (let key = 0; key < 600; key++) assert.equal(cache.has(key), key >= 500);
    await untilIntact(cache);
  });

  it('also large values, of another thread, and what a clear has left', async (test) => {
    const cache = makeCache(test, {
      maxSize: 1000,
      maxBytes: '64 MiB',
      cleanupInterval: 0.05,
      defaultTtl: 0.1,
    });
    await until(() => cache.getStats().threads === 2, 'the cleaner is there');
    const empty = cache.getStats().bytesUsed;
    const remote = await Remote.start(test);
    await remote.ask('attach', cache.handle);
    await remote.ask('fill', 'theirs', 100);
    await remote.ask('shutdown');
    for (let key = 0; key < 100; key++) cache.put(key, 'x'.repeat(100_000));
    spinUntil(() => cache.getStats().expiredRemovals === 200, 'everything expires');
    assert.equal(cache.size, 0);
    for (let key = 0; key < 500; key++) cache.put(key, 'x'.repeat(1000), Number.POSITIVE_INFINITY);
    cache.clear();
    spinUntil(() => cache.getStats().bytesUsed === empty, 'the memory of what was cleared comes back');
    assert.equal(cache.getStats().expiredRemovals, 200);
    await untilIntact(cache);
  });

  it('an entry is never read at or past its deadline, by any thread', async (test) => {
    const cache = makeCache<string, number>(test, { maxSize: 1000 });
    const remote = await Remote.start(test);
    await remote.ask('attach', cache.handle);
    await remote.ask('fill', 'short', 200, 0.05);
    // one clock for all threads: what one of them no longer sees, no other sees
    await until(() => !cache.has('short 199'), 'the last one expires here');
    for (let index = 0; index < 200; index++)
      assert.equal(await remote.ask('get', `short ${index}`), undefined);
    assert.equal(cache.size, 0);
  });
});
