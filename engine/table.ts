/**
 * Finding a key: hash, shard, bucket, and the walk along the bucket's chain.
 *
 *   hash = {shard: 6, ..., tag: 12 (bits 40-51), ..., bucket: low bits}
 *
 * The walk loops, so it runs without the lock, on memory that others may be changing. It may be led astray, and
 * it may compare key bytes that are just being replaced; it reads nothing outside the memory, because links
 * point at records only and lengths are bounded. What it finds, and that it finds nothing, counts only when the
 * shard's lock word is still the one read before it.
 */
import { BLOCK_HEADER, header, shardAt } from './layout';
import { siphash13, sameBytes } from './hash';
import { read } from './lock';
import { Entry, Shard } from './records';
import { keyScratch } from './self';

/** No address of a record: the shard changed during the walk. */
export const CHANGED: usize = 1;
/** Steps between two looks at the lock word: a walk that is led in a circle notices. */
const STRIDE_MASK: u32 = 63;

/** {length: 29, kind: 3} */
export type Sized = u32;

@inline
export function lengthOf(info: u32): u32 {
  return info >> 3;
}

/** Bytes of the key, from keyInfo. */
@inline
export function keyLengthOf(keyInfo: u32): u32 {
  return (keyInfo >> 3) & 0x1ffff;
}

@inline
export function hashKey(key: Sized): u64 {
  return siphash13(keyScratch, lengthOf(key), header().seed0, header().seed1);
}

@inline
export function shardOfHash(hash: u64): Shard {
  return shardAt(<u32>(hash >> 58) & (header().shardCount - 1));
}

@inline
export function bucketOfHash(shard: Shard, hash: u64): usize {
  return shard.buckets + <usize>((<u32>hash & header().bucketMask) << 2);
}

@inline
export function keyInfoOf(hash: u64, key: Sized): u32 {
  return ((<u32>(hash >> 40) & 0xfff) << 20) | key;
}

/** The entry of the key in the scratch, 0, or CHANGED. */
export function find(shard: Shard, word: u64, hash: u64, keyInfo: u32): usize {
  const length = keyLengthOf(keyInfo);
  let at = <usize>load<u32>(bucketOfHash(shard, hash));
  let steps: u32 = 0;
  while (at != 0) {
    const entry = changetype<Entry>(at);
    if (entry.keyInfo == keyInfo && sameBytes(entry.block + BLOCK_HEADER, keyScratch, length)) return at;
    at = entry.chainNext;
    if ((++steps & STRIDE_MASK) == 0 && read(changetype<usize>(shard)) != word) return CHANGED;
  }
  return 0;
}
