/**
 * Keys that somebody has chosen so that they collide, in other hash functions: here they are spread as any others are. What is
 * measured is the steps that a lookup takes, and not its time.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type CacheKey, ThreadSafeCache } from '../../src/index.js';
import { assertIntact, contentOf } from '../support/caches.js';
import { Doors } from '../support/structures.js';

const MILLION = 2 ** 20;
const FEW = 4096;
const SHARDS = 16;

const open = await Doors.opener();

/** One of 2^n strings made of n pairs. */
function pairs(index: number, pairCount: number, zero: string, one: string): string {
  let text = '';
  for (let bit = 0; bit < pairCount; bit++) text += (index >> bit) & 1 ? one : zero;
  return text;
}

/** The hash of Java's String, of many others with another factor. */
function polynomial(text: string, factor: number, start: number): number {
  let hash = start;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash, factor) + text.charCodeAt(index);
  return hash >>> 0;
}

interface Measured {
  /** Entries of the fullest shard, over the mean. */
  readonly fullestShard: number;
  readonly longestChain: number;
  /** Steps that a hit takes on the mean. */
  readonly steps: number;
}

/** Walks all chains of a cache. */
function measure(doors: Doors, count: number): Measured {
  const { headerShards, shardStride, headerBucketMask, shardBuckets, entryChainNext } = doors.at;
  const words = new Uint32Array(doors.view.buffer);
  const buckets = doors.u32(headerBucketMask) + 1;
  let [longestChain, fullest, steps] = [0, 0, 0];
  for (let index = 0; index < SHARDS; index++) {
    const start = doors.u32(doors.u32(headerShards) + index * shardStride + shardBuckets) / 4;
    let entries = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      let length = 0;
      for (let at = words[start + bucket] ?? 0; at !== 0; at = words[(at + entryChainNext) / 4] ?? 0)
        length++;
      longestChain = Math.max(longestChain, length);
      steps += (length * (length + 1)) / 2;
      entries += length;
    }
    fullest = Math.max(fullest, entries);
  }
  return { fullestShard: fullest / (count / SHARDS), longestChain, steps: steps / count };
}

/** Stores so many keys, each of which can be read, and measures. */
function fill(count: number, keyOf: (index: number) => CacheKey): Measured {
  const options = { maxSize: count, maxBytes: 160 * count + 2 ** 25, shards: SHARDS, nearSize: 0 };
  const cache = new ThreadSafeCache<CacheKey, number>({ ...options, cleanupInterval: 0 });
  try {
    for (let index = 0; index < count; index++) cache.put(keyOf(index), index);
    assert.equal(cache.size, count);
    assert.equal(cache.getStats().evictions, 0);
    for (let index = 0; index < count; index += 97) assert.equal(cache.get(keyOf(index)), index);
    assertIntact(cache);
    return measure(open(contentOf(cache).memory), count);
  } finally {
    cache.shutdown();
  }
}

/** Chains are those of a hash that spreads evenly: with one bucket or more for each key, none is long. */
function assertSpread(count: number, { fullestShard, longestChain, steps }: Measured): void {
  // eight standard deviations
  const most = 1 + 8 / Math.sqrt(count / SHARDS);
  assert.ok(
    fullestShard < most,
    `the fullest shard has ${fullestShard} of the mean, ${most} is expected at most`,
  );
  assert.ok(longestChain <= 16, `a chain of ${longestChain}`);
  // 1 + load / 2, where the load is at most 1
  assert.ok(steps < 1.6, `${steps} steps`);
}

/** First with few keys: a million in one chain would take hours. */
function check(test: TestContext, count: number, keyOf: (index: number) => CacheKey): void {
  assertSpread(FEW, fill(FEW, keyOf));
  const measured = fill(count, keyOf);
  const { fullestShard, longestChain, steps } = measured;
  const shown = [fullestShard, steps].map((number) => number.toFixed(3));
  test.diagnostic(
    `fullest shard ${shown[0]} of the mean, longest chain ${longestChain}, ${shown[1]} steps to a hit`,
  );
  assertSpread(count, measured);
}

describe('keys that collide elsewhere are as quick as others here', () => {
  it("a million with one hash in Java's String", (test) => {
    const keyOf = (index: number) => pairs(index, 20, 'Aa', 'BB');
    for (const index of [1, 4711, MILLION - 1]) {
      assert.equal(polynomial(keyOf(index), 31, 0), polynomial(keyOf(0), 31, 0));
    }
    check(test, MILLION, keyOf);
  });

  const quarter = 2 ** 16;
  const chosen: Record<string, (index: number) => CacheKey> = {
    'one hash by djb2': (index) => pairs(index, 16, 'Ez', 'FY'),
    'numbers that differ in their high bits only': (index) => (index + 1) * 2 ** 32,
    'numbers 0, 1, 2': (index) => index,
    'multiples of a power of two': (index) => BigInt(index) << 64n,
    'bytes that differ at the end only': (index) => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, index, index >> 8),
    'bytes that differ at the beginning only': (index) =>
      Uint8Array.of(index, index >> 8, 0, 0, 0, 0, 0, 0, 0, 0),
    'zeros of every length': (index) => new Uint8Array(index),
    'sums that are the same': (index) => String.fromCharCode(index % 256, 255 - (index % 256), index >> 8),
  };
  for (const [name, keyOf] of Object.entries(chosen)) {
    const count = name.startsWith('zeros') ? 4096 : quarter;
    it(`${name}: ${count} keys`, (test) => check(test, count, keyOf));
  }

  it('djb2 gives those of the first one hash', () => {
    const hashes = [0, 1, 4711, quarter - 1].map((index) =>
      polynomial(pairs(index, 16, 'Ez', 'FY'), 33, 5381),
    );
    assert.equal(new Set(hashes).size, 1);
  });
});
