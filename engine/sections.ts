/**
 * The critical sections of a shard. Each is one function: it takes the lock by a compare-and-swap from the word
 * its caller has looked around under, goes on in a straight line, and lets go. The caller loops.
 *
 * Order inside: whatever may refuse comes first, then the compare-and-swap of the count, then the changes; so a
 * section that does not answer OK has changed nothing.
 */
import { STAMP_WORD, header } from './layout';
import { changeCount, countOf, epochOf, isClosed, readCount } from './count';
import { Block } from './heap';
import {
  chainLink,
  chainUnlink,
  lruLinkFirst,
  lruUnlink,
  recordGiveBack,
  recordPeek,
  recordTake,
} from './list';
import { nextVersion, releaseChanged, releaseUnchanged, tryLock } from './lock';
import { Entry, Shard } from './records';
import { mine, valueScratch } from './self';
import {
  CAUSE_DELETED,
  CAUSE_EVICTED,
  CLOSED,
  EXPIRED,
  FULL,
  HELD,
  LEFTOVER,
  MISS,
  NO_RECORD,
  OK,
  RETRY,
} from './status';
import { wheelLink, wheelUnlink } from './wheel';

/** What a put wants to store; set before its sections, so that they need not take eight parameters. */
export let newKeyInfo: u32 = 0;
export let newValueInfo: u32 = 0;
export let newDeadline: u64 = 0;
/** Whether the put may draw its stamp itself; if not, it goes to the access log. */
export let newIsStamped: bool = false;

export function setStamped(isStamped: bool): void {
  newIsStamped = isStamped;
}

export function setWanted(keyInfo: u32, valueInfo: u32, deadline: u64): void {
  newKeyInfo = keyInfo;
  newValueInfo = valueInfo;
  newDeadline = deadline;
}

/** A put that may be inserted in whatever epoch it is. */
export const ANY_EPOCH: u32 = 0xffffffff;
let newEpoch: u32 = 0xffffffff;

/** The only epoch in which the next insert may happen, or ANY_EPOCH. */
export function setEpoch(epoch: u32): void {
  newEpoch = epoch;
}

/**
 * Makes the entry the newest of the whole cache. Unlink, then stamp, then link: who reads the tail, its stamp, and the
 * tail again without the lock, sees a stamp that belongs to that place.
 */
@inline
export function refresh(shard: Shard, entry: Entry): void {
  lruUnlink(entry);
  stamp(entry);
  lruLinkFirst(shard, entry);
}

/** Stored atomically: after the unlinking also for who reads both without the lock. */
@inline
function stamp(entry: Entry): void {
  const next = atomic.add<u64>(STAMP_WORD, 1);
  atomic.store<u64>(changetype<usize>(entry), next, offsetof<Entry>('stamp'));
}

/** A reader of a large value has asked writers to wait for some milliseconds. */
@inline
function isHeldByReader(shard: Shard, entry: Entry, now: u64): bool {
  return shard.held == changetype<usize>(entry) && now < shard.heldUntil;
}

/** Whether the entry is there at all: OK, LEFTOVER or EXPIRED. */
@inline
export function judge(entry: Entry, now: u64): i32 {
  if (entry.epoch != epochOf(readCount())) return LEFTOVER;
  return entry.deadline != 0 && entry.deadline <= now ? EXPIRED : OK;
}

/** The same for who wants to change it: OK, LEFTOVER, EXPIRED or HELD. */
@inline
function judgeForChange(shard: Shard, entry: Entry, now: u64): i32 {
  const verdict = judge(entry, now);
  return verdict == OK && isHeldByReader(shard, entry, now) ? HELD : verdict;
}

/**
 * Section: applies a record of an access log by moving the log's tail from `seen` to `next`, and makes the entry the
 * newest, if it still has that version. OK, MISS (the tail has moved) or RETRY.
 */
export function accessSection(
  shard: Shard,
  word: u64,
  entry: Entry,
  version: u32,
  tail: usize,
  seen: u64,
  next: u64,
): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  // before the claim: who finds the next record draws a later one
  const stamp = atomic.add<u64>(STAMP_WORD, 1);
  if (atomic.cmpxchg<u64>(tail, seen, next) != seen) {
    releaseUnchanged(lock, word);
    return MISS;
  }
  const held = entry.version;
  if (held != 0 && <u32>held == version && entry.epoch == epochOf(readCount())) {
    lruUnlink(entry);
    atomic.store<u64>(changetype<usize>(entry), stamp, offsetof<Entry>('stamp'));
    lruLinkFirst(shard, entry);
  }
  releaseUnchanged(lock, word);
  return OK;
}

/** Section: a reader needs its hold, which lasts until then, no more. OK or RETRY. */
export function endHoldSection(shard: Shard, word: u64, entry: Entry, until: u64): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  if (shard.held == changetype<usize>(entry) && shard.heldUntil == until) shard.held = 0;
  releaseUnchanged(lock, word);
  return OK;
}

/** Section: asks writers to leave the entry alone until the deadline. OK, RETRY or HELD (somebody else asked first). */
export function holdSection(shard: Shard, word: u64, entry: Entry, now: u64, until: u64): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  if (shard.held != 0 && now < shard.heldUntil) {
    releaseUnchanged(lock, word);
    return HELD;
  }
  shard.held = changetype<usize>(entry);
  shard.heldUntil = until;
  releaseUnchanged(lock, word);
  return OK;
}

/**
 * Section: removes an entry and leaves its block in slot.garbage, which must be empty. For an eviction `stamp`
 * is the stamp that made this entry the victim: it must still be the tail of its list with that stamp; and the cache must
 * still hold `least` entries, which were too many. Else both are 0.
 * OK, LEFTOVER (removed too, but it was cleared before), RETRY or HELD.
 */
export function removeSection(
  shard: Shard,
  word: u64,
  entry: Entry,
  cause: u32,
  stamp: u64,
  least: u32,
  now: u64,
): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  if (stamp != 0 && (shard.lruPrev != changetype<usize>(entry) || entry.stamp != stamp)) {
    releaseUnchanged(lock, word);
    return RETRY;
  }
  const count = readCount();
  const current = entry.epoch == epochOf(count);
  if (current && countOf(count) < least) {
    releaseUnchanged(lock, word);
    return RETRY;
  }
  if (current && isHeldByReader(shard, entry, now)) {
    releaseUnchanged(lock, word);
    return HELD;
  }
  // before the count: a take-over counts what has a version
  const version = entry.version;
  atomic.store<u64>(changetype<usize>(entry), 0, offsetof<Entry>('version'));
  if (current && !changeCount(count, count - 1)) {
    atomic.store<u64>(changetype<usize>(entry), version, offsetof<Entry>('version'));
    // who has read 0 meanwhile must look again
    releaseChanged(lock, word);
    return RETRY;
  }
  chainUnlink(entry);
  lruUnlink(entry);
  wheelUnlink(shard, entry);
  mine.garbage = entry.block;
  mine.removedKey = entry.keyInfo;
  mine.removedCause = cause;
  recordGiveBack(shard, entry);
  if (current) {
    if (cause == CAUSE_DELETED) mine.deletes += 1;
    else if (cause == CAUSE_EVICTED) mine.evictions += 1;
    else mine.expired += 1;
  }
  releaseChanged(lock, word);
  return current ? OK : LEFTOVER;
}

/**
 * What insert and both kinds of replacement have in common: the entry's new content, and its place in the wheel. The
 * version first, then the deadline: nearHit() reads them the other way round, without the lock, and must not see the old
 * version with the new deadline.
 */
@inline
function fill(shard: Shard, word: u64, entry: Entry): void {
  entry.valueInfo = newValueInfo;
  mine.puts += 1;
  mine.entry = changetype<usize>(entry);
  mine.entryVersion = nextVersion(word);
  atomic.store<u64>(changetype<usize>(entry), mine.entryVersion, offsetof<Entry>('version'));
  if (entry.deadline != newDeadline) {
    atomic.store<u64>(changetype<usize>(entry), newDeadline, offsetof<Entry>('deadline'));
  }
  if (newDeadline != 0) wheelLink(shard, entry);
}

/** Section: links the block in slot.hand as a new entry. OK, RETRY, CLOSED, FULL or NO_RECORD. */
export function insertSection(shard: Shard, word: u64, bucket: usize): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  const count = readCount();
  if (isClosed(count)) {
    releaseUnchanged(lock, word);
    return CLOSED;
  }
  if (countOf(count) >= header().maxSize) {
    releaseUnchanged(lock, word);
    return FULL;
  }
  if (newEpoch != ANY_EPOCH && newEpoch != epochOf(count)) {
    releaseUnchanged(lock, word);
    return RETRY;
  }
  const record = recordPeek(shard);
  if (record == 0) {
    releaseUnchanged(lock, word);
    return NO_RECORD;
  }
  if (!changeCount(count, count + 1)) {
    releaseUnchanged(lock, word);
    return RETRY;
  }
  const entry = changetype<Entry>(record);
  recordTake(shard, record);
  entry.epoch = epochOf(count);
  entry.keyInfo = newKeyInfo;
  entry.block = mine.hand;
  changetype<Block>(entry.block).owner = <u32>record;
  mine.hand = 0;
  chainLink(bucket, entry);
  stamp(entry);
  lruLinkFirst(shard, entry);
  fill(shard, word, entry);
  releaseChanged(lock, word);
  return OK;
}

/** Section: the entry gets the block in slot.hand, its old one goes to slot.garbage. OK, RETRY, LEFTOVER, EXPIRED or HELD. */
export function replaceSection(shard: Shard, word: u64, entry: Entry, now: u64): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  const verdict = judgeForChange(shard, entry, now);
  if (verdict != OK) {
    releaseUnchanged(lock, word);
    return verdict;
  }
  wheelUnlink(shard, entry);
  mine.garbage = entry.block;
  entry.block = mine.hand;
  changetype<Block>(entry.block).owner = <u32>changetype<usize>(entry);
  mine.hand = 0;
  if (newIsStamped) refresh(shard, entry);
  fill(shard, word, entry);
  releaseChanged(lock, word);
  return OK;
}

/**
 * Section: writes the value in the scratch over the old one, where a block of the same size is needed.
 * `valueAt` is where the value stands in the block. OK, RETRY, LEFTOVER, EXPIRED or HELD.
 */
export function overwriteSection(
  shard: Shard,
  word: u64,
  entry: Entry,
  valueAt: usize,
  length: u32,
  now: u64,
): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  const verdict = judgeForChange(shard, entry, now);
  if (verdict != OK) {
    releaseUnchanged(lock, word);
    return verdict;
  }
  wheelUnlink(shard, entry);
  memory.copy(valueAt, valueScratch, length);
  if (newIsStamped) refresh(shard, entry);
  fill(shard, word, entry);
  releaseChanged(lock, word);
  return OK;
}

/** Section: moves an entry of the wheel to the bucket it belongs to now. OK or RETRY. */
export function moveTimerSection(shard: Shard, word: u64, entry: Entry): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  wheelUnlink(shard, entry);
  wheelLink(shard, entry);
  releaseChanged(lock, word);
  return OK;
}

/** Section: sets the wheel forward. OK or RETRY. */
export function wheelTickSection(shard: Shard, word: u64, tick: u64): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  shard.wheelTick = tick;
  releaseChanged(lock, word);
  return OK;
}
