import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { makeCache } from '../support/caches.js';

describe('one signal for many loads', () => {
  it('has one listener, which goes with the last who waits', async (test) => {
    const cache = makeCache<number, number>(test, { maxSize: 100 });
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on('warning', warn);
    test.after(() => process.off('warning', warn));
    const { signal } = new AbortController();
    for (let round = 0; round < 100; round++) {
      const loads = Array.from({ length: 100 }, (_, index) =>
        cache.getOrLoad(index, () => turn(round), { signal, ttl: 1e-6 }),
      );
      assert.ok(getEventListeners(signal, 'abort').length <= 1);
      await Promise.all(loads);
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    }
    assert.deepEqual(warnings, []);
  });

  it('ends the waiting of all who have it, each with its reason', async (test) => {
    const cache = makeCache<number, number>(test, { maxSize: 100 });
    const controller = new AbortController();
    const { signal } = controller;
    const loads = Array.from({ length: 100 }, (_, index) =>
      cache.getOrLoad(index % 10, () => turn(index), { signal }),
    );
    const reason = new Error('enough');
    const settled = Promise.allSettled(loads);
    await Promise.resolve();
    controller.abort(reason);
    for (const each of await settled) assert.deepEqual(each, { status: 'rejected', reason });
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('that was aborted before lets nothing begin', async (test) => {
    const cache = makeCache<string, number>(test, { maxSize: 100 });
    cache.put('there', 1);
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    for (const key of ['there', 'not']) {
      await assert.rejects(
        cache.getOrLoad(key, () => assert.fail('it was aborted'), { signal }),
        (error) => error === reason,
      );
    }
    const { hits, misses, loads } = cache.getStats();
    assert.deepEqual([hits, misses, loads], [0, 0, 0]);
  });
});
