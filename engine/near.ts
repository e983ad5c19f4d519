/** The near tier's question: is a value that this thread has decoded still the one in the cache? */
import { busyLock } from './blocks';
import { shardOfRecord } from './layout';
import { isHeld, readFree } from './lock';
import { Entry } from './records';
import { nearHitSection } from './sections';
import { RETRY } from './status';

/**
 * A hit on the record with this address, if it still has this version: it becomes the newest and the hit is counted.
 * OK, or MISS, LEFTOVER, EXPIRED (nothing has happened: ask for the key), NEEDS_CLOCK, BUSY. No hash, no walk.
 */
export function nearHit(record: usize, version: f64, now: f64): i32 {
  const shard = shardOfRecord(record);
  const lock = changetype<usize>(shard);
  while (true) {
    const word = readFree(lock);
    if (isHeld(word)) return busyLock(lock, word);
    const result = nearHitSection(shard, word, changetype<Entry>(record), <u64>version, <u64>now);
    if (result != RETRY) return result;
  }
}
