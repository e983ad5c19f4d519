/** What the operations that read and write in one step refuse. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThreadSafeCache } from '../../src/index.js';
import { makeCache } from '../support/caches.js';
import { assertCacheError } from '../support/errors.js';

const OPTIONS = { maxSize: 20, maxBytes: '4 MiB' };

describe('errors', () => {
  it('ERR_NOT_A_NUMBER changes nothing', (test) => {
    const cache = makeCache(test, OPTIONS);
    const code = 'ERR_NOT_A_NUMBER';
    const values = ['1', null, undefined, true, {}, Number.NaN, new Uint8Array(8), 'x'.repeat(20_000)];
    for (const value of values) {
      cache.put('a', value, 100);
      const before = cache.getVersioned('a');
      for (const by of [undefined, 1, 1n]) {
        assertCacheError(() => cache.increment('a', by, 5), {
          code,
          type: TypeError,
          message: /the value is/,
        });
      }
      assert.deepEqual(cache.getVersioned('a'), before);
      if (!Number.isNaN(value as number)) {
        const wrong = () => cache.increment('b', (value === undefined ? Symbol('x') : value) as number);
        assertCacheError(wrong, { code, type: TypeError, message: /^Cannot increment 'b': by is/ });
      }
    }
    cache.put('n', 1);
    assertCacheError(() => cache.increment('n', 1n), { code, type: TypeError, message: /the value is 1, a/ });
    cache.put('n', 1n);
    assertCacheError(() => cache.increment('n', 0.5), {
      code,
      type: TypeError,
      message: /by is 0.5, an int/,
    });
    cache.put('n', Number.POSITIVE_INFINITY);
    const toNaN = () => cache.increment('n', Number.NEGATIVE_INFINITY);
    assertCacheError(toNaN, { code, type: TypeError, message: /the sum is NaN/ });
    assert.equal(cache.peek('n'), Number.POSITIVE_INFINITY);
    assertCacheError(() => cache.increment('b', Number.NaN), { code, type: TypeError });
    assert.equal(cache.has('b'), false);
  });

  it('ERR_INVALID_ARGUMENT', (test) => {
    const cache = makeCache(test, OPTIONS);
    const code = 'ERR_INVALID_ARGUMENT';
    cache.put('a', 1);
    for (const version of [undefined, null, '1', 1n, 0, -1, 1.5, Number.NaN, 2 ** 53]) {
      const call = () => cache.putIfVersion('a', 2, version as number);
      assertCacheError(call, { code, type: TypeError, message: /^Cannot put 'a': version is/ });
    }
    for (const fn of [undefined, 1, {}]) {
      const call = () => cache.update('a', fn as () => unknown);
      assertCacheError(call, { code, type: TypeError, message: /^Cannot update 'a': fn is .*a function/ });
    }
    assert.equal(cache.peek('a'), 1);
  });

  const limit = 'x'.repeat(262_145);
  const calls: Record<
    string,
    (cache: ThreadSafeCache, key: string, ttl?: number, value?: unknown) => unknown
  > = {
    'putIfAbsent: put': (cache, key, ttl, value = 1) => cache.putIfAbsent(key, value, ttl),
    'putIfVersion: put': (cache, key, ttl, value = 1) => cache.putIfVersion(key, value, 1, ttl),
    'update: update': (cache, key, ttl, value = 1) => cache.update(key, () => value, ttl),
    'increment: increment': (cache, key, ttl) => cache.increment(key, 1, ttl),
    'touch: touch': (cache, key, ttl) => cache.touch(key, ttl),
    'ttl: ask for the ttl of': (cache, key) => cache.ttl(key),
    'take: take': (cache, key) => cache.take(key),
    'getVersioned: get': (cache, key) => cache.getVersioned(key),
  };
  for (const [names, call] of Object.entries(calls)) {
    const [name = '', verb = ''] = names.split(': ');
    it(`${name}: key, TTL, value, a closed cache`, (test) => {
      const cache = makeCache(test, OPTIONS);
      const message = new RegExp(`^Cannot ${verb}`);
      const wrongKey = () => call(cache, null as unknown as string);
      assertCacheError(wrongKey, { code: 'ERR_INVALID_KEY', type: TypeError, message });
      if (call.length > 2) {
        const wrongTtl = () => call(cache, 'a', -1);
        assertCacheError(wrongTtl, { code: 'ERR_INVALID_TTL', type: RangeError, message });
      }
      if (call.toString().includes('value')) {
        const tooLarge = () => call(cache, 'a', 1, limit);
        assertCacheError(tooLarge, { code: 'ERR_VALUE_TOO_LARGE', type: RangeError, message });
        const noClone = () => call(cache, 'a', 1, () => {});
        assertCacheError(noClone, { code: 'ERR_VALUE_NOT_CLONEABLE', type: TypeError, message });
      }
      assert.equal(cache.size, 0);
      cache.shutdown();
      assertCacheError(() => call(cache, 'a'), { code: 'ERR_CACHE_CLOSED' });
    });
  }
});
