/**
 * The whole cache in one thread against its twin: values of every kind and size, removals as the logger tells them.
 * Time stands still here (no TTL); test/model/lru.test.ts has it move.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatKey } from '../../src/codec/keys.js';
import { ThreadSafeCache } from '../../src/index.js';
import { assertIntact } from '../support/caches.js';
import { RecordingLogger } from '../support/logger.js';
import { makeValue } from '../support/named-values.js';
import { type Random, seeded } from '../support/random.js';
import { Twin } from '../support/twin.js';

const OPERATIONS = 10_000;
const PERIOD = 500;
const LONGEST_VALUE = 20_000;

class Pair {
  readonly #logger = new RecordingLogger();
  readonly #cache: ThreadSafeCache<string>;
  readonly #twin: Twin<string, unknown>;
  readonly #random: Random;
  readonly #keyCount: number;

  constructor(maxSize: number, shards: number, random: Random) {
    this.#cache = new ThreadSafeCache({
      maxSize,
      shards,
      maxBytes: '64 MiB',
      nearSize: random.pick([0, 1, 5, 1024]),
      cleanupInterval: 0,
      logger: this.#logger,
    });
    this.#twin = new Twin(maxSize);
    this.#random = random;
    this.#keyCount = 2 * maxSize + 2;
  }

  step(): void {
    const key = `key ${this.#random.below(this.#keyCount)}`;
    const choice = this.#random.below(100);
    if (choice < 45) this.#put(key);
    else if (choice < 80) assert.deepEqual(this.#cache.get(key), this.#twin.get(key, 1).value);
    else if (choice < 88) assert.equal(this.#cache.delete(key), this.#twin.delete(key, 1).deleted);
    else if (choice < 94) assert.equal(this.#cache.has(key), this.#twin.has(key, 1));
    else assert.deepEqual(this.#cache.peek(key), this.#twin.peek(key, 1));
    if (this.#random.chance(1 / (50 + 20 * this.#keyCount))) this.#clear();
    assert.equal(this.#cache.size, this.#twin.size);
  }

  compare(): void {
    assertIntact(this.#cache);
    const { hits, misses, puts, deletes, evictions, expiredRemovals } = this.#cache.getStats();
    assert.deepEqual({ hits, misses, puts, deletes, evictions, expired: expiredRemovals }, this.#twin.stats);
    for (const key of this.#twin.keys) assert.deepEqual(this.#cache.peek(key), this.#twin.peek(key, 1));
  }

  end(): void {
    this.#cache.shutdown();
  }

  #put(key: string): void {
    const version = this.#random.integer();
    const length = this.#random.spread(1, LONGEST_VALUE);
    this.#cache.put(key, makeValue(key, version, length));
    const removed = this.#twin.put(key, makeValue(key, version, length), 1, 0);
    assert.deepEqual(
      this.#logger.takeRemovals(),
      removed.map(({ key, cause }) => ({ shown: formatKey(key), cause })),
    );
  }

  #clear(): void {
    this.#cache.clear();
    this.#twin.clear();
  }
}

describe('the cache does what its twin does', () => {
  for (const maxSize of [1, 7, 64, 1000]) {
    for (const shards of [1, 16]) {
      it(
        `maxSize ${maxSize}, ${shards} shards`,
        seeded((random) => {
          const pair = new Pair(maxSize, shards, random);
          try {
            for (let count = 0; count < OPERATIONS; count++) {
              pair.step();
              if (count % PERIOD === 0) pair.compare();
            }
            pair.compare();
          } finally {
            pair.end();
          }
        }),
      );
    }
  }
});
