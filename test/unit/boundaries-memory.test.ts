/** Memory to its last byte: budgets that are just accepted, a heap without one free block, addresses from 2 GiB to 4 GiB. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ThreadSafeCache } from '../../src/index.js';
import { REPORT, Status } from '../../src/memory/engine.js';
import { readRemoval } from '../../src/memory/removal.js';
import { Seat } from '../../src/memory/seat.js';
import { assertIntact, contentOf, engineOf, makeCache } from '../support/caches.js';
import { Driver } from '../support/driver.js';
import { assertCacheError } from '../support/errors.js';
import { seeded } from '../support/random.js';
import { Doors } from '../support/structures.js';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const GIB = 2 ** 30;
const PAGE = 2 ** 16;
const LONGEST_KEY = 65_536;
const BLOCK_HEADER = 8;
const MIN_BLOCK = 24;
const FREE = 1;

const open = await Doors.opener();

/** The smallest budget that the constructor accepts, by what it says and by trying. */
function smallestBudget(maxSize: number, shards: number): number {
  const make = (maxBytes: number) =>
    new ThreadSafeCache({ maxSize, shards, maxBytes, cleanupInterval: 0 }).shutdown();
  let named = MIB;
  try {
    make(MIB);
  } catch (error) {
    named = Number(/maxBytes of at least (\d+) is required/.exec(String(error))?.[1]);
  }
  make(named);
  assertCacheError(() => make(named - 1), { code: 'ERR_INVALID_OPTION', type: RangeError });
  return named;
}

describe('the smallest budget that is accepted', () => {
  for (const [maxSize, shards] of [
    ...([
      [1, 1],
      [1, 64],
      [1000, 64],
      [7000, 4],
      [7000, 64],
    ] as const),
    ...([
      [10_000, 1],
      [10_000, 16],
      [60_000, 64],
      [100_000, 1],
      [200_000, 4],
    ] as const),
  ]) {
    it(`maxSize ${maxSize}, ${shards} shards: the longest key with a value of a sixteenth always fits`, (test) => {
      const maxBytes = smallestBudget(maxSize, shards);
      const cache = makeCache<string, Uint8Array>(test, { maxSize, shards, maxBytes });
      const limit = maxBytes / 16;
      assert.equal(engineOf(cache).valueLimit(), limit);
      const large = new Uint8Array(limit).fill(1);
      const small = new Uint8Array(100).fill(2);
      for (const name of ['a', 'b', 'c']) {
        const key = name.padEnd(LONGEST_KEY);
        cache.put(key, large);
        assert.equal(Buffer.compare(cache.get(key) ?? small, large), 0);
        // the next one comes into a memory full of small ones, and small ones into what is left
        for (let count = 0; count < Math.min(12_000, 2 * maxSize); count++)
          cache.put(`${name}${count}`, small);
        assert.equal(cache.size <= maxSize, true);
        assertIntact(cache);
      }
      assertCacheError(() => cache.put('a', new Uint8Array(limit + 1)), {
        code: 'ERR_VALUE_TOO_LARGE',
        type: RangeError,
      });
      const { bytesUsed } = cache.getStats();
      assert.ok(bytesUsed <= maxBytes, `${bytesUsed} of ${maxBytes} bytes`);
    });
  }
});

/** Sizes of the free blocks of all arenas. */
function freeSizes(doors: Doors): number[] {
  const { headerArenaCount, headerArenas, arenaStride, arenaStart, arenaEnd } = doors.at;
  const sizes: number[] = [];
  for (let index = 0; index < doors.u32(headerArenaCount); index++) {
    const arena = doors.u32(headerArenas) + index * arenaStride;
    const end = doors.u32(arena + arenaEnd);
    let size = 0;
    for (let block = doors.u32(arena + arenaStart); block < end; block += size) {
      const info = doors.u32(block);
      size = (info & ~7) >>> 0;
      if (info & FREE) sizes.push(size);
    }
  }
  return sizes;
}

describe('a heap without one free byte', () => {
  const keyOf = (count: number) => String(count).padStart(6, '0');

  it(
    'holds all that was put, and the next put takes only what it needs',
    seeded((random) => {
      const driver = new Driver({ maxSize: 40_000, shards: 4, pages: 128, start: 1, random });
      const doors = open(driver.seat.memory);
      // the first free block of each arena goes down from the whole of it to nothing
      let count = 0;
      for (let rest = freeSizes(doors); rest.length > 0; rest = freeSizes(doors)) {
        const largest = Math.max(...rest);
        // what is found is at least as large as its class: small blocks can be taken whole
        const block = largest > 8 * KIB + 512 ? 8 * KIB : largest > 256 ? 224 : largest;
        const length = block - BLOCK_HEADER - 6;
        assert.deepEqual(driver.put(keyOf(count), new Uint8Array(length).fill(count), 1, 0), []);
        count++;
      }
      assert.equal(driver.size, count);
      driver.verify();
      for (let each = 0; each < count; each++) {
        const value = driver.peek(keyOf(each), 1);
        assert.ok(
          value?.every((byte) => byte === (each & 255)),
          keyOf(each),
        );
      }
      // the oldest goes, for one that fits into its place
      const removed = driver.put('next', new Uint8Array(1000), 1, 0);
      assert.deepEqual(removed, [{ key: keyOf(0), cause: 'evicted' }]);
      driver.verify();
    }),
  );

  it(
    'of the smallest blocks: as many as there is room for, less than one block is left over in each arena',
    seeded((random) => {
      const driver = new Driver({ maxSize: 200_000, shards: 1, pages: 320, start: 1, random });
      const doors = open(driver.seat.memory);
      const capacity = freeSizes(doors).reduce((sum, size) => sum + Math.floor(size / MIN_BLOCK), 0);
      assert.ok(capacity < 200_000, `${capacity} fit`);
      const value = new Uint8Array(MIN_BLOCK - BLOCK_HEADER - 6);
      for (let count = 0; count < capacity; count++) {
        assert.deepEqual(driver.put(keyOf(count), value, 1, 0), [], `${count} of ${capacity}`);
      }
      assert.deepEqual(freeSizes(doors), []);
      assert.equal(driver.size, capacity);
      assert.equal(driver.put('xxxxxx', value, 1, 0).length, 1);
      driver.verify();
    }),
  );
});

/** Seats of this thread beside the cache's own: each takes its blocks from another arena first. */
function seatsOn(cache: ThreadSafeCache, count: number): Seat[] {
  const { module, memory } = contentOf(cache);
  return Array.from({ length: count }, () => new Seat(module, memory));
}

/** Takes memory without writing to it: an entry whose value the host has not copied. */
function putUntouched(seat: Seat, name: string, length: number): void {
  const key = seat.keyScratch.write(name, 'latin1') * 8;
  for (const call of [
    () => seat.engine.reserve(key, length * 8 + 2, 1, REPORT),
    () => seat.engine.put(key, length * 8 + 2, 1, 0, REPORT),
  ]) {
    let result = call();
    for (; result === Status.REMOVED; result = call()) readRemoval(seat);
    assert.equal(result, Status.OK);
  }
}

/** How much of the memory around 2 GiB, and at the end of each arena, is left for what the test puts. */
const GAP = 3 * MIB;

/** Fills 4 GiB but for gaps around 2 GiB and at the end of each arena, without touching what it fills. */
function fillUntouched(cache: ThreadSafeCache, doors: Doors): void {
  const seats = seatsOn(cache, 4);
  const { headerArenas, arenaStride, arenaStart, arenaEnd } = doors.at;
  const place = (at: number, target: number, seat: Seat, name: string) => {
    for (let count = 0; target - at > PAGE; count++) {
      // a large one is found by its rounded size: near the end of the arena only smaller ones are
      const most = target - at > 600 * MIB ? engineOf(cache).valueLimit() : 60 * MIB;
      const length = Math.min(most, target - at - BLOCK_HEADER - 16);
      putUntouched(seat, `${name}-${count}`.padEnd(8), length);
      at += BLOCK_HEADER + 8 + length + ((8 - (length % 8)) % 8);
    }
    return at;
  };
  for (let index = 0; index < 4; index++) {
    const arena = doors.u32(headerArenas) + index * arenaStride;
    const [start, end] = [doors.u32(arena + arenaStart), doors.u32(arena + arenaEnd)];
    const seat = seats.find((each) => ((each.index + 1) & 3) === index) as Seat;
    if (start > 2 * GIB || end < 2 * GIB) {
      place(start, end - GAP, seat, `${index}`);
      continue;
    }
    const from = place(start, 2 * GIB - GAP / 2, seat, 'below');
    const to = place(from, 2 * GIB + GAP / 2, seat, 'gap');
    place(to, end - GAP, seat, 'above');
    cache.delete('gap-0'.padEnd(8));
  }
  for (const seat of seats) seat.leave();
}

/** Where the blocks of all entries begin and end. */
function blocksOf(doors: Doors, shards: number): { start: number; end: number }[] {
  const blocks: { start: number; end: number }[] = [];
  const { headerShards, shardStride, entryLruNext, entryBlock } = doors.at;
  for (let index = 0; index < shards; index++) {
    const shard = doors.u32(headerShards) + index * shardStride;
    for (let at = doors.u32(shard + entryLruNext); at !== shard; at = doors.u32(at + entryLruNext)) {
      const start = doors.u32(at + entryBlock);
      blocks.push({ start, end: start + ((doors.u32(start) & ~7) >>> 0) });
    }
  }
  return blocks;
}

describe('4 GiB', () => {
  it('keys and values on both sides of 2 GiB, across it, and up to the end', (test) => {
    const evicted: string[] = [];
    const ignore = () => {};
    const logger = { info: ignore, warn: ignore, error: ignore, debug: (line: string) => evicted.push(line) };
    const cache = makeCache<string>(test, { maxSize: 1000, maxBytes: 4 * GIB, shards: 64, logger });
    const doors = open(contentOf(cache).memory);
    assert.equal(engineOf(cache).valueLimit(), 256 * MIB);
    fillUntouched(cache, doors);
    assertIntact(cache);
    const kept = new Map<string, string>();
    const lengths = [0, 1, 100, 8192, 8193, 20_000, 65_536, 100_000, 300_000];
    for (let round = 0; round < 20; round++) {
      for (const [index, length] of lengths.entries()) {
        const key = `${round}:${index}`.padEnd(index === 3 ? LONGEST_KEY : 8);
        const text = `${round % 10}`.repeat(length);
        cache.put(key, text);
        kept.set(key, text);
      }
    }
    const blocks = blocksOf(doors, 64).filter(({ start, end }) => end - start < MIB);
    assert.ok(
      blocks.some(({ start, end }) => start < 2 * GIB && end > 2 * GIB),
      'none lies across 2 GiB',
    );
    assert.ok(
      blocks.some(({ start }) => start > 4 * GIB - 48 * MIB),
      'none lies near 4 GiB',
    );
    assertIntact(cache);
    for (const [key, text] of kept) {
      assert.equal(cache.get(key), text);
      assert.equal(cache.get(key), text);
      assert.equal(cache.peek(key), text);
    }
    // more entries than may be: those that go are told by their keys
    for (let count = 0; count < 900; count++) cache.put(`more ${count}`, 'x'.repeat(2000));
    const gone = [...kept.keys()].filter((key) => !cache.has(key));
    assert.ok(gone.length > 50, `${gone.length} have gone`);
    const told = new Set(evicted.map((line) => /evicted "(?<name>\S+) /.exec(line)?.groups?.['name']));
    for (const key of gone) assert.ok(told.has(key.trim()), `${key.trim()} has gone, and nobody was told`);
    assertIntact(cache);
    for (const key of [...kept.keys(), 'below-0'.padEnd(8), 'above-0'.padEnd(8), '3-0'.padEnd(8)])
      cache.delete(key);
    assertIntact(cache);
  });

  it('records above 2 GiB', (test) => {
    const [maxSize, shards] = [40_000_000, 64];
    const cache = makeCache<number, string>(test, { maxSize, maxBytes: 4 * GIB, shards });
    const doors = open(contentOf(cache).memory);
    for (let count = 0; count < 5000; count++) cache.put(count, `${count}`);
    for (let count = 0; count < 5000; count += 3) assert.equal(cache.delete(count), true);
    // the near tier keeps addresses of records
    for (let turn = 0; turn < 4; turn++) {
      for (let count = 0; count < 5000; count++) {
        assert.equal(cache.get(count), count % 3 === 0 ? undefined : `${count}`);
      }
    }
    const { headerShards, shardStride, entryLruNext } = doors.at;
    const newest = Array.from({ length: shards }, (_, index) =>
      doors.u32(doors.u32(headerShards) + index * shardStride + entryLruNext),
    );
    assert.ok(newest.filter((record) => record > 2 * GIB).length > 10);
    assert.equal(cache.size, 3333);
  });
});
