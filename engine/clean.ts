/**
 * The cleaner's work, one step at a time: leftovers of older epochs at the tail, then what the wheel shows as due.
 * The cost follows the number of entries that have to go.
 */
import { busyLock, freeGarbage } from './blocks';
import { epochOf, readCount } from './count';
import { GRACE_WORD, shardAt } from './layout';
import { isHeld, readFree } from './lock';
import { Entry, Shard, TICK_BITS } from './records';
import { remove, removeTail } from './removal';
import { moveTimerSection, wheelTickSection } from './sections';
import { CAUSE_EXPIRED, LEFTOVER, MISS, OK, REMOVED, REPORT, RETRY } from './status';
import { wheelDue, wheelNextTick } from './wheel';

/** One step towards what was due at `due`, now or some time ago. MISS: nothing is left to do; OK: an entry has expired; else as remove(), where RETRY means go on. */
function step(shard: Shard, now: u64, due: u64): i32 {
  const lock = changetype<usize>(shard);
  if (shard.purgedEpoch != epochOf(readCount())) return removeTail(shard, true, now);
  const word = readFree(lock);
  if (isHeld(word)) return busyLock(lock, word);
  const dueTick = due >> TICK_BITS;
  const head = wheelDue(shard, dueTick);
  if (head == 0) {
    const tick = wheelNextTick(shard, dueTick);
    if (tick <= shard.wheelTick) return MISS;
    wheelTickSection(shard, word, tick);
    return RETRY;
  }
  const record = <usize>load<u32>(head);
  if (record == 0) return RETRY;
  const entry = changetype<Entry>(record);
  if (entry.deadline <= due) return remove(shard, word, entry, CAUSE_EXPIRED, 0, 0, now);
  moveTimerSection(shard, word, entry);
  return RETRY;
}

/**
 * Up to `most` steps on one shard. OK: there is more to do; MISS: nothing is due any more; REMOVED (with REPORT):
 * look at slot.garbage and call again; BUSY.
 */
export function clean(index: u32, now: f64, most: u32, flags: u32): i32 {
  const shard = shardAt(index);
  // what somebody may still take stale is not due yet
  const due = <u64>max<f64>(0, now - <f64>atomic.load<u64>(GRACE_WORD));
  for (let i: u32 = 0; i < most; i++) {
    let result = freeGarbage();
    if (result != OK) return result;
    result = step(shard, <u64>now, due);
    if (result == OK && (flags & REPORT) != 0) return REMOVED;
    if (result != OK && result != RETRY && result != LEFTOVER) return result;
  }
  return freeGarbage();
}
