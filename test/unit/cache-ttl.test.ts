/** Deadlines, by a clock that the test moves: which TTL holds, and what becomes of an entry that is past it. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { assertIntact, makeCache } from '../support/caches.js';
import { stopClock } from '../support/clock.js';

const YEAR = 31_557_600;

describe('which TTL holds', () => {
  it('the one of the put', (test) => {
    const clock = stopClock(test);
    const cache = makeCache(test, { maxSize: 3, defaultTtl: 100 });
    cache.put('a', 1, 2);
    clock.pass(1.999);
    assert.equal(cache.get('a'), 1);
    clock.pass(0.002);
    assert.equal(cache.get('a'), undefined);
  });

  it('else the default', (test) => {
    const clock = stopClock(test);
    const cache = makeCache(test, { maxSize: 3, defaultTtl: 0.5 });
    cache.put('a', 1);
    cache.put('b', 2, undefined);
    clock.pass(0.499);
    assert.deepEqual([cache.get('a'), cache.get('b')], [1, 2]);
    clock.pass(0.002);
    assert.deepEqual([cache.get('a'), cache.get('b')], [undefined, undefined]);
  });

  for (const defaultTtl of [undefined, null, Number.POSITIVE_INFINITY]) {
    it(`none, when the default is ${defaultTtl}`, (test) => {
      const clock = stopClock(test);
      const cache = makeCache(test, { maxSize: 3, defaultTtl });
      cache.put('a', 1);
      clock.pass(90 * YEAR);
      assert.equal(cache.get('a'), 1);
    });
  }

  for (const ttl of [Number.POSITIVE_INFINITY, 101 * YEAR]) {
    it(`none, when the put says ${ttl}, whatever the default`, (test) => {
      const clock = stopClock(test);
      const cache = makeCache(test, { maxSize: 3, defaultTtl: 1 });
      cache.put('a', 1, ttl);
      clock.pass(90 * YEAR);
      assert.equal(cache.get('a'), 1);
    });
  }

  it('the one of the last put: a replaced entry loses its own', (test) => {
    const clock = stopClock(test);
    const cache = makeCache(test, { maxSize: 5 });
    for (const key of ['longer', 'shorter', 'never', 'no more']) cache.put(key, 'x', 10);
    cache.put('longer', 'y', 20);
    cache.put('shorter', 'a longer value than before', 5);
    cache.put('never', 'y');
    cache.put('never', 'y');
    cache.put('no more', 'y', Number.POSITIVE_INFINITY);
    cache.put('no more', 'y', 1);
    clock.pass(6);
    assert.deepEqual(
      ['longer', 'shorter', 'never', 'no more'].map((key) => cache.has(key)),
      [true, false, true, false],
    );
    clock.pass(9);
    assert.equal(cache.has('longer'), true);
    clock.pass(6);
    assert.equal(cache.has('longer'), false);
    assert.equal(cache.has('never'), true);
    assertIntact(cache);
  });

  it('reading does not prolong it', (test) => {
    const clock = stopClock(test);
    const cache = makeCache(test, { maxSize: 3 });
    cache.put('a', 1, 1);
    for (let count = 0; count < 9; count++) {
      clock.pass(0.1);
      assert.equal(cache.get('a'), 1);
    }
    clock.pass(0.11);
    assert.equal(cache.get('a'), undefined);
  });

  it('any positive number will do, however small', (test) => {
    const clock = stopClock(test);
    const cache = makeCache(test, { maxSize: 3 });
    cache.put('a', 1, Number.MIN_VALUE);
    assert.equal(cache.get('a'), 1);
    clock.pass(0.000_002);
    assert.equal(cache.get('a'), undefined);
  });
});

describe('an entry past its deadline', () => {
  function withExpired(test: TestContext, maxSize = 3) {
    const clock = stopClock(test);
    const cache = makeCache<string, unknown>(test, { maxSize });
    cache.put('old', 'x', 1);
    clock.pass(2);
    return cache;
  }
  const counts = (cache: ReturnType<typeof withExpired>) => {
    const { hits, misses, deletes, evictions, expiredRemovals, currentSize } = cache.getStats();
    return { hits, misses, deletes, evictions, expiredRemovals, currentSize };
  };
  const none = { hits: 0, misses: 0, deletes: 0, evictions: 0, expiredRemovals: 0, currentSize: 1 };

  it('counts until it is removed', (test) => {
    const cache = withExpired(test);
    assert.equal(cache.size, 1);
    assert.deepEqual(counts(cache), none);
  });

  it('is removed by get, as a miss', (test) => {
    const cache = withExpired(test);
    assert.equal(cache.get('old'), undefined);
    assert.deepEqual(counts(cache), { ...none, misses: 1, expiredRemovals: 1, currentSize: 0 });
    assert.equal(cache.get('old'), undefined);
    assert.deepEqual(counts(cache), { ...none, misses: 2, expiredRemovals: 1, currentSize: 0 });
  });

  it('is not seen by peek and has, and stays', (test) => {
    const cache = withExpired(test);
    assert.equal(cache.peek('old'), undefined);
    assert.equal(cache.has('old'), false);
    assert.deepEqual(counts(cache), none);
  });

  it('is not there for delete, which removes it as expired', (test) => {
    const cache = withExpired(test);
    assert.equal(cache.delete('old'), false);
    assert.deepEqual(counts(cache), { ...none, expiredRemovals: 1, currentSize: 0 });
  });

  it('is removed before a put of its key', (test) => {
    const cache = withExpired(test);
    cache.put('old', 'new');
    assert.deepEqual(counts(cache), { ...none, expiredRemovals: 1 });
    assert.equal(cache.get('old'), 'new');
  });

  it('makes room for a put of its key in a full cache: nothing else goes', (test) => {
    const cache = withExpired(test, 2);
    cache.put('a', 1);
    cache.put('old', 'new');
    assert.deepEqual(counts(cache), { ...none, expiredRemovals: 1, currentSize: 2 });
  });

  it('is expired, not evicted, when it is the one to make room', (test) => {
    const cache = withExpired(test, 1);
    cache.put('a', 1);
    assert.deepEqual(counts(cache), { ...none, expiredRemovals: 1 });
  });

  it('is gone after a clear, and counts as nothing', (test) => {
    const cache = withExpired(test);
    cache.clear();
    assert.equal(cache.get('old'), undefined);
    assert.deepEqual(counts(cache), { ...none, misses: 1, currentSize: 0 });
  });

  it('is gone for values of every size', (test) => {
    const clock = stopClock(test);
    const cache = makeCache(test, { maxSize: 10 });
    for (const length of [0, 1, 8192, 8193, 200_000]) cache.put(length, 'x'.repeat(length), 1);
    clock.pass(2);
    for (const length of [0, 1, 8192, 8193, 200_000]) {
      assert.equal(cache.peek(length), undefined);
      assert.equal(cache.get(length), undefined);
    }
    assert.equal(cache.size, 0);
    assertIntact(cache);
  });
});
