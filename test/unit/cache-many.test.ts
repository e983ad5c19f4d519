/** Many keys in one call. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CacheKey } from '../../src/index.js';
import { assertIntact, makeCache } from '../support/caches.js';
import { counted } from '../support/counted.js';
import { assertCacheError } from '../support/errors.js';

const LARGE = 'x'.repeat(20_000);
const OPTIONS = { maxSize: 20, maxBytes: '4 MiB' };

describe('many keys', () => {
  it('are put, got and deleted', (test) => {
    const cache = makeCache<CacheKey, unknown>(test, OPTIONS);
    const bytes = new Uint8Array([1]);
    const entries = new Map<CacheKey, unknown>([
      ['a', 1],
      [2, LARGE],
      [3n, { a: [undefined] }],
      [bytes, undefined],
    ]);
    assert.deepEqual(
      counted(cache, () => cache.putMany(entries, 100)),
      { puts: 4 },
    );
    for (const key of entries.keys()) assert.ok((cache.ttl(key) ?? 0) > 99);
    const asked = [bytes, 'none', ...entries.keys(), 'a'];
    let found = new Map<CacheKey, unknown>();
    const done = counted(cache, () => {
      found = cache.getMany(asked);
    });
    assert.deepEqual(done, { hits: 6, misses: 1 });
    assert.deepEqual([...found], [[bytes, undefined], ...[...entries].slice(0, 3)]);
    assert.deepEqual([...cache.keys({ order: 'lru' })], [2, 3n, bytes, 'a']);
    assert.deepEqual(
      counted(cache, () => assert.equal(cache.deleteMany(new Set(['a', 'none', 2])), 2)),
      { deletes: 2 },
    );
    assert.deepEqual([cache.getMany([]).size, cache.deleteMany([]), cache.size], [0, 0, 2]);
    cache.putMany([]);
    assertIntact(cache);
  });

  it('one after the other: the last of the same key stays, the oldest are evicted', (test) => {
    const cache = makeCache<string, number>(test, { ...OPTIONS, maxSize: 3 });
    cache.putMany(['a', 'b', 'a', 'c', 'd'].map((key, index) => [key, index]));
    assert.deepEqual(
      [...cache.entries({ order: 'lru' })],
      [
        ['a', 2],
        ['c', 3],
        ['d', 4],
      ],
    );
  });

  it('may be changed by the code of the values that are put', (test) => {
    const cache = makeCache<CacheKey, unknown>(test, OPTIONS);
    const key = new Uint8Array([1]);
    const meddler = {
      get a() {
        key[0] = 9;
        cache.put('inner', LARGE);
        return 1;
      },
    };
    cache.putMany([
      [key, 'x'],
      ['b', meddler],
      ['c', LARGE],
    ]);
    assert.equal(cache.peek(new Uint8Array([1])), 'x');
    assert.deepEqual([cache.peek('b'), cache.peek('inner'), cache.peek('c')], [{ a: 1 }, LARGE, LARGE]);
    assertIntact(cache);
  });

  it('are stored as they were when they were met, whatever becomes of their bytes', (test) => {
    const buffer = Buffer.alloc(20);
    const codec = {
      encode: (value: unknown) => buffer.subarray(0, buffer.write(JSON.stringify(value))),
      decode: (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString()),
    };
    const cache = makeCache<string, unknown>(test, { ...OPTIONS, codec });
    const bytes = new Uint8Array([1]);
    function* entries(): Generator<[string, unknown]> {
      yield ['a', { a: 1 }];
      yield ['b', bytes];
      bytes[0] = 2;
      yield ['c', bytes];
      structuredClone(bytes, { transfer: [bytes.buffer] });
      yield ['d', { d: 4 }];
    }
    cache.putMany(entries());
    assert.deepEqual(
      [...'abcd'].map((key) => cache.get(key)),
      [{ a: 1 }, new Uint8Array([1]), new Uint8Array([2]), { d: 4 }],
    );
  });

  it('one that is wrong: nothing has happened', (test) => {
    const cache = makeCache<CacheKey, unknown>(test, OPTIONS);
    cache.put('a', 'before');
    const before = cache.getStats();
    const code = 'ERR_INVALID_KEY';
    const wrongKeys = ['a', Number.NaN];
    assertCacheError(() => cache.getMany(wrongKeys), { code, type: RangeError, message: /^Cannot get/ });
    assertCacheError(() => cache.deleteMany(wrongKeys), {
      code,
      type: RangeError,
      message: /^Cannot delete/,
    });
    const put = (key: CacheKey, value: unknown, ttl?: number) =>
      cache.putMany(
        [
          ['a', 'after'],
          [key, value],
        ],
        ttl,
      );
    assertCacheError(() => put(Number.NaN, 1), { code, type: RangeError, message: /^Cannot put/ });
    assertCacheError(() => put('b', () => {}), { code: 'ERR_VALUE_NOT_CLONEABLE', type: TypeError });
    assertCacheError(() => put('b', new Uint8Array(2 ** 20)), {
      code: 'ERR_VALUE_TOO_LARGE',
      type: RangeError,
    });
    assertCacheError(() => put('b', 1, 0), { code: 'ERR_INVALID_TTL', type: RangeError });
    const failing = function* (): Generator<[string, number]> {
      yield ['a', 1];
      throw new Error('mine');
    };
    assert.throws(() => cache.putMany(failing()), { message: 'mine' });
    const argument = { code: 'ERR_INVALID_ARGUMENT', type: TypeError } as const;
    for (const list of [undefined, null, 'ab', 1, {}]) {
      assertCacheError(() => cache.getMany(list as never), {
        ...argument,
        message: /^Cannot get many: the list/,
      });
      assertCacheError(() => cache.deleteMany(list as never), {
        ...argument,
        message: /^Cannot delete many/,
      });
      assertCacheError(() => cache.putMany(list as never), {
        ...argument,
        message: /^Cannot put many: the list/,
      });
    }
    for (const pair of [null, 'ab', ['a'], ['a', 1, 2], {}]) {
      assertCacheError(() => cache.putMany([['a', 1], pair as never]), {
        ...argument,
        message: /an entry is/,
      });
    }
    assert.deepEqual(cache.getStats(), before);
    assert.equal(cache.peek('a'), 'before');
    cache.shutdown();
    for (const call of [() => cache.getMany([]), () => cache.putMany([]), () => cache.deleteMany([])]) {
      assertCacheError(call, { code: 'ERR_CACHE_CLOSED' });
    }
  });
});
