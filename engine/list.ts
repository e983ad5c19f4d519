/**
 * The lists an entry is part of: the hash chain of its bucket, the LRU list of its shard, the free list.
 * Straight-line code without a lock of its own; the caller holds the shard's. All O(1).
 */
import { ENTRY_BYTES } from './layout';
import { Entry, Shard } from './records';

@inline
export function chainLink(bucket: usize, entry: Entry): void {
  const next = <usize>load<u32>(bucket);
  entry.chainNext = next;
  entry.chainPrev = bucket;
  if (next != 0) changetype<Entry>(next).chainPrev = changetype<usize>(entry);
  store<u32>(bucket, <u32>changetype<usize>(entry));
}

/** Leaves entry.chainNext as it is, for readers that stand on this entry. */
@inline
export function chainUnlink(entry: Entry): void {
  const next = entry.chainNext;
  store<u32>(entry.chainPrev, <u32>next);
  if (next != 0) changetype<Entry>(next).chainPrev = entry.chainPrev;
}

@inline
export function lruUnlink(entry: Entry): void {
  const next = entry.lruNext;
  const prev = entry.lruPrev;
  changetype<Entry>(prev).lruNext = next;
  changetype<Entry>(next).lruPrev = prev;
}

/** Makes the entry the newest of its shard. */
@inline
export function lruLinkFirst(shard: Shard, entry: Entry): void {
  const first = shard.lruNext;
  entry.lruNext = first;
  entry.lruPrev = changetype<usize>(shard);
  changetype<Entry>(first).lruPrev = changetype<usize>(entry);
  shard.lruNext = changetype<usize>(entry);
}

/** A free record, or 0. It stays where it is until recordTake. */
@inline
export function recordPeek(shard: Shard): usize {
  return shard.free != 0 ? shard.free : shard.fresh < shard.recordsEnd ? shard.fresh : 0;
}

/** Takes what recordPeek has shown. */
@inline
export function recordTake(shard: Shard, record: usize): void {
  if (record == shard.free) shard.free = changetype<Entry>(record).lruNext;
  else shard.fresh = record + ENTRY_BYTES;
  shard.used += 1;
}

@inline
export function recordGiveBack(shard: Shard, entry: Entry): void {
  entry.block = 0;
  entry.wheelPrev = 0;
  entry.lruNext = shard.free;
  shard.free = changetype<usize>(entry);
  shard.used -= 1;
}
