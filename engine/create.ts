/**
 * Making and opening a cache: how the memory is divided, and writing that down once. plan() only computes, so the
 * host can ask it how much memory a cache would need.
 */
import { MIN_BLOCK, heapInitialize } from './heap';
import {
  ARENA_STRIDE,
  ENOUGH_SLOTS,
  ENTRY_BYTES,
  FLIGHT_BYTES,
  HEADER_END,
  LAYOUT_VERSION,
  LINE,
  MAGIC,
  MAX_ARENAS,
  MAX_FLIGHTS,
  MAX_KEY,
  MAX_LOG_BITS,
  MAX_SHARDS,
  MAX_SLOTS,
  MIN_FLIGHTS,
  MIN_LOG_BITS,
  MIN_SLOTS,
  PAGE,
  SHARD_STRIDE,
  SHORT_LOG_BITS,
  STAMP_WORD,
  arenaAt,
  header,
  shardAt,
  slotBytes,
} from './layout';
import { SEQUENCE_ONE } from './lock';
import { BLOCK_HEADER } from './layout';
import { SL_COUNT, TICK_BITS } from './records';

/** Every limit of the packed fields, held against the limits of the layout. */
function checkWidths(): void {
  assert(MAX_KEY < 1 << 17);
  assert(MAX_SLOTS < 1023);
  assert(ENTRY_BYTES == 64);
  assert(FLIGHT_BYTES == 64);
}

// ---- what plan() has found
let planArenas: u32 = 0;
let planSlots: u32 = 0;
let planLogBits: u32 = 0;
let planRecords: u32 = 0;
let planBuckets: u32 = 0;
let planBucketsAt: u64 = 0;
let planFlights: u32 = 0;
let planFlightBucketsAt: u64 = 0;
let planFlightsAt: u64 = 0;
let planRecordsAt: u64 = 0;
let planHeapAt: u64 = 0;
let planSlotsAt: u64 = 0;

@inline
function align(value: u64): u64 {
  return (value + <u64>LINE - 1) & ~(<u64>LINE - 1);
}

/**
 * Records of one shard: its share, and a margin of eight standard deviations of the number of keys that a keyed
 * hash puts there, so that a shard has to give up an entry of its own only with a probability of about 1e-15.
 */
function recordsPerShard(maxSize: u32, shards: u32): u32 {
  const share = <f64>maxSize / <f64>shards;
  return min<u32>(maxSize, <u32>(share + 8 * sqrt<f64>(share)) + 8);
}

@inline
function powerOfTwoFrom(value: u32): u32 {
  return value <= 1 ? 1 : (<u32>1) << (32 - clz<u32>(value - 1));
}

/** A log eight times larger than the cache is of no more use. */
function longestLog(maxSize: u32): u32 {
  let bits = MIN_LOG_BITS;
  while (bits < MAX_LOG_BITS && maxSize > (1 << bits) >> 3) bits++;
  return bits;
}

/**
 * Divides `pages` of memory. False when `maxSize` entries with their index, and a value of a sixteenth of the memory
 * with the longest key, do not fit. Heap blocks are in addresses below 4 GiB, so the last page never ends in one.
 *
 * What is accepted with so many pages is accepted with more: of each page more, less goes to the thread slots and to the
 * largest block than it has. So neither may grow in steps of more than that.
 */
export function plan(pages: u32, maxSize: u32, shards: u32): bool {
  const bytes = <u64>pages * PAGE;
  const longest = longestLog(maxSize);
  const shortest = min<u32>(longest, SHORT_LOG_BITS);
  // a sixth of the memory, whether whole slots fill it or not
  const most = min<u64>(<u64>MAX_SLOTS * slotBytes(longest), bytes / 6);
  const forSlots = max<u64>(<u64>MIN_SLOTS * slotBytes(shortest), most);
  planLogBits = longest;
  while (planLogBits > shortest && <u64>ENOUGH_SLOTS * slotBytes(planLogBits) > forSlots) planLogBits--;
  planSlots = min<u32>(MAX_SLOTS, <u32>(forSlots / slotBytes(planLogBits)));
  planRecords = recordsPerShard(maxSize, shards);
  planBuckets = powerOfTwoFrom(planRecords);
  planBucketsAt =
    align(<u64>HEADER_END) + <u64>shards * <u64>SHARD_STRIDE + <u64>MAX_ARENAS * <u64>ARENA_STRIDE;
  // of the number of entries, not of the memory: a larger budget must not be refused where a smaller one is not
  planFlights = max<u32>(MIN_FLIGHTS, min<u32>(MAX_FLIGHTS / shards, planBuckets >> 4));
  planFlightBucketsAt = align(planBucketsAt + <u64>shards * <u64>planBuckets * 4);
  planFlightsAt = align(planFlightBucketsAt + <u64>shards * <u64>planFlights * 4);
  planRecordsAt = align(planFlightsAt + <u64>shards * <u64>planFlights * <u64>FLIGHT_BYTES);
  planHeapAt = align(planRecordsAt + <u64>shards * <u64>planRecords * <u64>ENTRY_BYTES);
  if (bytes < forSlots) return false;
  planSlotsAt = (bytes - forSlots) & ~(<u64>LINE - 1);
  if (planSlotsAt <= planHeapAt) return false;
  // the largest promised block, with what a class may round it up by, beside the closing mark
  const promised = bytes / 16 + MAX_KEY + BLOCK_HEADER + 7;
  const largest = promised + promised / SL_COUNT + BLOCK_HEADER + MIN_BLOCK;
  const heap = planSlotsAt - planHeapAt;
  planArenas = MAX_ARENAS;
  while (planArenas > 1 && heap / planArenas < largest * 2) planArenas >>= 1;
  return heap / planArenas >= largest;
}

/**
 * Writes the plan into a zero-filled memory of `pages` pages. `now` is µs. The seed keys the hash. False when the
 * plan does not hold; nothing is written then.
 */
export function initialize(
  pages: u32,
  maxSize: u32,
  shards: u32,
  now: f64,
  seed0: u32,
  seed1: u32,
  seed2: u32,
  seed3: u32,
): bool {
  checkWidths();
  assert(shards <= MAX_SHARDS && popcnt<u32>(shards) == 1);
  if (!plan(pages, maxSize, shards)) return false;
  const h = header();
  h.layoutVersion = LAYOUT_VERSION;
  h.pages = pages;
  h.maxSize = maxSize;
  h.shardCount = shards;
  h.arenaCount = planArenas;
  h.slotCount = planSlots;
  h.recordsPerShard = planRecords;
  h.bucketMask = planBuckets - 1;
  h.valueLimit = <u32>((<u64>pages * PAGE) / 16);
  h.shards = <usize>align(<u64>HEADER_END);
  h.arenas = h.shards + <usize>shards * SHARD_STRIDE;
  h.buckets = <usize>planBucketsAt;
  h.flights = <usize>planFlightsAt;
  h.flightsPerShard = planFlights;
  h.records = <usize>planRecordsAt;
  h.heap = <usize>planHeapAt;
  h.slots = <usize>planSlotsAt;
  h.slotBytes = slotBytes(planLogBits);
  h.logBits = planLogBits;
  // 0 stands for no stamp
  store<u64>(STAMP_WORD, 1);
  h.seed0 = ((<u64>seed0) << 32) | <u64>seed1;
  h.seed1 = ((<u64>seed2) << 32) | <u64>seed3;
  for (let i: u32 = 0; i < shards; i++) initializeShard(i, <u64>now >> TICK_BITS);
  const arenaBytes = <u32>((planSlotsAt - planHeapAt) / planArenas) & ~7;
  for (let i: u32 = 0; i < planArenas; i++)
    heapInitialize(arenaAt(i), h.heap + <usize>(i * arenaBytes), arenaBytes);
  // last: whoever sees the magic number sees all of it
  atomic.store<u32>(changetype<usize>(h), MAGIC);
  return true;
}

function initializeShard(index: u32, tick: u64): void {
  const h = header();
  const shard = shardAt(index);
  const self = changetype<usize>(shard);
  shard.lruNext = self;
  shard.lruPrev = self;
  shard.stamp = u64.MAX_VALUE;
  shard.lock = SEQUENCE_ONE;
  shard.fresh = h.records + <usize>index * <usize>h.recordsPerShard * ENTRY_BYTES;
  shard.recordsEnd = shard.fresh + <usize>h.recordsPerShard * ENTRY_BYTES;
  shard.buckets = h.buckets + <usize>(index * (h.bucketMask + 1) * 4);
  shard.wheelTick = tick;
  shard.flightBuckets = <usize>planFlightBucketsAt + <usize>(index * h.flightsPerShard * 4);
  shard.flightFresh = h.flights + <usize>(index * h.flightsPerShard) * FLIGHT_BYTES;
  shard.flightsEnd = shard.flightFresh + <usize>h.flightsPerShard * FLIGHT_BYTES;
}

/** Whether this memory holds a cache of this layout. */
export function isCompatible(): bool {
  return atomic.load<u32>(changetype<usize>(header())) == MAGIC && header().layoutVersion == LAYOUT_VERSION;
}
