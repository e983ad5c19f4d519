/** Keys of every kind as a user meets them: which are the same, which are not, and how long one may be. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CacheKey } from '../../src/index.js';
import { assertIntact, makeCache } from '../support/caches.js';

const LONGEST = 65_536;

const kinds: readonly CacheKey[] = [
  ...['', '0', '1', '-0', 'true', 'null', '1n', 'a', 'A', '\0', 'a\0', 'a\0b', ' a', 'ÿ', 'Ā', 'ab', 'ba'],
  // one letter twice, composed and decomposed; halves of a pair; the bytes of 'a\0' as UTF-16
  ...['\u00e9', 'e\u0301', '\ud83d', '\ude00', '\ud83d\ude00', '\u6100'],
  ...[0, 1, -1, 0.1, 2 ** 53, 1e300, 5e-324, Number.MAX_VALUE],
  ...[0n, 1n, -1n, 2n ** 53n, 2n ** 64n, -(2n ** 64n)],
  ...[true, false],
  ...[[], [0], [1], [0x61], [0x61, 0], [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]].map((bytes) => Uint8Array.from(bytes)),
];

describe('keys', () => {
  it('of every kind are told apart', (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    for (const [index, key] of kinds.entries()) cache.put(key, index);
    assert.equal(cache.size, kinds.length);
    for (const [index, key] of kinds.entries()) assert.equal(cache.get(key), index);
    for (const key of kinds) assert.equal(cache.delete(key), true);
    assert.equal(cache.size, 0);
    assertIntact(cache);
  });

  it('-0 is 0', (test) => {
    const cache = makeCache(test, { maxSize: 10 });
    cache.put(-0, 'x');
    assert.equal(cache.get(0), 'x');
    cache.put(0, 'y');
    assert.equal(cache.get(-0), 'y');
    assert.equal(cache.size, 1);
  });

  it('bytes are the same whatever holds them', (test) => {
    const cache = makeCache(test, { maxSize: 10 });
    const bytes = new Uint8Array([1, 2, 3]);
    cache.put(bytes, 'x');
    bytes.fill(9);
    assert.equal(cache.get(Buffer.from([1, 2, 3])), 'x');
    assert.equal(cache.get(new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4)), 'x');
    assert.equal(cache.get(new Uint8Array(new SharedArrayBuffer(3))), undefined);
    assert.equal(cache.get(bytes), undefined);
  });

  it('made in different ways are the same string', (test) => {
    const cache = makeCache(test, { maxSize: 10 });
    const [part, long] = ['ab', 'x'.repeat(50)];
    cache.put(`${part}${long}`, 1);
    cache.put('é', 2);
    assert.equal(cache.get(['a', 'b', long].join('')), 1);
    assert.equal(cache.get(`☃ab${long}`.slice(1)), 1);
    assert.equal(cache.get('☃é'.slice(1)), 2);
  });

  const longest: Record<string, (length: number) => CacheKey> = {
    'a Latin-1 string': (length) => 'é'.repeat(length),
    'a wide string': (length) => '☃'.repeat(length / 2),
    bytes: (length) => new Uint8Array(length).fill(7),
    'a bigint': (length) => BigInt(`0x${'f'.repeat(length)}`),
  };
  for (const [name, make] of Object.entries(longest)) {
    it(`may be 64 KiB long exactly: ${name}`, (test) => {
      const cache = makeCache(test, { maxSize: 10, maxBytes: '1 MiB' });
      for (const value of ['small', 'x'.repeat(65_536)]) {
        cache.put(make(LONGEST), value);
        cache.put(make(LONGEST - 2), 'another');
        assert.equal(cache.get(make(LONGEST)), value);
        assert.equal(cache.get(make(LONGEST - 2)), 'another');
      }
      assert.equal(cache.size, 2);
      assert.throws(() => cache.put(make(LONGEST + 2), 1), { code: 'ERR_INVALID_KEY' });
      assert.equal(cache.delete(make(LONGEST)), true);
      assertIntact(cache);
    });
  }
});
