/**
 * The engine against its twin: random operations with a time of their own; every result, every removal and its order,
 * the content and the statistics must be the same.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Driver } from '../support/driver.js';
import { type Random, seeded } from '../support/random.js';
import { Twin } from '../support/twin.js';

const OPERATIONS = 25_000;
/** Operations between two comparisons of everything. */
const PERIOD = 500;

const PAGES = 256;

/** µs: the most that passes between two operations, and the longest time to live. */
interface Pace {
  readonly step: number;
  readonly ttl: number;
}
const quick: Pace = { step: 2000, ttl: 100_000 };
/** Up to 100 years, and through every level of the timing wheel. */
const slow: Pace = { step: 2 ** 39, ttl: 3_155_760_000_000_000 };

/** Driver and twin side by side. Each operation is done with both and must have the same outcome. */
class Pair {
  now: number;
  readonly #driver: Driver;
  readonly #twin: Twin<string, Uint8Array>;
  readonly #random: Random;
  readonly #pace: Pace;
  readonly #maxSize: number;
  readonly #keyCount: number;

  constructor(maxSize: number, shards: number, pace: Pace, random: Random) {
    this.now = random.spread(1, 2 ** 48);
    this.#driver = new Driver({ maxSize, shards, pages: PAGES, start: this.now, random });
    this.#twin = new Twin(maxSize);
    this.#random = random;
    this.#pace = pace;
    this.#maxSize = maxSize;
    this.#keyCount = 2 * maxSize + 2;
  }

  step(): void {
    const random = this.#random;
    if (random.chance(0.5)) this.now += random.spread(1, this.#pace.step);
    if (random.chance(1 / (50 + 20 * this.#maxSize))) this.clear();
    const key = this.#key(random.below(this.#keyCount));
    const choice = random.below(1000);
    if (choice < 420) this.put(key, choice < 210 ? 0 : random.spread(1, this.#pace.ttl));
    else if (choice < 750) assert.deepEqual(this.#driver.get(key, this.now), this.#twin.get(key, this.now));
    else if (choice < 830)
      assert.deepEqual(this.#driver.delete(key, this.now), this.#twin.delete(key, this.now));
    else if (choice < 900) assert.equal(this.#driver.has(key, this.now), this.#twin.has(key, this.now));
    else if (choice < 990) assert.deepEqual(this.#driver.peek(key, this.now), this.#twin.peek(key, this.now));
    else this.clean();
    assert.equal(this.#driver.size, this.#twin.size);
  }

  put(key: string, ttl: number): void {
    const value = new Uint8Array(this.#random.spread(1, 300)).fill(this.#random.integer());
    assert.deepEqual(this.#driver.put(key, value, this.now, ttl), this.#twin.put(key, value, this.now, ttl));
  }

  clear(): void {
    this.#driver.clear(this.now);
    this.#twin.clear();
  }

  /** The cleaner may leave what became due within the last tick, and must not touch what is not due. */
  clean(): void {
    for (const { key, cause } of this.#driver.clean(this.now)) {
      assert.equal(cause, 'expired');
      assert.ok(this.#twin.expire(String(key), this.now), `${key} was not due`);
    }
    assert.deepEqual(this.#twin.dueBefore(Math.floor(this.now / 1024) * 1024), []);
  }

  compare(): void {
    this.#driver.verify();
    const { hits, misses, puts, deletes, evictions, expired, ...others } = this.#driver.stats;
    const stats = { hits, misses, puts, deletes, evictions, expired };
    assert.deepEqual([...new Set(Object.values(others))], [0]);
    assert.deepEqual(stats, this.#twin.stats);
    for (let index = 0; index < this.#keyCount; index++) {
      const key = this.#key(index);
      assert.deepEqual(this.#driver.peek(key, this.now), this.#twin.peek(key, this.now));
    }
  }

  /** Fills the cache, uses some of it, and lets new entries push out all others: both go in the same order. */
  drain(): void {
    for (let index = 0; index < this.#keyCount; index++) this.put(this.#key(index), 0);
    for (let count = 0; count < this.#maxSize; count++) {
      const key = this.#key(this.#random.below(this.#keyCount));
      assert.deepEqual(this.#driver.get(key, this.now), this.#twin.get(key, this.now));
    }
    for (let index = 0; index < this.#maxSize; index++) this.put(`new ${index}`, 0);
    this.compare();
  }

  /** That the operations were not all of one kind. */
  assertVaried(): void {
    for (const [name, count] of Object.entries(this.#twin.stats)) assert.ok(count > 100, `${count} ${name}`);
  }

  /** Long and short keys, some of them wide. */
  #key(index: number): string {
    if (index % 7 === 3) return `${index} `.repeat(1 + (index % 50));
    return index % 7 === 5 ? `ключ ${index}` : `key ${index}`;
  }
}

function runs(maxSize: number, shards: number, pace: Pace): () => void {
  return seeded((random) => {
    const pair = new Pair(maxSize, shards, pace, random);
    for (let count = 0; count < OPERATIONS; count++) {
      pair.step();
      if (count % PERIOD === 0) pair.compare();
    }
    pair.compare();
    pair.drain();
    pair.assertVaried();
  });
}

describe('the engine does what its twin does', () => {
  for (const maxSize of [1, 2, 3, 7, 64, 1000]) {
    for (const shards of [1, 4, 16]) {
      it(`maxSize ${maxSize}, ${shards} shards`, runs(maxSize, shards, quick));
    }
  }
});

describe('also over a hundred years', () => {
  for (const [maxSize, shards] of [
    [3, 1],
    [64, 4],
    [1000, 16],
  ] as const) {
    it(`maxSize ${maxSize}, ${shards} shards`, runs(maxSize, shards, slow));
  }
});
