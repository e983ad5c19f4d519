/**
 * The timing wheel of a shard (Varghese and Lauck, SOSP 1987, hierarchical): every entry with a deadline is in
 * one bucket. Straight-line code; the caller holds the shard's lock.
 *
 *   tick = deadline >> TICK_BITS        level = the highest group of six bits in which tick and wheelTick differ
 *
 *   level 0  | 64 buckets of   1 tick  |   the buckets of level 0 hold what is due in this turn of 64 ticks,
 *   level 1  | 64 buckets of  64 ticks |   those of level 1 what is due in this turn of 4,096 ticks, ...
 *   ...
 *
 * Invariant: an entry stands at the level and bucket that its tick gives against wheelTick, but for the entries
 * of buckets that wheelTick has just entered; those are moved down one by one (an entry at most six times in
 * its life) before wheelTick goes on. wheelTick never passes a bucket that is not empty.
 */
import { SHARD_HEADS } from './layout';
import { Entry, Shard, TICK_BITS, WHEEL_LEVELS } from './records';

const BUCKET_BITS: u64 = 6;
const BUCKET_MASK: u64 = 63;

@inline
function heads(shard: Shard): usize {
  return changetype<usize>(shard) + SHARD_HEADS;
}

@inline
function mapOf(shard: Shard, level: u32): usize {
  return changetype<usize>(shard) + offsetof<Shard>('wheelMap0') + ((<usize>level) << 3);
}

/** The bucket an entry belongs to: {level, slot: 6}. */
@inline
export function wheelPlace(shard: Shard, entry: Entry): u32 {
  const now = shard.wheelTick;
  const due = max<u64>(entry.deadline >> TICK_BITS, now);
  // the highest bit that differs, divided by six (exact below 64)
  const level = <u32>((63 - clz<u64>((due ^ now) | 1)) * 43) >> 8;
  return (level << 6) | <u32>((due >> (<u64>level * BUCKET_BITS)) & BUCKET_MASK);
}

@inline
export function wheelLink(shard: Shard, entry: Entry): void {
  const place = wheelPlace(shard, entry);
  const map = mapOf(shard, place >> 6);
  store<u64>(map, load<u64>(map) | ((<u64>1) << (<u64>(place & <u32>BUCKET_MASK))));
  const head = heads(shard) + ((<usize>place) << 2);
  const next = <usize>load<u32>(head);
  entry.wheelNext = next;
  entry.wheelPrev = head;
  if (next != 0) changetype<Entry>(next).wheelPrev = changetype<usize>(entry) + offsetof<Entry>('wheelNext');
  store<u32>(head, <u32>changetype<usize>(entry));
}

/** Does nothing for an entry that never expires. */
@inline
export function wheelUnlink(shard: Shard, entry: Entry): void {
  const prev = entry.wheelPrev;
  if (prev != 0) {
    const next = entry.wheelNext;
    store<u32>(prev, <u32>next);
    entry.wheelPrev = 0;
    if (next != 0) {
      changetype<Entry>(next).wheelPrev = prev;
    } else {
      // the last of its bucket when the word before it is a bucket head
      const index = (prev - heads(shard)) >> 2;
      if (index < <usize>(WHEEL_LEVELS << 6)) {
        const map = mapOf(shard, <u32>index >> 6);
        store<u64>(map, load<u64>(map) & ~((<u64>1) << (<u64>(index & <usize>BUCKET_MASK))));
      }
    }
  }
}

/**
 * The head of a bucket that is due at nowTick or waits to be moved down, or 0. Loops, so it runs without the
 * lock: what it finds holds if the lock can be taken from the word read before.
 */
export function wheelDue(shard: Shard, nowTick: u64): usize {
  const tick = shard.wheelTick;
  if (tick > nowTick) return 0;
  for (let level = WHEEL_LEVELS - 1; level > 0; level--) {
    const slot = <u32>((tick >> (<u64>level * BUCKET_BITS)) & BUCKET_MASK);
    if ((load<u64>(mapOf(shard, level)) >> <u64>slot) & 1)
      return heads(shard) + <usize>((level << 6) | slot) * 4;
  }
  const slot = tick & BUCKET_MASK;
  // a bucket of level 0 is due as a whole once its tick is over
  if (tick < nowTick && (shard.wheelMap0 >> slot) & 1) return heads(shard) + <usize>slot * 4;
  return 0;
}

/** Where wheelTick may go when nothing is due: the start of the next bucket that is not empty, or nowTick. */
export function wheelNextTick(shard: Shard, nowTick: u64): u64 {
  const tick = shard.wheelTick;
  for (let level: u32 = 0; level < WHEEL_LEVELS; level++) {
    const shift = <u64>level * BUCKET_BITS;
    const slot = (tick >> shift) & BUCKET_MASK;
    // the buckets after the one wheelTick stands in
    const later = load<u64>(mapOf(shard, level)) & ~((((<u64>1) << slot) << 1) - 1);
    if (later != 0) {
      const start = ((((tick >> shift) >> BUCKET_BITS) << BUCKET_BITS) | ctz<u64>(later)) << shift;
      return min<u64>(start, nowTick);
    }
  }
  return nowTick;
}

/** For verify(): the head of a bucket, and whether its bit is set. */
export function wheelHead(shard: Shard, level: u32, slot: u32): usize {
  return heads(shard) + <usize>((level << 6) | slot) * 4;
}

export function wheelBit(shard: Shard, level: u32, slot: u32): bool {
  return ((load<u64>(mapOf(shard, level)) >> <u64>slot) & 1) != 0;
}
