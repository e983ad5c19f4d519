/** The operations on the whole cache. */
import { countOf, epochOf, isClosed, nextEpoch, readCount } from './count';
import { header, shardAt } from './layout';
import { PURGE, purge } from './removal';
import { CLOSED, OK } from './status';

/** Empties the cache at once for every thread. OK or CLOSED. */
export function clear(now: f64): i32 {
  if (!nextEpoch()) return CLOSED;
  // so that clears alone, too, take every leftover away long before epochs repeat
  purge(shardAt(epochOf(readCount()) & (header().shardCount - 1)), PURGE, <u64>now);
  return OK;
}

/** Entries held, or CLOSED. */
export function size(): i32 {
  const count = readCount();
  return isClosed(count) ? CLOSED : <i32>countOf(count);
}
