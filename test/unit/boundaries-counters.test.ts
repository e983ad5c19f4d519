/** Counters that come to an edge: stamps, versions, epochs and statistics, set to just before it. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThreadSafeCache } from '../../src/index.js';
import { counters } from '../../src/memory/engine.js';
import { assertIntact, contentOf, engineOf, makeCache } from '../support/caches.js';
import { stopClock } from '../support/clock.js';
import { Doors } from '../support/structures.js';

const MAX_SIZE = 50;
const SHARDS = 4;
const LAST_EPOCH = 2 ** 31 - 1;

const open = await Doors.opener();

type Test = Parameters<typeof makeCache>[0];

function make(test: Test): { cache: ThreadSafeCache<string, number>; doors: Doors } {
  const cache = makeCache<string, number>(test, { maxSize: MAX_SIZE, maxBytes: '1 MiB', shards: SHARDS });
  return { cache, doors: open(contentOf(cache).memory) };
}

function setEpoch(doors: Doors, epoch: number): void {
  doors.setU64(doors.at.countWord, BigInt(epoch) << 32n);
}

function epochOf(doors: Doors): number {
  return Number(doors.u64(doors.at.countWord) >> 32n);
}

/** Puts twice as many as fit, reading some of them: what is left is what was used last. */
function useAcross(cache: ThreadSafeCache<string, number>): void {
  cache.put('kept', -1);
  for (let count = 0; count < 2 * MAX_SIZE; count++) {
    cache.put(`${count}`, count);
    assert.equal(cache.get('kept'), -1);
    const oldest = count - MAX_SIZE + 2;
    assert.equal(cache.has(`${oldest}`), oldest >= 0, `${oldest} after ${count}`);
    assert.equal(cache.has(`${oldest - 1}`), false, `${oldest - 1} after ${count}`);
  }
  assertIntact(cache);
}

describe('stamps', () => {
  for (const edge of [2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n]) {
    it(`across ${edge}: the order of use stays what it is`, (test) => {
      const { cache, doors } = make(test);
      doors.setU64(doors.at.stampWord, edge - BigInt(MAX_SIZE));
      useAcross(cache);
      assert.ok(doors.u64(doors.at.stampWord) > edge);
    });
  }
});

/** Of the entries of a shard. */
function versionsIn(doors: Doors, index: number): bigint[] {
  const { at } = doors;
  const shard = doors.u32(at.headerShards) + index * at.shardStride;
  const versions: bigint[] = [];
  for (
    let entry = doors.u32(shard + at.entryLruNext);
    entry !== shard;
    entry = doors.u32(entry + at.entryLruNext)
  ) {
    versions.push(doors.u64(entry + at.entryVersion));
  }
  return versions;
}

describe('versions', () => {
  for (const edge of [2n ** 22n, 2n ** 32n, 2n ** 52n]) {
    it(`a shard's sequence across ${edge}: what the near tier holds is never stale`, (test) => {
      const { cache, doors } = make(test);
      const locks = Array.from(
        { length: SHARDS },
        (_, index) => doors.u32(doors.at.headerShards) + index * doors.at.shardStride + doors.at.LOCK_OFFSET,
      );
      for (const lock of locks) doors.setU64(lock, (edge - 8n) << 10n);
      for (let round = 0; round < 200; round++) {
        for (const key of ['a', 'b', 'c', 'd']) {
          cache.put(key, round);
          for (let turn = 0; turn < 3; turn++) assert.equal(cache.get(key), round);
        }
      }
      useAcross(cache);
      for (const [index, lock] of locks.entries()) {
        assert.ok(doors.u64(lock) >> 10n > edge, `shard ${index} is at ${doors.u64(lock)}`);
        const versions = versionsIn(doors, index);
        // by the luck of the hash one may hold nothing
        assert.ok(
          versions.length === 0 || versions.some((version) => version > edge),
          `shard ${index}: ${versions}`,
        );
      }
    });
  }
});

describe('epochs', () => {
  it('over the last one, back to 0: each clear empties the cache', (test) => {
    const { cache, doors } = make(test);
    setEpoch(doors, LAST_EPOCH - 2);
    for (const expected of [LAST_EPOCH - 1, LAST_EPOCH, 0, 1, 2]) {
      for (let count = 0; count < 2 * MAX_SIZE; count++) cache.put(`${expected} ${count}`, count);
      for (let turn = 0; turn < 3; turn++) assert.equal(cache.get(`${expected} 99`), 99);
      cache.clear();
      assert.equal(epochOf(doors), expected);
      assert.equal(cache.size, 0);
      for (let count = 0; count < 2 * MAX_SIZE; count++) {
        assert.equal(cache.get(`${expected} ${count}`), undefined);
        assert.equal(cache.has(`${expected} ${count}`), false);
      }
      assertIntact(cache);
    }
    useAcross(cache);
  });

  it('in the last one the cache can be closed, and after it it is not', (test) => {
    const { cache, doors } = make(test);
    setEpoch(doors, LAST_EPOCH);
    cache.put('a', 1);
    cache.clear();
    cache.put('a', 2);
    assert.equal(cache.get('a'), 2);
    setEpoch(doors, LAST_EPOCH);
    cache.shutdown();
    assert.throws(() => cache.get('a'), { code: 'ERR_CACHE_CLOSED' });
    assert.equal(engineOf(cache).size(), -2);
  });

  it('with leftovers of the last one in the first: they are never seen, and leave', (test) => {
    const clock = stopClock(test);
    const { cache, doors } = make(test);
    setEpoch(doors, LAST_EPOCH);
    for (let count = 0; count < MAX_SIZE; count++) cache.put(`${count}`, count, 1);
    cache.clear();
    assert.equal(epochOf(doors), 0);
    assert.ok(doors.call.recordsUsed() > 40, 'they are still there');
    for (let count = 0; count < MAX_SIZE; count += 2) cache.put(`${count}`, -count);
    for (let count = 0; count < MAX_SIZE; count++) {
      assert.equal(cache.get(`${count}`), count % 2 === 0 ? -count : undefined);
    }
    clock.pass(2);
    assert.equal(cache.size, MAX_SIZE / 2);
    assertIntact(cache);
    const { evictions, expiredRemovals } = cache.getStats();
    assert.deepEqual({ evictions, expiredRemovals }, { evictions: 0, expiredRemovals: 0 });
    for (let count = 0; count < 400; count++) cache.clear();
    assert.equal(doors.call.recordsUsed(), 0);
  });

  for (const shards of [1, 4, 64]) {
    it(`${shards} shards: clears alone take every leftover away, long before an epoch comes again`, (test) => {
      const maxSize = 2000;
      const cache = makeCache(test, { maxSize, maxBytes: '4 MiB', shards });
      const doors = open(contentOf(cache).memory);
      for (let count = 0; count < maxSize; count++) cache.put(count, count);
      // two of one shard at each clear: as many as the fullest shard can hold
      const clears = shards * (doors.u32(doors.at.headerRecordsPerShard) / 2 + 1);
      assert.ok(clears < 2 ** 31);
      for (let count = 0; count < clears; count++) cache.clear();
      assert.equal(doors.call.recordsUsed(), 0);
      assert.equal(doors.call.heapUsed(), 0);
      assertIntact(cache);
    });
  }
});

describe('statistics', () => {
  for (const edge of [2 ** 32, 2 ** 48]) {
    it(`go on counting over ${edge}`, (test) => {
      const clock = stopClock(test);
      const { cache, doors } = make(test);
      const slot = engineOf(cache).slotAddress(0) >>> 0;
      const before = Object.fromEntries(counters.map((name) => [name, edge - 1]));
      for (const [index, name] of counters.entries()) {
        doors.setU64(slot + doors.at.slotHits + index * 8, BigInt(before[name] ?? 0));
      }
      for (let count = 0; count < MAX_SIZE + 3; count++) cache.put(`${count}`, count);
      for (let count = 0; count < 5; count++) cache.get('50');
      for (let count = 0; count < 7; count++) cache.get('none');
      for (let count = 10; count < 14; count++) cache.delete(`${count}`);
      cache.put('short', 1, 1);
      clock.pass(2);
      assert.equal(cache.get('short'), undefined);
      const stats = cache.getStats();
      assert.equal(stats.hits, edge - 1 + 5);
      assert.equal(stats.misses, edge - 1 + 8);
      assert.equal(stats.puts, edge - 1 + MAX_SIZE + 4);
      assert.equal(stats.deletes, edge - 1 + 4);
      assert.equal(stats.evictions, edge - 1 + 3);
      assert.equal(stats.expiredRemovals, edge - 1 + 1);
      assert.equal(stats.totalRequests, 2 * (edge - 1) + 13);
      assert.ok(Math.abs(stats.hitRate - 0.5) < 1e-6);
    });
  }
});
