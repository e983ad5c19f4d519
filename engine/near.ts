/** The near tier's question: is a value that this thread has decoded still the one in the cache? */
import { logAccess, reserveAccess } from './accesses';
import { epochOf, readCount } from './count';
import { Entry } from './records';
import { mine } from './self';
import { BUSY, MISS, OK } from './status';

/**
 * A hit on the record with this address, if it still has this version and this deadline, which the host has judged: it
 * becomes the newest and the hit is counted. OK, MISS (nothing has happened: ask for the key) or BUSY. No hash, no walk,
 * no lock: a version never comes again, so if it is there now it was there all the time since the value was read, and
 * epoch and deadline need to have been these at any moment in between.
 */
export function nearHit(record: usize, version: f64, deadline: f64): i32 {
  if (reserveAccess() != OK) return BUSY;
  const epoch = epochOf(readCount());
  if (atomic.load<u32>(record, offsetof<Entry>('epoch')) != epoch) return MISS;
  if (atomic.load<u64>(record, offsetof<Entry>('deadline')) != <u64>deadline) return MISS;
  if (atomic.load<u64>(record, offsetof<Entry>('version')) != <u64>version) return MISS;
  mine.hits += 1;
  logAccess(record, <u64>version);
  return OK;
}
