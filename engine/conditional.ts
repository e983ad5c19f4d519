/**
 * Changes that depend on what is there. What they depend on is read under `word`, as a walk is, and the section takes
 * the lock by a compare-and-swap from `word`: so it still holds there, and read and change are one step.
 */
import { isLogEmpty, logWrite, reserveAccess } from './accesses';
import { busyHeld, freeGarbage } from './blocks';
import { isClosed, readCount } from './count';
import { fence } from './flights';
import { unchanged } from './lock';
import { LOCKED, aim, hash, keyInfo, lock, look, shard, valueAt, word } from './operations';
import { Entry } from './records';
import { remove } from './removal';
import { judge, overwriteSection, setStamped, setWanted } from './sections';
import { mine, valueScratch } from './self';
import {
  BUSY,
  CAUSE_DELETED,
  CAUSE_EXPIRED,
  CLOSED,
  CONFLICT,
  EXPIRED,
  HELD,
  LEFTOVER,
  MISS,
  NEEDS_CLOCK,
  NOT_NUMBER,
  OK,
  RETRY,
} from './status';
import { Sized, lengthOf } from './table';

/**
 * Adds to a number: `value` is {length, kind} of one, 8 bytes. The sum stands in the scratch afterwards; the entry
 * becomes the newest. `ttl` is µs, 0: it never expires, below 0: its deadline stays. OK, MISS (also expired), NOT_NUMBER
 * (also when the sum would be NaN), CLOSED, NEEDS_CLOCK or BUSY.
 */
export function add(key: Sized, value: Sized, by: f64, now: f64, ttl: f64): i32 {
  if (isClosed(readCount())) return CLOSED;
  if (reserveAccess() != OK) return BUSY;
  aim(key);
  const time = <u64>now;
  while (true) {
    const at = look();
    if (at == LOCKED) return BUSY;
    if (at == 0) {
      if (unchanged(lock, word)) return MISS;
      continue;
    }
    const entry = changetype<Entry>(at);
    if (entry.deadline != 0 && time == 0) return NEEDS_CLOCK;
    let result = judge(entry, time);
    if (result == OK) {
      let sum = load<f64>(valueAt(entry)) + by;
      if (entry.valueInfo != value || isNaN<f64>(sum)) {
        result = NOT_NUMBER;
      } else {
        if (fence(shard, word, hash, keyInfo) != OK) continue;
        store<f64>(valueScratch, sum);
        setWanted(keyInfo, value, ttl < 0 ? entry.deadline : ttl == 0 ? 0 : time + <u64>ttl);
        setStamped(isLogEmpty());
        result = overwriteSection(shard, word, entry, valueAt(entry), lengthOf(value), time);
        if (result == OK) {
          logWrite();
          return OK;
        }
        if (result == HELD) return busyHeld(lock);
        continue;
      }
    }
    if (unchanged(lock, word)) return result == NOT_NUMBER ? NOT_NUMBER : MISS;
  }
}

/**
 * Removes an entry that the caller has read, if it still has that version, and counts a hit; with version 0: makes
 * sure that the key is not there, and counts a miss. OK, MISS, EXPIRED (a miss too), CONFLICT (read again), CLOSED,
 * NEEDS_CLOCK or BUSY.
 */
export function take(key: Sized, version: f64, now: f64): i32 {
  if (isClosed(readCount())) return CLOSED;
  aim(key);
  const time = <u64>now;
  const expected = <u64>version;
  while (true) {
    const at = look();
    if (at == LOCKED) return BUSY;
    if (at == 0) {
      if (!unchanged(lock, word)) continue;
      if (expected != 0) return CONFLICT;
      if (fence(shard, word, hash, keyInfo) != OK) continue;
      if (!unchanged(lock, word)) continue;
      mine.misses += 1;
      return MISS;
    }
    const entry = changetype<Entry>(at);
    if (entry.deadline != 0 && time == 0) return NEEDS_CLOCK;
    const isThere = judge(entry, time) == OK;
    if (isThere ? entry.version != expected : expected != 0) {
      if (unchanged(lock, word)) return CONFLICT;
      continue;
    }
    if (fence(shard, word, hash, keyInfo) != OK) continue;
    const result = remove(shard, word, entry, isThere ? CAUSE_DELETED : CAUSE_EXPIRED, 0, 0, time);
    if (result == RETRY) continue;
    if (result != OK && result != LEFTOVER) return result;
    freeGarbage();
    // cleared by another thread just before it was removed
    if (isThere && result == LEFTOVER) return CONFLICT;
    if (isThere) mine.hits += 1;
    else mine.misses += 1;
    return isThere ? OK : result == OK ? EXPIRED : MISS;
  }
}
