/**
 * What a thread does that finds something taken by one that is gone, cut off, or in no hurry: locks of the dead are taken
 * over, claims that last are lifted, and memory that others have in hand is waited for, but not for ever. Threads that
 * die by themselves leave none of this behind; here it is written into the memory.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { CacheOptions, ThreadSafeCache } from '../../src/index.js';
import { REPORT, Status } from '../../src/memory/engine.js';
import { Seat } from '../../src/memory/seat.js';
import { assertIntact, contentOf, makeCache } from '../support/caches.js';
import { assertCacheError } from '../support/errors.js';
import { RecordingLogger } from '../support/logger.js';
import { Random } from '../support/random.js';
import { Remote } from '../support/remote.js';
import { Doors } from '../support/structures.js';

const MIB = 2 ** 20;
const LONGEST = MIB / 16;
/** The lock word is {sequence: 54, owner: 10}, LOCK_OFFSET behind the start of a shard or arena. */
const LOCK = 64;

/** A number that no slot here has. */
const NOBODY = 200;

const REBUILT = 'a thread died inside the cache; rebuilt 1 part(s) of it, entries may be lost';

const open = await Doors.opener();

/** A cache without a cleaner, its log, and the view of its memory. */
function prepare(test: TestContext, options: Partial<CacheOptions> = {}) {
  const logger = new RecordingLogger();
  const cache = makeCache<string, unknown>(test, {
    maxSize: 100,
    maxBytes: MIB,
    shards: 1,
    logger,
    ...options,
  });
  return { cache, logger, doors: open(contentOf(cache).memory) };
}

/** A line without the name of its cache. */
function whatItSays(line: string): string {
  return line.slice(line.indexOf(': ') + 2);
}

/** Take-overs are told when the operation that has met them is through. */
async function told(): Promise<void> {
  await Promise.resolve();
}

/** Writes an owner into the lock at an address: that of a thread slot, by its number. */
function lock(cache: ThreadSafeCache, address: number, number: number): void {
  const words = new BigUint64Array(contentOf(cache).memory.buffer, address + LOCK, 1);
  Atomics.or(words, 0, BigInt(number));
}

/** Takes the owner out of the lock at an address. */
function unlock(cache: ThreadSafeCache, address: number): void {
  const words = new BigUint64Array(contentOf(cache).memory.buffer, address + LOCK, 1);
  Atomics.and(words, 0, ~1023n);
}

/** Another seat of this thread, in no hurry with anything. */
function seatOn(test: TestContext, cache: ThreadSafeCache): Seat {
  const { module, memory } = contentOf(cache);
  const seat = new Seat(module, memory);
  test.after(() => seat.leave());
  return seat;
}

describe('a lock that a dead thread has left', () => {
  /** Attaches a thread, terminates it, and gives the number of its slot, which nobody has given back. */
  async function deadNumber(cache: ThreadSafeCache): Promise<number> {
    const remote = await Remote.start();
    await remote.ask('attach', cache.handle);
    await remote.terminate();
    assert.equal(cache.getStats().threads, 2);
    // the first free one: this thread has slot 0
    return 2;
  }

  it('of a shard: the shard is emptied, the log and the statistics tell', async (test) => {
    const { cache, logger, doors } = prepare(test);
    for (let count = 0; count < 50; count++) cache.put(`${count}`, 'x'.repeat(500));
    lock(cache, doors.u32(doors.at.headerShards), await deadNumber(cache));
    assert.equal(cache.get('1'), undefined);
    const { rebuilds, currentSize, threads } = cache.getStats();
    assert.deepEqual({ rebuilds, currentSize, threads }, { rebuilds: 1, currentSize: 0, threads: 1 });
    await told();
    assert.deepEqual(logger.at('warn').map(whatItSays), [REBUILT]);
    assertIntact(cache);
    cache.put('1', 'again');
    assert.equal(cache.get('1'), 'again');
  });

  it('of an arena: no entry is lost', async (test) => {
    const { cache, doors } = prepare(test);
    for (let count = 0; count < 50; count++) cache.put(`${count}`, 'x'.repeat(500));
    lock(cache, doors.u32(doors.at.headerArenas), await deadNumber(cache));
    cache.put('more', 'y');
    const { rebuilds, currentSize } = cache.getStats();
    assert.deepEqual({ rebuilds, currentSize }, { rebuilds: 1, currentSize: 51 });
    for (let count = 0; count < 50; count++) assert.equal(cache.get(`${count}`), 'x'.repeat(500));
    assertIntact(cache);
  });
});

it('an emptied shard’s blocks are looked for also in an arena that somebody has locked', (test) => {
  const { cache, doors } = prepare(test);
  for (let count = 0; count < 50; count++) cache.put(`${count}`, 'x'.repeat(500));
  const [seat, other] = [seatOn(test, cache), seatOn(test, cache)];
  const arena = doors.u32(doors.at.headerArenas);
  lock(cache, doors.u32(doors.at.headerShards), NOBODY);
  lock(cache, arena, other.index + 1);
  assert.equal(seat.engine.rebuildOwnedBy(NOBODY), 1);
  // whoever gives a slot back comes to it, also for another thread
  assert.equal(seat.engine.emptyHands(), Status.BUSY);
  assert.equal(seat.field(seat.places.slotBusyOwner), other.index + 1);
  unlock(cache, arena);
  assert.equal(other.engine.emptyHands(), Status.OK);
  assert.equal(seat.engine.emptyHands(), Status.OK);
  assertIntact(cache);
});

it('a lock that this thread itself has left, in a call that was cut off, is taken over by it', async (test) => {
  const { cache, logger, doors } = prepare(test);
  cache.put('a', 'x');
  lock(cache, doors.u32(doors.at.headerShards), 1);
  assert.equal(cache.has('a'), false);
  assert.equal(cache.getStats().rebuilds, 1);
  await told();
  assert.deepEqual(logger.at('warn').map(whatItSays), [REBUILT]);
  assertIntact(cache);
});

const quiet = { debug: () => undefined, info: () => undefined, error: () => undefined };

it('a logger that is told of a take-over may call the cache: the operation under way is not disturbed', async (test) => {
  const warned: string[] = [];
  const warn = (line: string) => {
    warned.push(whatItSays(line));
    cache.put('another key', 'another value');
  };
  const { cache, doors } = prepare(test, { logger: { ...quiet, warn } });
  lock(cache, doors.u32(doors.at.headerShards), 1);
  cache.put('key', 'value');
  await told();
  assert.deepEqual(warned, [REBUILT]);
  assert.deepEqual(Object.fromEntries(cache.entries()), { key: 'value', 'another key': 'another value' });
  assertIntact(cache);
});

it('a reader whose hold has lapsed does not end that of another', (test) => {
  const { cache } = prepare(test);
  cache.put('a', 'x'.repeat(10_000));
  const key = 1 * 8;
  const [first, second] = [seatOn(test, cache), seatOn(test, cache)];
  for (const seat of [first, second]) {
    seat.keyScratch.write('a');
    assert.equal(seat.engine.peek(key, 1), Status.LARGE);
  }
  assert.equal(first.engine.hold(1, 10), Status.OK);
  assert.equal(second.engine.hold(20, 100), Status.OK);
  assert.equal(first.engine.endHold(10), Status.OK);
  assert.equal(first.engine.deleteKey(key, 30), Status.BUSY);
  assert.equal(second.engine.endHold(100), Status.OK);
  assert.equal(first.engine.deleteKey(key, 30), Status.OK);
});

it('a removal waits for the block of the one before, which cannot be freed yet', (test) => {
  const { cache, doors } = prepare(test);
  for (const key of ['a', 'b']) cache.put(key, 'x'.repeat(100));
  const [seat, other] = [seatOn(test, cache), seatOn(test, cache)];
  const remove = (key: string) => seat.engine.deleteKey(seat.keyScratch.write(key, 'latin1') * 8, 1);
  const arena = doors.u32(doors.at.headerArenas);
  lock(cache, arena, other.index + 1);
  assert.equal(remove('a'), Status.OK);
  assert.equal(remove('b'), Status.BUSY);
  unlock(cache, arena);
  assert.equal(remove('b'), Status.OK);
  assert.equal(cache.size, 0);
  assertIntact(cache);
});

it('a thread that leaves waits for the shard in which it loads a key', (test) => {
  const { cache, doors } = prepare(test);
  const [seat, other] = [seatOn(test, cache), seatOn(test, cache)];
  const now = 1;
  const claim = (one: Seat) => one.engine.claimFlight(one.keyScratch.write('a') * 8, now, now, 1000);
  const shard = doors.u32(doors.at.headerShards);
  assert.equal(claim(seat), Status.OK);
  lock(cache, shard, other.index + 1);
  assert.equal(seat.engine.dropFlights(seat.index + 1), Status.BUSY);
  unlock(cache, shard);
  assert.equal(claim(other), Status.FLYING);
  assert.equal(seat.engine.dropFlights(seat.index + 1), Status.OK);
  assert.equal(claim(other), Status.OK);
});

it('a large value whose time is over, or that was cleared, is not given out once it is copied', (test) => {
  const { cache } = prepare(test);
  cache.put('a', 'x'.repeat(10_000), 60);
  const { engine, keyScratch } = seatOn(test, cache);
  const key = keyScratch.write('a') * 8;
  const now = 1;
  const deadline = now + engine.ttl(key, now);
  for (const touch of [0, 1]) {
    assert.equal(engine.get(key, now), Status.LARGE);
    assert.equal(engine.confirm(touch, deadline), Status.MISS);
    assert.equal(engine.confirm(touch, deadline - 1), Status.OK);
  }
  assert.equal(engine.get(key, now), Status.LARGE);
  cache.clear();
  assert.equal(engine.confirm(0, now), Status.MISS);
});

/** Fills the memory with values that are scattered in the order of their use. */
function scatter(cache: ThreadSafeCache<string, unknown>, keys: number): void {
  const random = new Random(1);
  for (let count = 0; count < 5 * keys; count++) {
    cache.put(`${random.below(keys)}`, new Uint8Array(random.spread(50, 1000)));
  }
}

/** Has a seat take a block for a value of so many bytes, as far as `isEnough` says; the last answer. */
function reserve(seat: Seat, isEnough: () => boolean, length = LONGEST): number {
  const key = seat.keyScratch.write('in hand', 'latin1') * 8;
  let result: number = Status.REMOVED;
  while (result === Status.REMOVED && !isEnough()) {
    result = seat.engine.reserve(key, length * 8, 1, REPORT);
  }
  return result;
}

it('a claim that lasts is lifted by who waits for it', (test) => {
  const { cache, doors } = prepare(test, { maxSize: 2000 });
  const arena = doors.u32(doors.at.headerArenas);
  const claim = () => doors.u32(arena + doors.at.arenaUsed + 4);
  const other = seatOn(test, cache);
  scatter(cache, 1500);
  // the other empties a stretch, and does not go on
  reserve(other, () => claim() !== 0);
  assert.equal(claim(), other.index + 1);
  cache.put('large', new Uint8Array(LONGEST));
  assert.equal(claim(), 0);
  assert.equal((cache.get('large') as Uint8Array).length, LONGEST);
  other.emptyHands();
  assertIntact(cache);
});

it('who empties a stretch claims one arena, and not the others too', (test) => {
  const { cache, doors } = prepare(test, { maxSize: 50_000, maxBytes: 8 * MIB });
  const { headerArenaCount, headerArenas, arenaStride, arenaUsed } = doors.at;
  const claims = Array.from({ length: doors.u32(headerArenaCount) }, (_, index) => {
    return doors.u32(headerArenas) + index * arenaStride + arenaUsed + 4;
  });
  assert.ok(claims.length > 1);
  const holders = () => claims.map((at) => doors.u32(at)).filter((holder) => holder !== 0);
  scatter(cache, 40_000);
  const other = seatOn(test, cache);
  reserve(other, () => holders().length > 0);
  assert.deepEqual(holders(), [other.index + 1]);
  reserve(other, () => false);
  assert.deepEqual(holders(), []);
  other.emptyHands();
  assertIntact(cache);
});

it('a stretch is found beside the blocks that others have in hand, wherever these lie', (test) => {
  const { cache } = prepare(test, { maxSize: 2000 });
  const others = Array.from({ length: 5 }, () => seatOn(test, cache));
  for (const other of others) {
    scatter(cache, 300);
    assert.equal(
      reserve(other, () => false, 100),
      Status.OK,
    );
  }
  const taker = seatOn(test, cache);
  for (let count = 0; count < 20; count++) {
    scatter(cache, 1500);
    assert.equal(
      reserve(taker, () => false, LONGEST - 1000 * count),
      Status.OK,
    );
    taker.emptyHands();
  }
  for (const other of others) other.emptyHands();
  assertIntact(cache);
});

it('memory that others have in hand is waited for, and refused after seconds', (test) => {
  const { cache } = prepare(test);
  const others = Array.from({ length: 6 }, () => seatOn(test, cache));
  for (const other of others) reserve(other, () => false);
  const put = () => cache.put('large', new Uint8Array(LONGEST));
  const message = /^Cannot put the value: other threads hold all the memory that is left/;
  assertCacheError(put, { code: 'ERR_VALUE_TOO_LARGE', type: RangeError, message });
  cache.put('small', 'x');
  for (const other of others) other.leave();
  put();
  assert.deepEqual([cache.get('small'), cache.size], ['x', 2]);
  assertIntact(cache);
});
