/**
 * The operations on one key. The key stands in the thread's key scratch, described by `key` = {length, kind};
 * values up to VALUE_SCRATCH bytes travel through the value scratch, `value` = {length, kind}. Time comes as
 * `now`, µs on the process's monotonic clock, or 0 for "not asked": then NEEDS_CLOCK is the answer where a
 * deadline has to be judged. After NEEDS_CLOCK, BUSY and REMOVED the same call goes on. What a call that was cut off has left
 * in slot.hand, or claimed, has to go before the next one begins: emptyHands().
 */
import { isLogEmpty, logAccess, logWrite, reserveAccess } from './accesses';
import { busyHeld, busyLock, freeGarbage, freeHand, keepGarbage } from './blocks';
import { countOf, isClosed, readCount } from './count';
import { fence, mayLand } from './flights';
import { Block, SIZE_MASK, blockSize } from './heap';
import { BLOCK_HEADER, VALUE_SCRATCH, header } from './layout';
import { isHeld, readFree, unchanged } from './lock';
import { Entry, Flight, Shard } from './records';
import { PURGE, afterRemoval, evictOldest, isKept, purge, readAhead, remove, removeTail } from './removal';
import { reserveBlock } from './room';
import {
  ANY_EPOCH,
  insertSection,
  judge,
  overwriteSection,
  replaceSection,
  setEpoch,
  setStamped,
  setWanted,
} from './sections';
import { keyScratch, mine, valueScratch } from './self';
import {
  BUSY,
  CAUSE_DELETED,
  CAUSE_EXPIRED,
  CLOSED,
  CONFLICT,
  EXPIRED,
  FULL,
  HELD,
  LARGE,
  LEFTOVER,
  MISS,
  NEEDS_BLOCK,
  NEEDS_CLOCK,
  NO_RECORD,
  OK,
  REPLACED,
  REPORT,
  RETRY,
} from './status';
import {
  CHANGED,
  Sized,
  bucketOfHash,
  find,
  hashKey,
  keyInfoOf,
  keyLengthOf,
  lengthOf,
  shardOfHash,
} from './table';

/** No entry ever has this version: a put that takes whatever is there. */
const ANY_VERSION: u64 = u64.MAX_VALUE;
/** Nor this: a put that stores what a flight has brought. */
export const LANDING: u64 = 0xfffffffffffffffe;
/** No address of a record either: look() gave up waiting for the lock. */
export const LOCKED: usize = 2;

// ---- what the running call is about: where its key belongs, and the lock word it has looked around under
export let shard: Shard = changetype<Shard>(0);
export let lock: usize = 0;
export let hash: u64 = 0;
export let keyInfo: u32 = 0;
export let word: u64 = 0;
/** The flight that lands. */
let landing: Flight = changetype<Flight>(0);
let landingTicket: u64 = 0;

export function setLanding(flight: Flight, ticket: u64): void {
  landing = flight;
  landingTicket = ticket;
}

@inline
export function aim(key: Sized): void {
  hash = hashKey(key);
  keyInfo = keyInfoOf(hash, key);
  shard = shardOfHash(hash);
  lock = changetype<usize>(shard);
}

/** The entry of the key under `word`, 0, or LOCKED. */
export function look(): usize {
  while (true) {
    word = readFree(lock);
    if (isHeld(word)) {
      busyLock(lock, word);
      return LOCKED;
    }
    const at = find(shard, word, hash, keyInfo);
    if (at != CHANGED) return at;
  }
}

@inline
export function valueAt(entry: Entry): usize {
  return entry.block + BLOCK_HEADER + <usize>keyLengthOf(keyInfo);
}

/** Copies a value into the scratch: {length, kind}; or leaves for the host where a large one stands: LARGE. */
@inline
function read(entry: Entry, info: u32): i32 {
  mine.entry = changetype<usize>(entry);
  mine.entryVersion = entry.version;
  mine.entryDeadline = entry.deadline;
  if (lengthOf(info) <= VALUE_SCRATCH) {
    memory.copy(valueScratch, valueAt(entry), lengthOf(info));
    return <i32>info;
  }
  mine.entryValueAt = valueAt(entry);
  mine.entryValue = info;
  return LARGE;
}

function miss(): i32 {
  mine.misses += 1;
  return MISS;
}

/**
 * Reads a value into the scratch, makes the entry the newest, counts a hit or a miss: {length, kind} of the value,
 * or MISS, EXPIRED (a miss too), LARGE (nothing is counted yet: copy, then confirm), CLOSED, NEEDS_CLOCK, BUSY.
 */
export function get(key: Sized, now: f64): i32 {
  if (isClosed(readCount())) return CLOSED;
  if (reserveAccess() != OK) return BUSY;
  aim(key);
  const time = <u64>now;
  while (true) {
    const at = look();
    if (at == LOCKED) return BUSY;
    if (at == 0) {
      if (unchanged(lock, word)) return miss();
      continue;
    }
    const entry = changetype<Entry>(at);
    if (entry.deadline != 0 && time == 0) return NEEDS_CLOCK;
    const info = entry.valueInfo;
    let result = judge(entry, time);
    if (result == OK) result = read(entry, info);
    if (!unchanged(lock, word)) continue;
    if (result >= 0) {
      mine.hits += 1;
      logAccess(at, mine.entryVersion);
    }
    if (result >= 0 || result == LARGE) return result;
    if (isClosed(readCount())) return CLOSED;
    if (isKept(entry, time)) return miss();
    result = remove(shard, word, entry, CAUSE_EXPIRED, 0, 0, time);
    if (result == RETRY) continue;
    if (result != OK && result != LEFTOVER) return result;
    freeGarbage();
    miss();
    return result == OK ? EXPIRED : MISS;
  }
}

/**
 * The same without effect on recency and statistics; an expired entry stays. Leaves the entry's version in the slot.
 * {length, kind}, MISS, LARGE, CLOSED, NEEDS_CLOCK or BUSY. Takes no lock.
 */
export function peek(key: Sized, now: f64): i32 {
  if (isClosed(readCount())) return CLOSED;
  aim(key);
  const time = <u64>now;
  while (true) {
    const at = look();
    if (at == LOCKED) return BUSY;
    let result = MISS;
    if (at != 0) {
      const entry = changetype<Entry>(at);
      if (entry.deadline != 0 && time == 0) return NEEDS_CLOCK;
      if (judge(entry, time) == OK) result = read(entry, entry.valueInfo);
    }
    if (unchanged(lock, word)) return result;
  }
}

/** Writes key and value from the scratches into the block in hand. */
function fillBlock(key: Sized, value: Sized): void {
  const at = mine.hand + BLOCK_HEADER;
  memory.copy(at, keyScratch, lengthOf(key));
  memory.copy(at + <usize>lengthOf(key), valueScratch, lengthOf(value));
}

/** A block with key and value from the scratches. As reserveBlock(). */
function prepareBlock(key: Sized, value: Sized, now: u64, flags: u32): i32 {
  const result = reserveBlock(blockSize(lengthOf(key) + lengthOf(value)), now, flags);
  if (result == OK) fillBlock(key, value);
  return result;
}

/** After a removal: its block serves what is to be stored, when that takes as much, or it is freed. OK or BUSY. */
function reuse(key: Sized, value: Sized): i32 {
  if (mine.garbage == 0) return OK;
  if (mine.hand != 0 || !keepGarbage(blockSize(lengthOf(key) + lengthOf(value)))) return freeGarbage();
  fillBlock(key, value);
  return OK;
}

/** One try to store under what look() has found: as the sections, or NEEDS_BLOCK. */
@inline
function storeOnce(at: usize, value: Sized, now: u64): i32 {
  const inHand = mine.hand != 0;
  setStamped(isLogEmpty());
  if (at == 0) {
    if (inHand) return insertSection(shard, word, bucketOfHash(shard, hash));
    // before it is known that the key was not there: else the entry that makes it full may be this key's
    const count = readCount();
    // the count of a closed cache stays: no eviction makes room in it
    if (isClosed(count)) return CLOSED;
    const isFull = countOf(count) >= header().maxSize;
    if (!unchanged(lock, word)) return RETRY;
    return isFull ? FULL : NEEDS_BLOCK;
  }
  const entry = changetype<Entry>(at);
  if (inHand) return replaceSection(shard, word, entry, now);
  const block = entry.block;
  if (block == 0) return RETRY;
  const wanted = blockSize(keyLengthOf(keyInfo) + lengthOf(value));
  if ((changetype<Block>(block).info & SIZE_MASK) != wanted) return NEEDS_BLOCK;
  return overwriteSection(shard, word, entry, valueAt(entry), lengthOf(value), now);
}

/**
 * Stores the value in the scratch, or the block in hand, and makes the entry the newest. `ttl` is µs, 0: it never
 * expires; a ttl needs `now`. OK, REPLACED (with REPORT: there was a value), CLOSED, NEEDS_CLOCK, BUSY, REMOVED or
 * NO_ROOM.
 */
export function put(key: Sized, value: Sized, now: f64, ttl: f64, flags: u32): i32 {
  return write(key, value, now, ttl, flags, ANY_VERSION);
}

/**
 * The same if the entry has this version, when a `ttl` below 0 lets it keep its deadline; with version 0 if the key is
 * not there. As put(), or CONFLICT.
 */
export function putIf(key: Sized, value: Sized, now: f64, ttl: f64, flags: u32, version: f64): i32 {
  return write(key, value, now, ttl, flags, <u64>version);
}

/**
 * Whether look() has found what the caller expects: this version, or with 0 nothing that is still there. Like what
 * look() has found, it counts under `word` only: for a section that takes the lock from it, or if it is unchanged.
 */
@inline
function isExpected(at: usize, version: u64, now: u64): bool {
  if (version == LANDING) return mayLand(landing, landingTicket);
  if (at == 0) return version == 0;
  const entry = changetype<Entry>(at);
  const isThere = judge(entry, now) == OK;
  return version == 0 ? !isThere : isThere && entry.version == version;
}

/** The condition of a put is not met. CONFLICT, CLOSED or BUSY. */
function giveUp(): i32 {
  const result = freeHand();
  return result != OK ? result : isClosed(readCount()) ? CLOSED : CONFLICT;
}

/** A put under a condition: ANY_VERSION, LANDING, or as putIf(). */
export function write(key: Sized, value: Sized, now: f64, ttl: f64, flags: u32, version: u64): i32 {
  if (isClosed(readCount())) return CLOSED;
  const time = <u64>now;
  let result = reuse(key, value);
  if (result == OK) result = reserveAccess();
  if (result != OK) return result;
  aim(key);
  setWanted(keyInfo, value, ttl <= 0 ? 0 : time + <u64>ttl);
  setEpoch(version == LANDING ? landing.epoch : ANY_EPOCH);
  let found: usize = 0;
  while (true) {
    const at = look();
    if (at == LOCKED) return BUSY;
    const entry = changetype<Entry>(at);
    if (at != 0 && time == 0 && entry.deadline != 0) return NEEDS_CLOCK;
    if (version != ANY_VERSION && !isExpected(at, version, time)) {
      if (unchanged(lock, word)) return giveUp();
      continue;
    }
    if (version != LANDING && fence(shard, word, hash, keyInfo) != OK) continue;
    if (ttl < 0 && at != 0) setWanted(keyInfo, value, entry.deadline);
    found = at;
    result = storeOnce(at, value, time);
    if (result == OK) break;
    if (result == RETRY) continue;
    if (result == HELD) return busyHeld(lock);
    if (result == CLOSED) {
      freeHand();
      return CLOSED;
    }
    if (result == NEEDS_BLOCK) {
      // the room for it is not to be made of the entry that it depends on
      if (version < LANDING && at != 0) {
        logAccess(at, version);
        // that took the place of the write's own record
        if (reserveAccess() != OK) return BUSY;
      }
      result = prepareBlock(key, value, time, flags);
    } else {
      if (result == FULL) result = evictOldest(header().maxSize, time);
      else if (result == NO_RECORD) result = removeTail(shard, false, time);
      else result = remove(shard, word, entry, CAUSE_EXPIRED, 0, 0, time); // LEFTOVER, EXPIRED
      const isTold = result == OK && (flags & REPORT) != 0;
      result =
        (result == OK && !isTold) || result == LEFTOVER ? reuse(key, value) : afterRemoval(result, flags);
    }
    if (result != OK) return result;
  }
  logWrite();
  // it is stored: what cannot be tidied up now waits for the next call
  purge(shard, PURGE, time);
  readAhead();
  return found != 0 && (flags & REPORT) != 0 ? REPLACED : OK;
}

/** Removes an entry: OK, MISS, EXPIRED (a miss too), CLOSED, NEEDS_CLOCK or BUSY. */
export function deleteKey(key: Sized, now: f64): i32 {
  if (isClosed(readCount())) return CLOSED;
  aim(key);
  const time = <u64>now;
  while (true) {
    const at = look();
    if (at == LOCKED) return BUSY;
    if (fence(shard, word, hash, keyInfo) != OK) continue;
    if (at == 0) {
      if (unchanged(lock, word)) return MISS;
      continue;
    }
    const entry = changetype<Entry>(at);
    const expired = entry.deadline != 0 && entry.deadline <= time;
    const result = remove(shard, word, entry, CAUSE_DELETED, 0, 0, time);
    if (result == RETRY) continue;
    if (result != OK && result != LEFTOVER) return result;
    freeGarbage();
    return result == LEFTOVER ? MISS : expired ? EXPIRED : OK;
  }
}
