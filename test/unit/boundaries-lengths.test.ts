/** Lengths of keys and values at every boundary: what is stored is read again whole, and what lies beside it too. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CacheKey, ThreadSafeCache } from '../../src/index.js';
import { assertIntact, engineOf, makeCache } from '../support/caches.js';
import { assertCacheError } from '../support/errors.js';

const MIB = 2 ** 20;
const LONGEST_KEY = 65_536;
const SCRATCH = 8192;
/** Of the block: what stands before key and value. */
const BLOCK_HEADER = 8;

function around(middle: number, reach: number): number[] {
  return Array.from({ length: 2 * reach + 1 }, (_, index) => middle - reach + index);
}

const PATTERN = Uint8Array.from({ length: 4 * MIB + 256 }, (_, index) => index * 7);

/** Bytes that tell where they belong: no two neighbours are the same. */
function bytesOf(length: number, mark: number): Uint8Array {
  return new Uint8Array(PATTERN.subarray(mark & 255, (mark & 255) + length));
}

function assertBytes(found: unknown, expected: Uint8Array, what: string): void {
  assert.ok(found instanceof Uint8Array, `${what}: ${String(found).slice(0, 20)}`);
  assert.equal(Buffer.compare(found, expected), 0, what);
}

describe('a key of every length', () => {
  const lengths = [
    ...around(8, 8),
    ...[31, 32, 33, 63, 64, 65, 255, 256, 257, 4095, 4096, 4097, SCRATCH - 1, SCRATCH, SCRATCH + 1],
    ...[32_767, 32_768, 32_769, LONGEST_KEY - 9, LONGEST_KEY - 8, LONGEST_KEY - 7],
    ...[LONGEST_KEY - 2, LONGEST_KEY - 1, LONGEST_KEY],
  ];
  const kinds: Record<string, (length: number) => CacheKey | undefined> = {
    'a Latin-1 string': (length) => 'é'.repeat(length),
    'a wide string': (length) => (length % 2 === 0 ? '☃'.repeat(length / 2) : undefined),
    bytes: (length) => bytesOf(length, 3),
    'a bigint': (length) => (length > 0 ? BigInt(`0x${'f'.repeat(length)}`) : undefined),
    'a negative bigint': (length) => (length > 1 ? -BigInt(`0x${'f'.repeat(length - 1)}`) : undefined),
  };
  for (const [name, make] of Object.entries(kinds)) {
    it(`${name}: is found, and is no other`, (test) => {
      const cache = makeCache(test, { maxSize: 100, maxBytes: 8 * MIB });
      const keys = lengths.flatMap((length) => make(length) ?? []);
      for (const [index, key] of keys.entries()) cache.put(key, index);
      assert.equal(cache.size, keys.length);
      for (const [index, key] of keys.entries()) assert.equal(cache.get(key), index);
      assertIntact(cache);
      for (const key of keys) assert.equal(cache.delete(key), true);
      assert.equal(cache.size, 0);
    });

    it(`${name}: one byte more than 65,536 is refused by every operation, and changes nothing`, (test) => {
      const cache = makeCache(test, { maxSize: 100, maxBytes: 8 * MIB });
      const longest = make(LONGEST_KEY) ?? '';
      cache.put(longest, 'x');
      const before = cache.getStats();
      const expected = { code: 'ERR_INVALID_KEY', type: RangeError, message: /at most 65536/ } as const;
      // two for a wide string
      const longer = make(LONGEST_KEY + 1) ?? make(LONGEST_KEY + 2) ?? '';
      for (const operation of ['get', 'peek', 'has', 'delete'] as const) {
        assertCacheError(() => cache[operation](longer), expected);
      }
      assertCacheError(() => cache.put(longer, 'y'), expected);
      assert.deepEqual(cache.getStats(), before);
      assert.equal(cache.get(longest), 'x');
    });
  }

  it('strings of one character: each length is a key of its own', (test) => {
    const cache = makeCache(test, { maxSize: 2000, maxBytes: 8 * MIB });
    for (let length = 0; length < 600; length++) cache.put('a'.repeat(length), length);
    for (let length = 0; length < 600; length++) cache.put('☃'.repeat(length + 1), -length);
    for (let length = 0; length < 600; length++) {
      assert.equal(cache.get('a'.repeat(length)), length);
      assert.equal(cache.get('☃'.repeat(length + 1)), -length);
    }
  });

  it('zeros: each length is a key of its own, and none is the empty one', (test) => {
    const cache = makeCache(test, { maxSize: 300, maxBytes: 8 * MIB });
    for (let length = 0; length < 100; length++) {
      cache.put('\0'.repeat(length), length);
      cache.put(new Uint8Array(length), -length);
    }
    assert.equal(cache.size, 200);
    for (let length = 0; length < 100; length++) {
      assert.equal(cache.get('\0'.repeat(length)), length);
      assert.equal(cache.get(new Uint8Array(length)), -length);
    }
  });
});

/** Puts a value between two others, and looks at all three. */
function putBetween(cache: ThreadSafeCache, key: string, length: number): void {
  const [before, value, after] = [bytesOf(16, 1), bytesOf(length, length), bytesOf(16, 2)];
  cache.put('before', before);
  cache.put(key, value);
  cache.put('after', after);
  assertBytes(cache.get(key), value, `${length} bytes`);
  assertBytes(cache.peek(key), value, `${length} bytes`);
  assertBytes(cache.get('before'), before, `before ${length} bytes`);
  assertBytes(cache.get('after'), after, `after ${length} bytes`);
}

describe('a value of every length', () => {
  for (const keyLength of [0, 1, 7, 9]) {
    it(`around every class of blocks up to the limit, with a key of ${keyLength} bytes`, (test) => {
      const cache = makeCache(test, { maxSize: 10, maxBytes: 8 * MIB });
      const limit = engineOf(cache).valueLimit();
      assert.equal(limit, MIB / 2);
      const key = 'k'.repeat(keyLength);
      for (let power = 5; power <= 19; power++) {
        for (const eighth of [8, 13]) {
          const block = (2 ** power * eighth) / 8;
          for (const length of around(block - keyLength - BLOCK_HEADER, power < 12 ? 9 : 1)) {
            if (length >= 0) putBetween(cache, key, Math.min(length, limit));
          }
        }
        assertIntact(cache);
      }
      putBetween(cache, key, limit);
    });
  }

  it('around what the scratch holds: replaced by one that goes the other way', (test) => {
    const cache = makeCache(test, { maxSize: 10, maxBytes: MIB });
    for (const one of around(SCRATCH, 2)) {
      for (const other of around(SCRATCH, 2)) {
        putBetween(cache, 'a', one);
        putBetween(cache, 'a', other);
        for (const [length, text] of [
          [one, 'x'],
          [other, '☃'],
        ] as const) {
          const value = text.repeat(length / (text === 'x' ? 1 : 2));
          cache.put('a', value);
          assert.equal(cache.get('a'), value);
        }
      }
    }
    assertIntact(cache);
  });

  for (const maxBytes of [MIB, MIB + 65_535, MIB + 65_536, 3 * MIB, 16 * MIB]) {
    it(`up to a sixteenth of ${maxBytes} bytes, and not one more`, (test) => {
      const cache = makeCache(test, { maxSize: 10, maxBytes });
      const limit = (Math.floor(maxBytes / 65_536) * 65_536) / 16;
      for (const keyLength of [0, 1, LONGEST_KEY]) {
        const key = 'k'.repeat(keyLength);
        putBetween(cache, key, limit);
        const before = cache.getStats();
        for (const value of [new Uint8Array(limit + 1), 'x'.repeat(limit + 1), '☃'.repeat(limit / 2 + 1)]) {
          assertCacheError(() => cache.put(key, value), { code: 'ERR_VALUE_TOO_LARGE', type: RangeError });
        }
        assert.deepEqual(cache.getStats(), before);
        assert.ok(cache.has(key));
      }
      assertIntact(cache);
    });
  }
});

describe('one entry, and 64 shards', () => {
  for (const shards of [1, 64]) {
    it(`maxSize 1, ${shards} shards: the last one put is the one that is there`, (test) => {
      const cache = makeCache(test, { maxSize: 1, maxBytes: 2 * MIB, shards });
      for (let count = 0; count < 2000; count++) {
        cache.put(`key ${count}`, count);
        assert.equal(cache.size, 1);
        assert.equal(cache.get(`key ${count}`), count);
        if (count > 0) assert.equal(cache.has(`key ${count - 1}`), false);
      }
      assert.equal(cache.getStats().evictions, 1999);
      assertIntact(cache);
    });
  }

  for (const maxSize of [63, 64, 65, 1000]) {
    it(`maxSize ${maxSize}, 64 shards: the oldest of all goes, wherever it is`, (test) => {
      const cache = makeCache(test, { maxSize, maxBytes: 4 * MIB, shards: 64 });
      assert.equal(engineOf(cache).shardCount(), 64);
      for (let count = 0; count < 3 * maxSize; count++) {
        cache.put(count, count);
        assert.equal(cache.has(count - maxSize), false);
        assert.equal(cache.has(count - maxSize + 1), count >= maxSize - 1);
        assert.equal(cache.size, Math.min(count + 1, maxSize));
      }
      assertIntact(cache);
    });
  }
});
