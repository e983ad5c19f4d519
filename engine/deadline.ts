/** Asking whether an entry is there and for how long, and giving it another time. */
import { isLogEmpty, logWrite, reserveAccess } from './accesses';
import { isClosed, readCount } from './count';
import { releaseChanged, releaseUnchanged, tryLock, unchanged } from './lock';
import { LOCKED, aim, lock, look, shard, word } from './operations';
import { Entry, Shard } from './records';
import { judge, newIsStamped, refresh, setStamped } from './sections';
import { mine } from './self';
import { BUSY, CLOSED, LEFTOVER, MISS, NEEDS_CLOCK, OK, RETRY } from './status';
import { Sized } from './table';
import { wheelLink, wheelUnlink } from './wheel';

/** Whether the key is there: OK, MISS, CLOSED, NEEDS_CLOCK or BUSY. As peek(), without the value. */
export function has(key: Sized, now: f64): i32 {
  if (isClosed(readCount())) return CLOSED;
  aim(key);
  const time = <u64>now;
  while (true) {
    const at = look();
    if (at == LOCKED) return BUSY;
    let result = MISS;
    if (at != 0) {
      const entry = changetype<Entry>(at);
      if (entry.deadline != 0 && time == 0) return NEEDS_CLOCK;
      if (judge(entry, time) == OK) result = OK;
    }
    if (unchanged(lock, word)) return result;
  }
}

/** µs that the entry has left, above 0, or Infinity; MISS, CLOSED, NEEDS_CLOCK or BUSY. Without any effect; takes no lock. */
export function ttl(key: Sized, now: f64): f64 {
  if (isClosed(readCount())) return <f64>CLOSED;
  aim(key);
  while (true) {
    const at = look();
    if (at == LOCKED) return <f64>BUSY;
    let left = <f64>MISS;
    if (at != 0) {
      const entry = changetype<Entry>(at);
      const deadline = entry.deadline;
      if (deadline != 0 && now == 0) return <f64>NEEDS_CLOCK;
      if (judge(entry, <u64>now) == OK) left = deadline == 0 ? Infinity : <f64>deadline - now;
    }
    if (unchanged(lock, word)) return left;
  }
}

/** Section: gives an entry another deadline and makes it the newest; its version stays. OK, RETRY, LEFTOVER or EXPIRED. */
function touchSection(shard: Shard, word: u64, entry: Entry, deadline: u64, now: u64): i32 {
  const lock = changetype<usize>(shard);
  if (!tryLock(lock, word)) return RETRY;
  const verdict = judge(entry, now);
  if (verdict != OK) {
    releaseUnchanged(lock, word);
    return verdict;
  }
  wheelUnlink(shard, entry);
  entry.deadline = deadline;
  if (deadline != 0) wheelLink(shard, entry);
  if (newIsStamped) refresh(shard, entry);
  mine.entry = changetype<usize>(entry);
  mine.entryVersion = entry.version;
  // who has judged the deadline that was must look again
  releaseChanged(lock, word);
  return OK;
}

/**
 * Gives an entry another time to live, µs from now; 0: it never expires, below 0: its deadline stays. It becomes the
 * newest; nothing is counted. OK, MISS (also expired, which stays), CLOSED, NEEDS_CLOCK or BUSY.
 */
export function touch(key: Sized, now: f64, ttl: f64): i32 {
  if (isClosed(readCount())) return CLOSED;
  if (reserveAccess() != OK) return BUSY;
  aim(key);
  const time = <u64>now;
  while (true) {
    const at = look();
    if (at == LOCKED) return BUSY;
    let result = LEFTOVER;
    if (at != 0) {
      const entry = changetype<Entry>(at);
      if (entry.deadline != 0 && time == 0) return NEEDS_CLOCK;
      const deadline = ttl < 0 ? entry.deadline : ttl == 0 ? 0 : time + <u64>ttl;
      setStamped(isLogEmpty());
      result = touchSection(shard, word, entry, deadline, time);
      if (result == OK) {
        logWrite();
        return OK;
      }
      if (result == RETRY) continue;
    }
    if (unchanged(lock, word)) return MISS;
  }
}
