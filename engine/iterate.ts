/**
 * Going through all entries, one in each call, without a lock between the calls: bucket by bucket, and in a bucket by the
 * hash. Bucket and hash belong to the key, so a key that stays is met exactly once, and none is met twice, whatever is
 * put, replaced, deleted and put again meanwhile. (Records would not do: a key that comes back has another one. Keys of two
 * kinds may have the same bytes, so the kind stands in three bits of the hash; two keys of one kind that have all the other
 * 61 in common are taken for one.)
 *
 * What is read counts if the shard's lock word is unchanged afterwards. An empty bucket needs no such look: the load of
 * the lock word orders what was linked before, and a chain that holds an entry is empty at no moment.
 */
import { applyLogs } from './accesses';
import { busyLock } from './blocks';
import { isClosed, readCount } from './count';
import { siphash13 } from './hash';
import { BLOCK_HEADER, MAX_KEY, VALUE_SCRATCH, header, shardAt } from './layout';
import { isHeld, read, readFree, unchanged } from './lock';
import { Entry, Shard } from './records';
import { judge } from './sections';
import { keyScratch, mine, valueScratch } from './self';
import { BUSY, CLOSED, LARGE, MISS, NEEDS_CLOCK, OK, RETRY } from './status';
import { CHANGED, bucketOfHash, keyLengthOf, lengthOf, shardOfHash } from './table';

/** As in find(): steps of a walk between two looks at the lock word. */
const STRIDE_MASK: u32 = 63;
/** {stamp: u64, hash: u64}, as survey() writes them. */
const ITEM: usize = 16;
const ROOM: u32 = MAX_KEY / <u32>ITEM;

/** Hash of the entry that seek() has found. */
let foundHash: u64 = 0;

/** Where the kind stands: at bits that say neither shard nor bucket. */
const KIND_SHIFT: u64 = 52;
const KIND_MASK: u64 = 7;

/** The hash of an entry's key, with the key's kind in it. */
@inline
function hashOf(entry: Entry): u64 {
  const info = entry.keyInfo;
  const hash = siphash13(entry.block + BLOCK_HEADER, keyLengthOf(info), header().seed0, header().seed1);
  return (hash & ~(KIND_MASK << KIND_SHIFT)) | ((<u64>info & KIND_MASK) << KIND_SHIFT);
}

/** Of the entries of a bucket that are there: the one with the smallest hash from `from` on; 0, or CHANGED. */
function seek(shard: Shard, word: u64, bucket: usize, from: u64, now: u64): usize {
  let best: usize = 0;
  let at = <usize>load<u32>(bucket);
  let steps: u32 = 0;
  while (at != 0) {
    const entry = changetype<Entry>(at);
    if (judge(entry, now) == OK) {
      const hash = hashOf(entry);
      if (hash >= from && (best == 0 || hash < foundHash)) {
        best = at;
        foundHash = hash;
      }
    }
    at = entry.chainNext;
    if ((++steps & STRIDE_MASK) == 0 && read(changetype<usize>(shard)) != word) return CHANGED;
  }
  return best;
}

/** Copies an entry's key, and with `withValue` its value unless it is large. {length, kind}, OK or LARGE, or RETRY. */
function copyOut(lock: usize, word: u64, entry: Entry, withValue: bool): i32 {
  const keyInfo = entry.keyInfo & 0xfffff;
  const valueInfo = entry.valueInfo;
  const keyAt = entry.block + BLOCK_HEADER;
  const keyLength = min<u32>(keyLengthOf(keyInfo), MAX_KEY);
  mine.scanKey = keyInfo;
  mine.entry = changetype<usize>(entry);
  mine.entryValueAt = keyAt + <usize>keyLength;
  mine.entryValue = valueInfo;
  mine.entryVersion = atomic.load<u64>(changetype<usize>(entry), offsetof<Entry>('version'));
  memory.copy(keyScratch, keyAt, keyLength);
  let result = OK;
  if (withValue) {
    result = LARGE;
    if (lengthOf(valueInfo) <= VALUE_SCRATCH) {
      memory.copy(valueScratch, mine.entryValueAt, lengthOf(valueInfo));
      result = <i32>valueInfo;
    }
  }
  return unchanged(lock, word) ? result : RETRY;
}

/** The next entry of one bucket. As copyOut(), without RETRY; MISS: there is none; NEEDS_CLOCK or BUSY. */
function nextOf(shard: Shard, bucket: usize, from: u64, now: u64, withValue: bool): i32 {
  const lock = changetype<usize>(shard);
  while (true) {
    const word = readFree(lock);
    if (load<u32>(bucket) == 0) return MISS;
    if (isHeld(word)) return busyLock(lock, word);
    const at = seek(shard, word, bucket, from, now);
    if (at == CHANGED) continue;
    if (at == 0) {
      if (unchanged(lock, word)) return MISS;
      continue;
    }
    const entry = changetype<Entry>(at);
    if (entry.deadline != 0 && now == 0) return NEEDS_CLOCK;
    const hash = foundHash;
    const result = copyOut(lock, word, entry, withValue);
    if (result == RETRY) continue;
    mine.scanHash = hash;
    return result;
  }
}

/**
 * The next entry from a place on: the bucket with this number, over all shards, and there the hash {high, low}. Its key
 * comes in the key scratch, its value as by peek(), its place in slot.scanBucket and scanHash. {length, kind}, or OK
 * without `withValue`; LARGE; MISS: there is none any more; CLOSED, NEEDS_CLOCK, BUSY. Touches nothing.
 */
export function scan(start: u32, low: u32, high: u32, now: f64, withValue: bool): i32 {
  if (isClosed(readCount())) return CLOSED;
  const perShard = header().bucketMask + 1;
  const end = perShard * header().shardCount;
  let from = ((<u64>high) << 32) | <u64>low;
  for (let index = start; index < end; index++) {
    const shard = shardAt(index / perShard);
    if (shard.used == 0) {
      index |= header().bucketMask;
    } else {
      const bucket = shard.buckets + ((<usize>(index & header().bucketMask)) << 2);
      const result = nextOf(shard, bucket, from, <u64>now, withValue);
      if (result != MISS) {
        mine.scanBucket = index;
        return result;
      }
    }
    from = 0;
  }
  return MISS;
}

/** The entry with this hash. As scan(). */
export function scanAt(low: u32, high: u32, now: f64, withValue: bool): i32 {
  if (isClosed(readCount())) return CLOSED;
  const hash = ((<u64>high) << 32) | <u64>low;
  const shard = shardOfHash(hash);
  const result = nextOf(shard, bucketOfHash(shard, hash), hash, <u64>now, withValue);
  return (result >= 0 || result == LARGE) && mine.scanHash != hash ? MISS : result;
}

/** Writes {stamp, hash} of the entries of a bucket behind the first `count`: how many there are then; u32.MAX_VALUE: changed. */
function surveyOf(shard: Shard, word: u64, bucket: usize, count: u32, now: u64): u32 {
  let at = <usize>load<u32>(bucket);
  let steps: u32 = 0;
  while (at != 0 && count < ROOM) {
    const entry = changetype<Entry>(at);
    if (judge(entry, now) == OK) {
      const item = keyScratch + <usize>count * ITEM;
      store<u64>(item, atomic.load<u64>(at, offsetof<Entry>('stamp')));
      store<u64>(item, hashOf(entry), 8);
      count++;
    }
    at = entry.chainNext;
    if ((++steps & STRIDE_MASK) == 0 && read(changetype<usize>(shard)) != word) return u32.MAX_VALUE;
  }
  return count;
}

/**
 * Stamps and hashes of the entries from this bucket on, as many as the key scratch holds: how many, from 0; slot.scanBucket
 * is then the bucket to go on from, or the number of buckets. CLOSED or BUSY. Stamps are those of every access that has
 * returned. `now` is asked for.
 */
export function survey(start: u32, now: f64): i32 {
  if (isClosed(readCount())) return CLOSED;
  if (applyLogs() != OK) return BUSY;
  const perShard = header().bucketMask + 1;
  const end = perShard * header().shardCount;
  let count: u32 = 0;
  let index = start;
  while (index < end) {
    const shard = shardAt(index / perShard);
    const lock = changetype<usize>(shard);
    const bucket = shard.buckets + ((<usize>(index & header().bucketMask)) << 2);
    const word = readFree(lock);
    if (load<u32>(bucket) != 0) {
      if (isHeld(word)) {
        if (count != 0) break;
        return busyLock(lock, word);
      }
      const next = surveyOf(shard, word, bucket, count, <u64>now);
      // a bucket that is cut short is for the next call: no bucket fills the scratch by itself
      if (next == ROOM && count != 0) break;
      if (next == u32.MAX_VALUE || !unchanged(lock, word)) continue;
      count = next;
    }
    index = shard.used == 0 ? (index | header().bucketMask) + 1 : index + 1;
  }
  mine.scanBucket = index;
  return <i32>count;
}
