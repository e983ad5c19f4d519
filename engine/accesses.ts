/**
 * The access log: how a hit makes its entry the most recently used without a lock and without writing a word that
 * another thread reads. Each thread appends its accesses to a log of its own; whoever wants to know which entry is the
 * oldest first applies the logs of all threads.
 *
 *   log:   a ring of 1 << logBits records {version: 32, entry: 26, lap: 6}; position p stands in cell p mod size
 *   index: for each entry, at its address modulo the size, the position of its latest record, or some other entry's
 *   head:  positions written; the owner's          tail: positions applied; by anybody's compare-and-swap
 *
 * Laws
 * 1. A record is one store, and its lap says whether it is the one that belongs at that position; so nobody needs
 *    to read the head, and a cell from a turn of the ring before counts as not written yet.
 * 2. Records are applied in order. The claim, which moves the tail, stands in the section that moves the entry, and the
 *    stamp is drawn before the claim: who sees the tail behind a record draws a later stamp for the next one.
 * 3. A record may be passed over only if a later one of the same entry can be seen before `end`, which the same
 *    thread will apply too or see applied. So an access is never put off beyond the end of an application.
 * 4. A thread draws a stamp directly, for an entry it has written, only while its own log is empty; else it appends,
 *    after the write. So its accesses keep their order.
 * 5. A record counts if the entry still has the version that was accessed. If not, the write that has changed it was
 *    a later access, or the entry is gone.
 *
 * Appending is a straight line too, so no thread can be stopped between its stores.
 */
import { busyLock } from './blocks';
import { SLOTS_TAKEN, SLOT_LOG, SLOT_TAIL, header, shardOfRecord, slotAt } from './layout';
import { isHeld, readFree } from './lock';
import { Entry, Slot } from './records';
import { accessSection, newIsStamped } from './sections';
import { log, logBits, mine } from './self';
import { BUSY, MISS, OK } from './status';

/** A full log is applied up to this fraction of it, as a power of two: one call pays for no more. */
const PORTION_BITS: u32 = 3;
/** Entries are 64 bytes apart: the low bits of their addresses are the lap's. */
const ENTRY_SHIFT: u32 = 6;
const LAP_MASK: u32 = 63;
/** Records whose entries are read ahead at a time. */
const FETCH: u64 = 8;
/** What fetch() has read, so that the compiler keeps its loads. */
let fetchedSum: u64 = 0;

/** Which turn of the ring a position belongs to; 1 to 32, since memory never written is 0. */
@inline
function lapOf(position: u64): u32 {
  return (<u32>(position >> <u64>logBits) & 31) + 1;
}

@inline
function cellOf(log: usize, position: u64): usize {
  return log + <usize>((<u32>position & ((1 << logBits) - 1)) << 3);
}

/** Where the index of a log has the latest position of this entry. */
@inline
function indexOf(log: usize, entry: u32): usize {
  const mask = ((<u32>1) << logBits) - 1;
  return log + <usize>((8 << logBits) + (((entry >> ENTRY_SHIFT) & mask) << 2));
}

@inline
function tailOf(slot: Slot): usize {
  return changetype<usize>(slot) + SLOT_TAIL;
}

/** Whether a stamp may be drawn directly. */
@inline
export function isLogEmpty(): bool {
  return atomic.load<u64>(tailOf(mine)) == mine.logHead;
}

@inline
function isLogFull(): bool {
  return (mine.logHead - atomic.load<u64>(tailOf(mine))) >> <u64>logBits != 0;
}

/** Before an operation that may append: makes room in a full log. OK or BUSY. */
@inline
export function reserveAccess(): i32 {
  return isLogFull() ? applyLog(mine, (<u64>1) << (<u64>(logBits - PORTION_BITS))) : OK;
}

/** Appends an access to the entry with this version. There is room: reserveAccess(). */
@inline
export function logAccess(entry: usize, version: u64): void {
  const position = mine.logHead;
  store<u64>(cellOf(log, position), (version << 32) | <u64>(<u32>entry | lapOf(position)));
  store<u32>(indexOf(log, <u32>entry), <u32>position);
  mine.logHead = position + 1;
}

/** After a section that has written an entry: it goes to the log, unless the section has drawn its stamp. */
@inline
export function logWrite(): void {
  if (!newIsStamped) logAccess(mine.entry, mine.entryVersion);
}

/** Applies the accesses of all threads that have returned by now. OK or BUSY. */
export function applyLogs(): i32 {
  const count = atomic.load<u32>(SLOTS_TAKEN);
  for (let i: u32 = 0; i < count; i++) {
    const result = applyLog(slotAt(i), (<u64>1) << (<u64>logBits));
    if (result != OK) return result;
  }
  return OK;
}

/** Applies up to `most` positions of a log, more when another thread does so too. OK or BUSY. */
function applyLog(slot: Slot, most: u64): i32 {
  const size = (<u64>1) << (<u64>logBits);
  const tail = tailOf(slot);
  const records = changetype<usize>(slot) + SLOT_LOG;
  let seen = atomic.load<u64>(tail);
  let position = seen;
  let end = seen + size;
  let stop = seen + most;
  let fetched = seen;
  while (position < stop) {
    const record = atomic.load<u64>(cellOf(records, position));
    const isWritten = (<u32>record & LAP_MASK) == lapOf(position);
    if (isWritten && isSuperseded(records, <u32>record, position, end)) {
      position++;
      continue;
    }
    if (isWritten) {
      if (position >= fetched) {
        fetched = position + FETCH;
        fetch(records, position);
      }
      const result = applyOne(
        <usize>(<u32>record & ~LAP_MASK),
        <u32>(record >> 32),
        tail,
        seen,
        position + 1,
      );
      if (result == BUSY) return BUSY;
      if (result == OK) seen = ++position;
      if (result != MISS) continue;
    }
    const now = atomic.load<u64>(tail);
    if (now == seen) break;
    // another thread has applied what stood here, and may have passed over what has to be met before a later end
    seen = now;
    position = now;
    end = now + size;
    stop = now + most;
  }
  if (position != seen) atomic.cmpxchg<u64>(tail, seen, position);
  return OK;
}

/**
 * Reads what the sections for the next records are going to write. Each section ends what the processor does ahead, so
 * they would wait for one cache line after the other; here these loads wait for none.
 */
function fetch(records: usize, position: u64): void {
  let sum: u64 = 0;
  for (let i: u64 = 0; i < FETCH; i++) {
    const entry = <usize>(<u32>load<u64>(cellOf(records, position + i)) & ~LAP_MASK);
    sum +=
      load<u64>(<usize>changetype<Entry>(entry).lruNext) + load<u64>(<usize>changetype<Entry>(entry).lruPrev);
  }
  fetchedSum = sum;
}

/** Whether a later record of the same entry can be seen, and will be applied. */
@inline
function isSuperseded(records: usize, record: u32, position: u64, end: u64): bool {
  const entry = record & ~LAP_MASK;
  const distance = atomic.load<u32>(indexOf(records, entry)) - <u32>position;
  if (distance == 0 || <u64>distance >= end - position) return false;
  const later = position + <u64>distance;
  return <u32>atomic.load<u64>(cellOf(records, later)) == (entry | lapOf(later));
}

/** Claims a record and makes its entry the newest. OK, MISS (somebody else has claimed it), RETRY or BUSY. */
@inline
function applyOne(entry: usize, version: u32, tail: usize, seen: u64, next: u64): i32 {
  const shard = shardOfRecord(entry);
  const word = readFree(changetype<usize>(shard));
  if (isHeld(word)) return busyLock(changetype<usize>(shard), word);
  return accessSection(shard, word, changetype<Entry>(entry), version, tail, seen, next);
}
