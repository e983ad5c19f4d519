/**
 * The records of the shared memory, as plain structures. They know no lock: whoever calls what changes them
 * holds the lock of the shard or arena they belong to, unless a field says otherwise.
 */

export const LOCK_OFFSET: usize = 64;

/**
 * One entry of the cache, or the sentinel of a shard's list: 64 bytes, one cache line.
 *
 *    0 chainNext   4 chainPrev   8 lruNext  12 lruPrev  16 wheelNext  20 wheelPrev  24 block  28 epoch
 *   32 stamp                    40 version              48 deadline                 56 keyInfo 60 valueInfo
 *
 * Records are type-stable: the memory of a record is never anything else, so a link that has gone stale still
 * points at some record, and every field of it at some plausible value. That is what allows the walk of a
 * chain without the lock; whatever was seen counts only after the shard's lock word has been found unchanged.
 *
 * chainPrev and wheelPrev hold the address of the word that points here (as in Linux's hlist), so that the
 * first of a chain needs no case of its own; chainNext therefore stands at offset 0.
 */
@unmanaged
export class Entry {
  chainNext: usize;
  chainPrev: usize;
  /** The next older entry; of a free record: the next free record. */
  lruNext: usize;
  /** The next newer entry. */
  lruPrev: usize;
  wheelNext: usize;
  /** 0: in no wheel bucket. */
  wheelPrev: usize;
  /** Address of the heap block with key and value; 0 while the record is free. */
  block: usize;
  /** The epoch it was put in; another epoch than the current one: it was cleared. */
  epoch: u32;
  /** Drawn from the global counter at each access; lists are sorted by it, newest first. */
  stamp: u64;
  /** The shard's sequence at the last change: never repeats; 0 while the record is free. */
  version: u64;
  /** µs on the process's monotonic clock; 0: never expires. */
  deadline: u64;
  /** {tag: 12, length: 17, kind: 3}: one comparison rules out nearly every other key. */
  keyInfo: u32;
  /** {length: 29, kind: 3} */
  valueInfo: u32;
}

/** Levels and buckets of the timing wheel; one tick is 1,024 µs, so seven levels reach 142 years. */
export const WHEEL_LEVELS: u32 = 7;
export const WHEEL_BUCKETS: u32 = 64;
export const TICK_BITS: u64 = 10;

/**
 * A shard: the sentinel of its circular LRU list (lruNext: newest, lruPrev: oldest, stamp: the largest number,
 * so that an empty shard is never the oldest), then its lock, then what the lock protects.
 */
@unmanaged
export class Shard extends Entry {
  /** {sequence: 54, owner: 10}: advances with every change but a move in the LRU list. */
  lock: u64;
  /** First free record, linked by lruNext. */
  free: usize;
  /** The first record never used so far, up to recordsEnd: a fresh cache need not link its free records. */
  fresh: usize;
  recordsEnd: usize;
  buckets: usize;
  /** Records in use, leftovers of older epochs included. */
  used: u32;
  /** The epoch in which the tail was last found to be no leftover. Written and read without the lock: a hint. */
  purgedEpoch: u32;
  /** A reader of a large value holds this entry until heldUntil (µs); 0: none. */
  held: usize;
  unused: u32;
  heldUntil: u64;
  /** Every entry due before this tick has been expired or moved down. */
  wheelTick: u64;
  wheelMap0: u64;
  wheelMap1: u64;
  wheelMap2: u64;
  wheelMap3: u64;
  wheelMap4: u64;
  wheelMap5: u64;
  wheelMap6: u64;
  /** Keys that are being loaded; their records as the entries': free ones linked, fresh ones never used so far. */
  flightCount: u32;
  flightFree: usize;
  flightFresh: usize;
  flightsEnd: usize;
  flightBuckets: usize;
  unused2: u32;
  // WHEEL_LEVELS * WHEEL_BUCKETS bucket heads follow: see wheel.ts
}

/**
 * A key that a thread loads just now: 64 bytes, type-stable as an entry is. See flights.ts.
 *
 *    0 chainNext   4 chainPrev   8 nextFree  12 owner  16 ticket  24 deadline  32 hash  40 second
 *   48 keyInfo    52 epoch      56 isFenced  60 isAwaited
 */
@unmanaged
export class Flight {
  /** Where an entry has them: the same code links both. */
  chainNext: usize;
  chainPrev: usize;
  nextFree: usize;
  /** Owner number of the thread that loads. */
  owner: u32;
  /** The shard's sequence when the flight began: never comes again; 0 while the record is free. */
  ticket: u64;
  /** µs; from then on another thread may take over. */
  deadline: u64;
  hash: u64;
  second: u64;
  keyInfo: u32;
  /** The epoch in which it began; in another one it does not land. */
  epoch: u32;
  /** 1 once the key was written since: it does not land. */
  isFenced: u32;
  /** 1 once somebody waits to be told how it ends. */
  isAwaited: u32;
}

/** Rows and columns of the heap's table of free lists. */
export const FL_COUNT: u32 = 25;
export const SL_BITS: u32 = 5;
export const SL_COUNT: u32 = 1 << SL_BITS;

/** An arena: a stretch of heap with a lock of its own. */
@unmanaged
export class Arena {
  start: usize;
  /** Address of the closing mark, a used block of size 0. */
  end: usize;
  /** Bytes of the used blocks, headers included. */
  used: u32;
  /** Owner number of the thread that empties a stretch of it, or 0. Set under the lock, ended by anybody's compare-and-swap. */
  claim: u32;
  /** Bit f: row f has a free block. */
  flMap: u32;
  unused0: u32;
  unused1: u64;
  unused2: u64;
  unused3: u64;
  unused4: u64;
  unused5: u64;
  lock: u64;
  // FL_COUNT column maps (u32) and FL_COUNT * SL_COUNT list heads (u32) follow: see heap.ts
}

/**
 * A thread slot. Its owner alone writes it, but for the state, and for hand and garbage once the owner is dead.
 * The scratch for key and value follows (layout.ts).
 */
@unmanaged
export class Slot {
  /** {thread: 32, start: 24, status: 8}. Only by compare-and-swap from the exact value seen. */
  state: u64;
  /** A block that is allocated and not linked yet. */
  hand: usize;
  /** A block that is unlinked and not freed yet. */
  garbage: usize;
  /** keyInfo and cause of the removal that filled garbage. */
  removedKey: u32;
  removedCause: u32;
  /** Address of the lock word, or claim, that made the last call return BUSY, and the owner number seen there. */
  busyAt: usize;
  busyOwner: u32;
  /** What the last read found. */
  entry: usize;
  entryValueAt: usize;
  entryValue: u32;
  entryVersion: u64;
  entryDeadline: u64;
  /** Bytes evicted so far to make room for the block wanted now; not 0 while this thread may claim an arena. */
  roomMade: u32;
  /** 1 once this thread had to evict for want of bytes. */
  pressed: u32;
  /** The stretch being emptied: where it begins, how far it is looked at, how often the arena's end was met. */
  stretchStart: usize;
  stretchAt: usize;
  stretchTurns: u32;
  /** Where the access log goes on: its records so far. The owner's alone; the tail stands apart (accesses.ts). */
  logHead: u64;
  // statistics: written by the owner alone, summed by everybody
  hits: u64;
  misses: u64;
  puts: u64;
  deletes: u64;
  evictions: u64;
  expired: u64;
  /** Locks taken over from a dead owner. */
  rebuilds: u64;
  loads: u64;
  loadFailures: u64;
  loadMicros: u64;
  waits: u64;
  staleServed: u64;
  /** Where the last step through all entries has come to: hash and bucket; {length, kind} of the key found there. */
  scanHash: u64;
  scanBucket: u32;
  scanKey: u32;
}
