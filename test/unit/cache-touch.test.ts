/** Asking for the time an entry has left, and giving it another one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertIntact } from '../support/caches.js';
import { stopClock } from '../support/clock.js';
import { counted } from '../support/counted.js';
import { small, victim } from '../support/two-entries.js';

describe('ttl', () => {
  it('seconds left, Infinity, undefined', (test) => {
    const clock = stopClock(test);
    const cache = small(test);
    cache.put('a', 1);
    cache.put('b', 1, 2.5);
    const done = counted(cache, () => {
      assert.deepEqual([cache.ttl('a'), cache.ttl('none')], [Number.POSITIVE_INFINITY, undefined]);
      assert.ok(Math.abs((cache.ttl('b') ?? 0) - 2.5) < 2e-6);
      clock.pass(2);
      assert.ok(Math.abs((cache.ttl('b') ?? 0) - 0.5) < 2e-6);
      clock.pass(0.5);
      assert.equal(cache.ttl('b'), undefined);
    });
    assert.deepEqual(done, {});
    assert.equal(victim(cache), 'a');
  });

  it('of a cleared entry', (test) => {
    const cache = small(test);
    cache.put('a', 1, 5);
    cache.clear();
    assert.deepEqual([cache.ttl('a'), cache.touch('a', 1)], [undefined, false]);
  });
});

describe('touch', () => {
  it('gives another TTL, the default, or none, and refreshes recency', (test) => {
    const clock = stopClock(test);
    const cache = small(test, { defaultTtl: 10 });
    cache.put('a', 1, 1);
    cache.put('b', 1, 1);
    const { version } = cache.getVersioned('a') ?? {};
    assert.deepEqual(
      counted(cache, () => assert.equal(cache.touch('b', 5), true)),
      {},
    );
    assert.equal(cache.touch('a'), true);
    clock.pass(4.5);
    assert.deepEqual([cache.peek('a'), cache.peek('b')], [1, 1]);
    clock.pass(1);
    assert.deepEqual([cache.peek('a'), cache.peek('b')], [1, undefined]);
    assert.equal(cache.touch('b'), false);
    assert.equal(cache.touch('a', Number.POSITIVE_INFINITY), true);
    assert.equal(cache.ttl('a'), Number.POSITIVE_INFINITY);
    assert.equal(cache.getVersioned('a')?.version, version);
  });

  it('refreshes recency', (test) => {
    const cache = small(test);
    cache.put('a', 1);
    cache.put('b', 1);
    assert.equal(cache.touch('a'), true);
    assert.equal(victim(cache), 'b');
  });

  it('an entry that moves in the wheel is whole, and expires when it says', (test) => {
    const clock = stopClock(test);
    const cache = small(test, { maxSize: 50, shards: 1 });
    const ttls = [0.001, 0.5, 70, 5000, 1e6, Number.POSITIVE_INFINITY];
    for (const from of ttls) {
      for (const to of ttls) {
        cache.put(`${from} ${to}`, 1, from);
        assert.equal(cache.touch(`${from} ${to}`, to), true);
        assertIntact(cache);
      }
    }
    clock.pass(71);
    for (const from of ttls) for (const to of ttls) assert.equal(cache.has(`${from} ${to}`), to > 71);
  });
});
