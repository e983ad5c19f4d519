/** The twin itself, held against lru-cache: what it says of an exact LRU cache with deadlines is what others say too. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LRUCache } from 'lru-cache';
import { type Random, seeded } from '../support/random.js';
import { Twin } from '../support/twin.js';

const OPERATIONS = 20_000;

/** lru-cache calls an entry stale after its TTL, not at it; and takes 0 for none, like the twin. */
function ttlForLruCache(ttl: number): number {
  return ttl === 0 ? 0 : ttl - 1;
}

function compare(maxSize: number, random: Random): void {
  let now = 1;
  const evicted: number[] = [];
  const twin = new Twin<number, number>(maxSize);
  const other = new LRUCache<number, number>({
    max: maxSize,
    ttlResolution: 0,
    perf: { now: () => now },
    dispose: (_value, key, reason) => {
      if (reason === 'evict') evicted.push(key);
    },
  });
  for (let count = 0; count < OPERATIONS; count++) {
    if (random.chance(0.5)) now += random.below(10);
    const key = random.below(2 * maxSize + 2);
    const choice = random.below(100);
    if (choice < 45) {
      const ttl = random.chance(0.5) ? 0 : random.between(2, 1000);
      const removed = twin.put(key, count, now, ttl).map((removal) => removal.key);
      other.set(key, count, { ttl: ttlForLruCache(ttl) });
      // an expired entry of the same key is replaced there, removed here
      assert.deepEqual(
        removed.filter((each) => each !== key),
        evicted.splice(0),
      );
    } else if (choice < 80) assert.equal(twin.get(key, now).value, other.get(key));
    else if (choice < 85) assert.equal(twin.peek(key, now), other.peek(key));
    else if (choice < 90) assert.equal(twin.has(key, now), other.has(key));
    else if (choice < 99) {
      const expired = !twin.has(key, now) && twin.keys.includes(key);
      assert.equal(twin.delete(key, now).deleted || expired, other.delete(key));
    } else if (random.chance(0.1)) {
      twin.clear();
      other.clear();
      evicted.length = 0;
    }
    assert.equal(twin.size, other.size);
  }
  const keys = [...other.rkeys()];
  assert.deepEqual(
    twin.keys.filter((key) => twin.has(key, now)),
    keys,
  );
}

describe('the twin does what lru-cache does', () => {
  for (const maxSize of [1, 2, 7, 64]) {
    it(
      `maxSize ${maxSize}`,
      seeded((random) => compare(maxSize, random)),
    );
  }
});
