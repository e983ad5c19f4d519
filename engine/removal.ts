/**
 * Taking entries out: one entry per section, the loops are here. Before a removal slot.garbage is empty, after
 * it it holds the removed block, so that a caller who reports can still read the key.
 */
import { applyLogs } from './accesses';
import { busyHeld, busyLock, freeGarbage } from './blocks';
import { countOf, endEpoch, epochOf, isClosed, readCount } from './count';
import { BLOCK_HEADER, GRACE_WORD, header, shardAt } from './layout';
import { isHeld, read, readFree, unchanged } from './lock';
import { Entry, LOCK_OFFSET, Shard } from './records';
import { removeSection } from './sections';
import {
  BUSY,
  CAUSE_EVICTED,
  CAUSE_EXPIRED,
  HELD,
  LEFTOVER,
  NEEDS_CLOCK,
  OK,
  REMOVED,
  REPORT,
  RETRY,
} from './status';
import { keyLengthOf } from './table';

/** The shard whose oldest entry was evicted last, until readAhead(); 0: none. */
let evictedFrom: usize = 0;
/** What readAhead() has read, so that the compiler keeps its loads. */
let aheadSum: u32 = 0;

/** Leftovers of older epochs that each insert and each clear takes away at a shard's tail. */
export const PURGE: u32 = 2;

/** Whether an expired entry stays for a while, for who takes it stale. */
@inline
export function isKept(entry: Entry, now: u64): bool {
  const grace = atomic.load<u64>(GRACE_WORD);
  return grace != 0 && entry.deadline != 0 && now < entry.deadline + grace;
}

/**
 * Removes an entry seen under `word`, with `stamp` and `least` as removeSection. OK, LEFTOVER, RETRY, NEEDS_CLOCK or BUSY. An entry past its deadline is
 * expired whatever the cause that was asked for.
 */
export function remove(
  shard: Shard,
  word: u64,
  entry: Entry,
  cause: u32,
  stamp: u64,
  least: u32,
  now: u64,
): i32 {
  const garbage = freeGarbage();
  if (garbage != OK) return garbage;
  if (entry.deadline != 0 && entry.epoch == epochOf(readCount())) {
    if (now == 0) return NEEDS_CLOCK;
    if (entry.deadline <= now) cause = CAUSE_EXPIRED;
  }
  const result = removeSection(shard, word, entry, cause, stamp, least, now);
  return result == HELD ? busyHeld(changetype<usize>(shard)) : result;
}

/**
 * Whether the lists that were seen without an entry are so still: one that is just being moved to the front of its list
 * is in none for a moment, and may be older than the oldest of the others. OK, RETRY or BUSY.
 */
function stayEmpty(lists: u64): i32 {
  while (lists != 0) {
    const shard = shardAt(<u32>ctz<u64>(lists));
    const lock = changetype<usize>(shard);
    const word = readFree(lock);
    if (isHeld(word)) return busyLock(lock, word);
    if (<usize>atomic.load<u32>(lock + offsetof<Entry>('lruPrev')) != lock) return RETRY;
    lists &= lists - 1;
  }
  return OK;
}

/** Not the sum of lock words: some shard has records in use, or its lock is taken. */
const NOT_EMPTY: u64 = u64.MAX_VALUE;

/** The sum of the lock words of all shards, if each is free and has no record in use; else NOT_EMPTY. */
function sumOfEmpty(): u64 {
  let sum: u64 = 0;
  for (let i: u32 = 0; i < header().shardCount; i++) {
    const shard = shardAt(i);
    // an add, as in unchanged(): what was read before it holds
    const word = atomic.add<u64>(changetype<usize>(shard) + LOCK_OFFSET, 0);
    if (isHeld(word) || shard.used != 0) return NOT_EMPTY;
    sum += word;
  }
  return sum;
}

/**
 * A cache that is full of nothing: take-overs have left the count too high (rebuild.ts), and no list has an entry that
 * could go. Free words only grow, so between two equal sums there was no entry, and nobody was about to add one. A count
 * of `least` or more, read in between, counts nothing then, and since it is full nobody adds anything before the epoch
 * ends. The epoch has to end: in the same one another thread may have done this, and have filled the cache since.
 */
function forgetLost(least: u32): void {
  const sum = sumOfEmpty();
  if (sum == NOT_EMPTY) return;
  const count = readCount();
  if (countOf(count) < least || isClosed(count)) return;
  if (sumOfEmpty() == sum) endEpoch(count);
}

/**
 * Removes the least recently used entry of the whole cache, if that holds `least` entries or more: of the tails of all
 * lists the one with the smallest stamp. Stamps of tails only grow, and what comes into an empty list later has a later
 * stamp; so if the tail is still there with its stamp once its shard is locked, no other list can hold an older entry.
 * OK, LEFTOVER, RETRY (also when the cache is empty), NEEDS_CLOCK or BUSY.
 */
export function evictOldest(least: u32, now: u64): i32 {
  if (applyLogs() != OK) return BUSY;
  let victim: usize = 0;
  let oldest = u64.MAX_VALUE;
  let victimWord: u64 = 0;
  let victimShard = shardAt(0);
  let empty: u64 = 0;
  const count = header().shardCount;
  for (let i: u32 = 0; i < count; i++) {
    const shard = shardAt(i);
    const word = read(changetype<usize>(shard));
    const tailAt = changetype<usize>(shard) + offsetof<Entry>('lruPrev');
    const tail = <usize>atomic.load<u32>(tailAt);
    const stamp = atomic.load<u64>(tail + offsetof<Entry>('stamp'));
    // moved meanwhile: the stamp may be that of another place in the list
    if (<usize>atomic.load<u32>(tailAt) != tail) return RETRY;
    if (tail == changetype<usize>(shard)) empty |= (<u64>1) << (<u64>i);
    if (stamp < oldest) {
      oldest = stamp;
      victim = tail;
      victimWord = word;
      victimShard = shard;
    }
  }
  if (isHeld(victimWord)) {
    const word = readFree(changetype<usize>(victimShard));
    return isHeld(word) ? busyLock(changetype<usize>(victimShard), word) : RETRY;
  }
  const result = stayEmpty(empty);
  if (result != OK) return result;
  if (victim == 0) {
    if (least != 0) forgetLost(least);
    return RETRY;
  }
  evictedFrom = changetype<usize>(victimShard);
  return remove(victimShard, victimWord, changetype<Entry>(victim), CAUSE_EVICTED, oldest, least, now);
}

/**
 * After the put that an eviction has made room for: reads what the next eviction from that list is going to change, which
 * nobody has used for long. Each locked instruction waits for all loads before it; these have the time until the next call.
 * Nothing depends on what they read; the entry may be gone, but its links point at records, and no key is longer than what
 * stands behind the heap.
 */
export function readAhead(): void {
  if (evictedFrom == 0) return;
  const entry = changetype<Entry>(changetype<Shard>(evictedFrom).lruPrev);
  const block = entry.block;
  aheadSum =
    load<u32>(block) +
    load<u32>(block + BLOCK_HEADER + <usize>keyLengthOf(entry.keyInfo)) +
    load<u32>(entry.chainPrev) +
    load<u32>(entry.chainNext) +
    load<u32>(entry.lruPrev);
  evictedFrom = 0;
}

/**
 * Removes the oldest entry of one shard, whatever the others hold: for a shard without a free record, and for
 * leftovers. With `onlyLeftover` an entry of the current epoch stays, and the answer is RETRY.
 */
export function removeTail(shard: Shard, onlyLeftover: bool, now: u64): i32 {
  if (!onlyLeftover && applyLogs() != OK) return BUSY;
  const lock = changetype<usize>(shard);
  const word = readFree(lock);
  if (isHeld(word)) return busyLock(lock, word);
  const tail = shard.lruPrev;
  const entry = changetype<Entry>(tail);
  const stamp = entry.stamp;
  const epoch = epochOf(readCount());
  if (tail == lock || (onlyLeftover && entry.epoch == epoch)) {
    // a list whose only entry is just being moved is not empty
    const isSeen = tail != lock || shard.used == 0;
    if (onlyLeftover && isSeen && unchanged(lock, word)) shard.purgedEpoch = epoch;
    return RETRY;
  }
  return remove(shard, word, entry, CAUSE_EVICTED, stamp, 0, now);
}

/** Removes up to `most` entries of older epochs at the shard's tail. OK or BUSY. */
export function purge(shard: Shard, most: u32, now: u64): i32 {
  for (let i: u32 = 0; i < most; i++) {
    if (shard.purgedEpoch == epochOf(readCount())) break;
    if (removeTail(shard, true, now) == BUSY) return BUSY;
  }
  return freeGarbage();
}

/** What the caller's loop does after a removal: go on (OK), or tell its own caller. */
@inline
export function afterRemoval(result: i32, flags: u32): i32 {
  if (result == OK) return flags & REPORT ? REMOVED : freeGarbage();
  if (result == LEFTOVER) return freeGarbage();
  return result == RETRY ? OK : result;
}
