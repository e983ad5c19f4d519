/**
 * Values longer than the scratch: the host copies them straight from their block, without the lock, and then asks
 * whether the entry was still the same. When writers are faster again and again, the reader asks them to leave the
 * entry alone for some milliseconds: they wait outside the lock, and a hold that is not given up lapses.
 */
import { logAccess, reserveAccess } from './accesses';
import { busyHeld, busyLock, freeGarbage } from './blocks';
import { isClosed, readCount } from './count';
import { blockSize } from './heap';
import { BLOCK_HEADER, shardOfRecord } from './layout';
import { isHeld, readFree, unchanged } from './lock';
import { Entry, Shard } from './records';
import { reserveBlock } from './room';
import { endHoldSection, holdSection, judge } from './sections';
import { keyScratch, mine } from './self';
import { BUSY, CLOSED, HELD, MISS, OK, RETRY } from './status';
import { Sized, lengthOf } from './table';

/**
 * Takes a block for a value that is longer than the scratch and writes the key into it; the host then writes the
 * value behind the key and calls put(). As reserveBlock(), or CLOSED.
 */
export function reserve(key: Sized, value: Sized, now: f64, flags: u32): i32 {
  if (isClosed(readCount())) return CLOSED;
  let result = freeGarbage();
  if (result != OK) return result;
  result = reserveBlock(blockSize(lengthOf(key) + lengthOf(value)), <u64>now, flags);
  if (result == OK) memory.copy(mine.hand + BLOCK_HEADER, keyScratch, lengthOf(key));
  return result;
}

function isSame(entry: Entry): bool {
  return atomic.load<u64>(changetype<usize>(entry), offsetof<Entry>('version')) == mine.entryVersion;
}

/**
 * Whether the entry that the last get or peek described was unchanged until now; with `touch` it becomes the newest
 * and a hit is counted. OK, MISS (start again) or BUSY.
 */
export function confirm(touch: bool, now: f64): i32 {
  const entry = changetype<Entry>(mine.entry);
  const shard = shardOfRecord(mine.entry);
  const lock = changetype<usize>(shard);
  if (touch && reserveAccess() != OK) return BUSY;
  while (true) {
    const word = readFree(lock);
    if (isHeld(word)) return busyLock(lock, word);
    if (!isSame(entry)) return MISS;
    const result = judge(entry, <u64>now);
    if (!unchanged(lock, word)) continue;
    if (result != OK) return MISS;
    if (touch) {
      mine.hits += 1;
      logAccess(mine.entry, mine.entryVersion);
    }
    return OK;
  }
}

/** Lets writers go on that hold() has asked to wait until then, unless it is another reader whom they wait for now. OK or BUSY. */
export function endHold(until: f64): i32 {
  const shard = shardOfRecord(mine.entry);
  const lock = changetype<usize>(shard);
  while (shard.held == mine.entry && shard.heldUntil == <u64>until) {
    const word = readFree(lock);
    if (isHeld(word)) return busyLock(lock, word);
    endHoldSection(shard, word, changetype<Entry>(mine.entry), <u64>until);
  }
  return OK;
}

/** Asks writers to wait until `until` (µs). OK, MISS (start again) or BUSY (another reader holds an entry of this shard). */
export function hold(now: f64, until: f64): i32 {
  const entry = changetype<Entry>(mine.entry);
  const shard = shardOfRecord(mine.entry);
  const lock = changetype<usize>(shard);
  while (true) {
    const word = readFree(lock);
    if (isHeld(word)) return busyLock(lock, word);
    if (!isSame(entry)) return MISS;
    const result = holdSection(shard, word, entry, <u64>now, <u64>until);
    if (result == HELD) return busyHeld(lock);
    if (result != RETRY) return result;
  }
}
