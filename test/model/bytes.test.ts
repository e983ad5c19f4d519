/**
 * A small byte budget: whatever is stored, each value up to a sixteenth of it fits, evictions make the room, and what
 * is there is right. The twin is a plain Map of what was put, less what the logger says has gone.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatKey } from '../../src/codec/keys.js';
import { type CacheOptions, ThreadSafeCache } from '../../src/index.js';
import { assertIntact, engineOf } from '../support/caches.js';
import { assertCacheError } from '../support/errors.js';
import { RecordingLogger } from '../support/logger.js';
import { type Random, seeded } from '../support/random.js';

const MIB = 2 ** 20;
const PAGE = 2 ** 16;
const LONGEST_KEY = 65_536;
const OPERATIONS = 6000;
const PERIOD = 200;

/** A sixteenth of the whole pages of a budget. */
function limitOf(maxBytes: number): number {
  return Math.floor((Math.floor(maxBytes / PAGE) * PAGE) / 16);
}

/** A cache with bytes for values, and a Map that must hold the same. */
class Pair {
  readonly cache: ThreadSafeCache<string, Uint8Array>;
  readonly limit: number;
  readonly #logger = new RecordingLogger();
  readonly #kept = new Map<string, Uint8Array>();
  /** Keys by how a log line shows them: long ones are shortened there. */
  readonly #keys = new Map<string, string>();
  readonly #maxSize: number;

  constructor(options: CacheOptions & { maxBytes: number }) {
    this.cache = new ThreadSafeCache({ ...options, cleanupInterval: 0, logger: this.#logger });
    this.limit = limitOf(options.maxBytes);
    this.#maxSize = options.maxSize;
  }

  put(key: string, length: number, mark: number): void {
    const value = new Uint8Array(length).fill(mark);
    this.#keys.set(formatKey(key), key);
    this.cache.put(key, value);
    // the entry itself, too, may have had to go before its new value came
    for (const { shown, cause } of this.#logger.takeRemovals()) {
      assert.equal(cause, 'evicted');
      assert.ok(this.#kept.delete(this.#keys.get(shown) ?? ''), `${shown} went, and was not there`);
    }
    this.#kept.set(key, value);
  }

  delete(key: string): void {
    assert.equal(this.cache.delete(key), this.#kept.delete(key));
  }

  clear(): void {
    this.cache.clear();
    this.#kept.clear();
  }

  check(key: string): void {
    const [found, kept] = [this.cache.get(key), this.#kept.get(key)];
    assert.equal(found?.length, kept?.length);
    if (found && kept) assert.equal(Buffer.compare(found, kept), 0);
  }

  checkAll(): void {
    for (const key of this.#kept.keys()) this.check(key);
    assertIntact(this.cache);
    const { currentSize, bytesUsed, maxBytes, puts, evictions, deletes } = this.cache.getStats();
    assert.equal(currentSize, this.#kept.size);
    assert.ok(currentSize <= this.#maxSize);
    assert.ok(bytesUsed <= maxBytes, `${bytesUsed} bytes are in use`);
    assert.ok(puts >= currentSize + evictions + deletes);
  }

  /** The last one that fits is in, one byte more is refused and changes nothing. */
  checkLimit(key: string): void {
    assert.equal(engineOf(this.cache).valueLimit(), this.limit);
    this.put(key, this.limit, 7);
    this.check(key);
    const before = this.cache.getStats();
    assertCacheError(() => this.cache.put(key, new Uint8Array(this.limit + 1)), {
      code: 'ERR_VALUE_TOO_LARGE',
      type: RangeError,
      message: new RegExp(`the value is ${this.limit + 1} bytes, at most ${this.limit} bytes`),
    });
    assert.deepEqual(this.cache.getStats(), before);
    this.checkAll();
  }
}

function within(options: CacheOptions & { maxBytes: number }, run: (pair: Pair, random: Random) => void) {
  return seeded((random) => {
    const pair = new Pair(options);
    try {
      run(pair, random);
    } finally {
      pair.cache.shutdown();
    }
  });
}

/** Some keys are long: they count as much as values. */
function keyOf(index: number): string {
  return `key ${index}`.padEnd(index % 50 === 0 ? LONGEST_KEY - index : 10, '-');
}

function step(pair: Pair, random: Random): void {
  const key = keyOf(random.below(1000));
  const choice = random.below(1000);
  if (choice < 600) pair.put(key, random.spread(1, pair.limit + 1) - 1, random.integer());
  else if (choice < 900) pair.check(key);
  else if (choice < 998) pair.delete(key);
  else pair.clear();
}

describe('random values up to a sixteenth of the budget', () => {
  for (const maxBytes of [MIB, MIB + PAGE + 1, 2 * MIB, 6 * MIB]) {
    for (const shards of [1, 4]) {
      it(
        `${maxBytes} bytes, ${shards} shards`,
        within({ maxSize: 1000, maxBytes, shards }, (pair, random) => {
          for (let count = 0; count < OPERATIONS; count++) {
            step(pair, random);
            if (count % PERIOD === 0) pair.checkAll();
          }
          pair.checkAll();
        }),
      );
    }
  }
});

describe('the largest value always fits', () => {
  const fillings: Record<string, (pair: Pair, random: Random) => void> = {
    'an empty cache': () => {},
    'tiny entries': (pair) => {
      for (let count = 0; count < 12_000; count++) pair.put(`${count}`, 1, count);
    },
    'tiny entries with holes': (pair, random) => {
      for (let count = 0; count < 12_000; count++) pair.put(`${count}`, random.spread(1, 300), count);
      for (let count = 0; count < 12_000; count++)
        if (count % 3 === 0 && pair.cache.has(`${count}`)) pair.delete(`${count}`);
    },
    'values of every size': (pair, random) => {
      for (let count = 0; count < 3000; count++) pair.put(`${count}`, random.spread(1, pair.limit), count);
    },
    'the largest values': (pair) => {
      for (let count = 0; count < 40; count++) pair.put(`${count}`, pair.limit, count);
    },
    'the longest keys': (pair) => {
      for (let count = 0; count < 60; count++) pair.put(`${count}`.padEnd(LONGEST_KEY), 1, count);
    },
  };
  for (const maxBytes of [MIB, 2 * MIB, 8 * MIB]) {
    for (const [name, fill] of Object.entries(fillings)) {
      it(
        `among ${name}, ${maxBytes / MIB} MiB`,
        within({ maxSize: 1000 + maxBytes / 512, maxBytes, shards: 4 }, (pair, random) => {
          fill(pair, random);
          pair.checkLimit('a');
          pair.checkLimit('a'.padEnd(LONGEST_KEY));
        }),
      );
    }
  }
});

describe('a value among smaller ones', () => {
  /** Parts of the budget, and what share of the entries may go for a value of that size: what is in its place, and as
   * much again in the order of use. Of the 16 MiB 10.3 are heap. */
  const parts = [
    [256, 0.025],
    [64, 0.09],
    [16, 0.35],
  ] as const;

  for (const shards of [1, 4, 16]) {
    it(
      `takes a part of them with it that follows its size: ${shards} shards`,
      within({ maxSize: 50_000, maxBytes: 16 * MIB, shards }, (pair, random) => {
        // scattered in the order of their use, so that no stretch of memory is the oldest
        for (let count = 0; count < 100_000; count++)
          pair.put(`${random.below(60_000)}`, random.spread(50, 1000), count);
        for (const [part, most] of parts) {
          const before = pair.cache.size;
          pair.put(`large ${part}`, Math.floor((pair.limit * 16) / part), 7);
          const share = (before + 1 - pair.cache.size) / before;
          assert.ok(share < most, `1/${part}: ${(100 * share).toFixed(2)} % of ${before} have gone`);
        }
        pair.checkAll();
      }),
    );
  }

  it(
    'of the same size takes the place of one of them, however they lie: one goes for one',
    within({ maxSize: 50_000, maxBytes: 16 * MIB, shards: 4 }, (pair, random) => {
      const put = (count: number) => {
        // 7000 is between two boundaries of the heap's classes
        pair.put(`key ${String(count).padStart(8, '0')}`, 7000, count);
        pair.check(`key ${String(Math.max(0, count - random.below(1000))).padStart(8, '0')}`);
      };
      let count = 0;
      while (pair.cache.getStats().evictions === 0) put(count++);
      const full = pair.cache.size;
      for (let more = 0; more < 2000; more++) put(count++);
      assert.ok(pair.cache.size >= full, `${full} had room, ${pair.cache.size} are left`);
      pair.checkAll();
    }),
  );
});
