/** Going through all entries: what is met, in which order, and what may happen meanwhile. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { CacheKey, CacheOptions } from '../../src/index.js';
import { assertIntact, makeCache } from '../support/caches.js';
import { stopClock } from '../support/clock.js';
import { assertCacheError } from '../support/errors.js';
import { type Random, seeded } from '../support/random.js';

const LARGE = 'x'.repeat(20_000);

function filled(test: TestContext, options: Partial<CacheOptions> = {}, count = 50) {
  const cache = makeCache<CacheKey, unknown>(test, { maxSize: 100, maxBytes: '16 MiB', ...options });
  for (let key = 0; key < count; key++) cache.put(`${key}`, key);
  return cache;
}

function numbers(keys: Iterable<unknown>): number[] {
  return Array.from(keys, Number).sort((a, b) => a - b);
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('an iteration', () => {
  for (const shards of [1, 4, 64]) {
    it(`meets every entry once, ${shards} shards`, (test) => {
      const cache = filled(test, { shards });
      const before = cache.getStats();
      assert.deepEqual(numbers(cache.keys()), upTo(50));
      assert.deepEqual(numbers(cache.values()), upTo(50));
      const entries = new Map(cache.entries());
      assert.equal(entries.size, 50);
      for (const [key, value] of entries) assert.equal(String(value), key);
      assert.deepEqual(new Map(cache), entries);
      const called = new Map<CacheKey, unknown>();
      const self = {};
      cache.forEach(function (this: unknown, value, key, given) {
        assert.deepEqual([this, given], [self, cache]);
        called.set(key, value);
      }, self);
      assert.deepEqual(called, entries);
      assert.deepEqual(cache.getStats(), before);
      assert.deepEqual([...cache.keys({ order: 'lru' })], upTo(50).map(String));
      assertIntact(cache);
    });
  }

  it('meets keys and values of every kind', (test) => {
    const cache = filled(test, {}, 0);
    const values = new Map<CacheKey, unknown>([
      ['', undefined],
      ['☃', null],
      [0, LARGE],
      [1n, { a: [1n] }],
      [true, new Date(5)],
      [new Uint8Array([1]), Buffer.from('b')],
      ['k'.repeat(65_536), 'v'.repeat(8192)],
      [new Uint8Array(65_536).fill(1), new Uint8Array(300_000).fill(7)],
    ]);
    const pairs = [...values];
    for (const [key, value] of pairs) cache.put(key, value);
    assert.deepEqual([...cache.entries({ order: 'lru' })], pairs);
    assert.deepEqual(new Set(cache.entries()), new Set(pairs));
  });

  it('of an empty cache, a cleared one, one with expired entries', (test) => {
    const clock = stopClock(test);
    const cache = filled(test, {}, 0);
    assert.deepEqual([...cache], []);
    cache.put('a', 1);
    cache.clear();
    cache.put('b', 1, 1);
    cache.put('c', 1);
    assert.deepEqual(new Set(cache.keys()), new Set(['b', 'c']));
    clock.pass(1);
    for (const order of [undefined, 'lru'] as const) assert.deepEqual([...cache.keys({ order })], ['c']);
    assert.equal(cache.getStats().expiredRemovals, 0);
  });

  it('never meets an entry at or past its deadline, also when that comes on the way', (test) => {
    const clock = stopClock(test);
    for (const order of [undefined, 'lru'] as const) {
      const cache = filled(test, {}, 0);
      for (const key of upTo(20)) cache.put(`${key}`, key, 1);
      const keys = cache.keys({ order });
      assert.equal(keys.next().done, false);
      clock.pass(1);
      assert.equal(keys.next().done, true);
    }
  });
});

describe('what happens on the way', () => {
  for (const order of [undefined, 'lru'] as const) {
    const name = order ?? 'no order';
    it(`deletes: nothing that is gone is met, ${name}`, (test) => {
      const cache = filled(test);
      const met: unknown[] = [];
      for (const [key] of cache.entries({ order })) {
        met.push(key);
        assert.equal(cache.delete(key), true);
        const [other] = cache.keys();
        if (other !== undefined) cache.delete(other);
      }
      assert.equal(new Set(met).size, 25);
      assert.equal(cache.size, 0);
      assertIntact(cache);
    });

    it(`everything goes: ${name}`, (test) => {
      for (const empty of ['clear', 'delete'] as const) {
        const cache = filled(test);
        const keys = cache.keys({ order });
        const first = keys.next().value;
        if (empty === 'clear') cache.clear();
        else for (const key of upTo(50)) cache.delete(`${key}`);
        assert.equal(keys.next().done, true);
        assert.ok(first !== undefined);
      }
    });

    it(`replacements, keys that come back, uses: what stays is met once, no key twice, ${name}`, (test) => {
      seeded((random: Random) => {
        const cache = filled(test, { shards: 2, maxSize: 400 });
        const staying = new Set(
          upTo(50)
            .filter((key) => key % 3 === 0)
            .map(String),
        );
        const met: CacheKey[] = [];
        for (const [key, value] of cache.entries({ order })) {
          met.push(key);
          assert.equal(value, cache.peek(key));
          for (let change = 0; change < 5; change++) {
            const other = `${random.below(100)}`;
            const next = random.chance(0.1) ? LARGE : random.integer();
            if (!staying.has(other) && random.chance(0.5)) cache.delete(other);
            else if (staying.has(other) || random.chance(0.5)) cache.put(other, next);
            cache.get(other);
          }
        }
        assert.equal(new Set(met).size, met.length, 'a key was met twice');
        for (const key of staying) assert.ok(met.includes(key), `${key} stayed, and was not met`);
        assertIntact(cache);
      })();
    });
  }

  it('the cache ends', (test) => {
    const cache = filled(test);
    const keys = cache.keys();
    keys.next();
    cache.shutdown();
    assert.throws(() => keys.next(), { code: 'ERR_CACHE_CLOSED' });
    assert.equal(keys.next().done, true);
  });

  it('a step leaves the scratch alone that others use', (test) => {
    const cache = filled(test, { freeze: true }, 20);
    for (const [key, value] of cache) {
      assert.ok(String(cache.get('1')) === '1');
      cache.put(key, [value]);
      for (const inner of cache.keys()) assert.equal(cache.has(inner), true);
    }
    for (const [key, value] of cache) assert.deepEqual(value, [Number(key)]);
  });
});

describe('the order of use', () => {
  it('is exact, whatever was done before', (test) => {
    seeded((random: Random) => {
      const cache = filled(test, { shards: 8 }, 0);
      const used = new Set<string>();
      for (let count = 0; count < 3000; count++) {
        const key = `${random.below(150)}`;
        const isUsed = [
          () => cache.put(key, count, random.chance(0.2) ? 1000 : undefined) ?? true,
          () => cache.get(key) !== undefined,
          () => cache.touch(key),
          () => cache.update(key, () => count) === count,
          () => cache.peek(key) === null,
        ][random.below(5)]?.();
        if (!isUsed) continue;
        used.delete(key);
        used.add(key);
      }
      const expected = [...used].filter((key) => cache.has(key));
      assert.deepEqual([...cache.keys({ order: 'lru' })], expected);
      const room = 100 - cache.size;
      for (const index of upTo(room)) cache.put(`fill ${index}`, 1);
      for (const key of expected) {
        cache.put(`new ${key}`, 1);
        assert.equal(cache.has(key), false);
      }
    })();
  });

  it('of more entries than one call of the engine reports', (test) => {
    const cache = makeCache<number, number>(test, { maxSize: 20_000, shards: 4 });
    for (const key of upTo(10_000)) cache.put(key, key);
    for (const key of upTo(5_000)) cache.get(key);
    const expected = [...upTo(5_000).map((key) => key + 5_000), ...upTo(5_000)];
    assert.deepEqual([...cache.values({ order: 'lru' })], expected);
    assert.equal(numbers(cache.keys()).length, 10_000);
  });
});

describe('errors', () => {
  it('of the call, at once', (test) => {
    const cache = filled(test);
    const wrong: [options: unknown, message: RegExp][] = [
      [null, /options is null/],
      ['lru', /options is 'lru'/],
      [{ order: 'mru' }, /order is 'mru', 'lru' is required/],
      [{ ordre: 'lru' }, /an option is 'ordre'/],
    ];
    for (const name of ['keys', 'values', 'entries'] as const) {
      for (const [options, message] of wrong) {
        const expected = { code: 'ERR_INVALID_OPTION', type: TypeError, message } as const;
        assertCacheError(() => cache[name](options as object), expected);
      }
    }
    const expected = { code: 'ERR_INVALID_ARGUMENT', type: TypeError, message: /the callback is 1/ } as const;
    assertCacheError(() => cache.forEach(1 as unknown as () => void), expected);
    cache.shutdown();
    const closed: (() => unknown)[] = [
      () => cache.keys(),
      () => cache.values(),
      () => cache[Symbol.iterator](),
      () => cache.forEach(() => {}),
    ];
    for (const call of closed) assertCacheError(call, { code: 'ERR_CACHE_CLOSED' });
  });

  it('of a callback end the iteration', (test) => {
    const cache = filled(test);
    let calls = 0;
    const callback = () => {
      calls++;
      throw new RangeError('mine');
    };
    assert.throws(() => cache.forEach(callback), { message: 'mine' });
    assert.equal(calls, 1);
  });
});
