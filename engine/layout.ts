/**
 * What stands where in the shared memory.
 *
 *   0        64         HEADER_END                                                         pages * 64 KiB
 *   | unused | header ... | shards | arenas | buckets | flights | records | heap of every arena ... | thread slots |
 *
 * The memory is reserved whole and zero-filled; nothing is written before it is needed, so an untouched page
 * costs nothing. The heap stands before the slots on purpose: a reader that follows a stale block address may
 * read up to one key length past it, and that must stay inside the memory.
 *
 * Every offset derives from the one before it. Words that different threads write stand on cache lines of
 * their own (LINE bytes: two lines of 64, because processors prefetch them in pairs).
 */
import {
  Arena,
  Entry,
  FL_COUNT,
  Flight,
  SL_COUNT,
  Shard,
  Slot,
  WHEEL_BUCKETS,
  WHEEL_LEVELS,
} from './records';

export const MAGIC: u32 = 0x6c646568; // "hedl"
/**
 * Changes with every change of this file, of records.ts, or of what src/memory/engine.ts knows of the engine; a handle of
 * another version is refused.
 */
export const LAYOUT_VERSION: u32 = 4;

export const LINE: usize = 128;
export const PAGE: u64 = 65536;

// ---- header: written once by initialize(), read by everybody, but for the three words below
export const HEADER: usize = 64;

@unmanaged
export class Header {
  magic: u32;
  layoutVersion: u32;
  pages: u32;
  maxSize: u32;
  shardCount: u32;
  arenaCount: u32;
  slotCount: u32;
  /** Records of one shard. */
  recordsPerShard: u32;
  /** Buckets of one shard, less one; a power of two less one. */
  bucketMask: u32;
  /** Longest value in bytes that is promised to fit. */
  valueLimit: u32;
  shards: usize;
  arenas: usize;
  buckets: usize;
  records: usize;
  heap: usize;
  slots: usize;
  /** Bytes of one thread slot. */
  slotBytes: u32;
  /** Records of one access log: 1 << logBits. */
  logBits: u32;
  seed0: u64;
  seed1: u64;
  /** Records of flights; of one shard: a power of two. */
  flights: usize;
  flightsPerShard: u32;
}

/** {epoch: 32, count: 32}: every insert, removal and clear changes it by one compare-and-swap; CLOSED is bit 63. */
export const COUNT_WORD: usize = (HEADER + offsetof<Header>() + LINE - 1) & ~(LINE - 1);
/** The next stamp of an access: everybody adds to it. */
export const STAMP_WORD: usize = COUNT_WORD + LINE;
/** Cleaner: {lease: u32 (which cleaner is in office), warned: u32, beat: f64 (µs, its last round)}. */
export const CLEANER_LEASE: usize = STAMP_WORD + LINE;
export const PRESSURE_WARNED: usize = CLEANER_LEASE + 4;
export const CLEANER_BEAT: usize = CLEANER_LEASE + 8;
/** Slots that have ever been taken are those below this index. It only grows. */
export const SLOTS_TAKEN: usize = CLEANER_LEASE + LINE;
/** Arenas that have still to be looked through for blocks of nobody's, since a shard was emptied: a bit for each. */
export const ORPHANS_WORD: usize = SLOTS_TAKEN + 4;
/** µs that expired entries stay for who takes them stale. It only grows. */
export const GRACE_WORD: usize = SLOTS_TAKEN + LINE;
export const HEADER_END: usize = GRACE_WORD + LINE;

// ---- limits
export const MAX_SHARDS: u32 = 64;
export const MAX_ARENAS: u32 = 4;
export const MAX_SLOTS: u32 = 256;
export const MIN_SLOTS: u32 = 8;
/** Logs are shorter than they might be as long as there are fewer slots than this. */
export const ENOUGH_SLOTS: u32 = 32;
/** Keys that can be loaded at once, of one shard and of all. */
export const MIN_FLIGHTS: u32 = 16;
export const MAX_FLIGHTS: u32 = 4096;
/** Bytes of the longest encoded key. */
export const MAX_KEY: u32 = 65536;
/** A value up to this many bytes travels through the slot's scratch, a longer one straight to and from its block. */
export const VALUE_SCRATCH: u32 = 8192;

/** Records of the longest access log, and of the shortest for a tiny cache and for others, as powers of two. */
export const MAX_LOG_BITS: u32 = 13;
export const MIN_LOG_BITS: u32 = 3;
export const SHORT_LOG_BITS: u32 = 6;

// ---- thread slot: [Slot][tail of the log][key scratch][value scratch][access log: u64 each][its index: u32 each]
export const SLOT_TAIL: usize = 384;
export const SLOT_KEY: usize = 512;
export const SLOT_VALUE: usize = SLOT_KEY + <usize>MAX_KEY;
export const SLOT_LOG: usize = SLOT_VALUE + <usize>VALUE_SCRATCH;

// ---- block of the heap: [size and flags: u32][owner: u32][key bytes][value bytes]
export const BLOCK_HEADER: usize = 8;

// ---- tables behind a shard and an arena
export const SHARD_HEADS: usize = offsetof<Shard>();
export const SHARD_STRIDE: usize =
  (SHARD_HEADS + <usize>(WHEEL_LEVELS * WHEEL_BUCKETS * 4) + LINE - 1) & ~(LINE - 1);
export const ARENA_MAPS: usize = offsetof<Arena>();
export const ARENA_HEADS: usize = ARENA_MAPS + <usize>(FL_COUNT * 4);
export const ARENA_STRIDE: usize = (ARENA_HEADS + <usize>(FL_COUNT * SL_COUNT * 4) + LINE - 1) & ~(LINE - 1);
export const ENTRY_BYTES: usize = offsetof<Entry>();
export const FLIGHT_BYTES: usize = offsetof<Flight>();

/** Bytes of a thread slot whose access log has 1 << logBits records. */
@inline
export function slotBytes(logBits: u32): u32 {
  return <u32>SLOT_LOG + (12 << logBits);
}

@inline
export function header(): Header {
  return changetype<Header>(HEADER);
}

@inline
export function shardAt(index: u32): Shard {
  return changetype<Shard>(header().shards + <usize>index * SHARD_STRIDE);
}

@inline
export function arenaAt(index: u32): Arena {
  return changetype<Arena>(header().arenas + <usize>index * ARENA_STRIDE);
}

@inline
export function slotAt(index: u32): Slot {
  return changetype<Slot>(header().slots + <usize>(index * header().slotBytes));
}

/** The shard whose record this is. */
@inline
export function shardOfRecord(entry: usize): Shard {
  return shardAt(<u32>((entry - header().records) / (<usize>header().recordsPerShard * ENTRY_BYTES)));
}
