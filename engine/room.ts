/**
 * Making room in the heap. First the least recently used entries of the whole cache go, one by one, until a
 * block fits. Entries lie scattered, so for a large block that could empty most of the cache; once as many bytes as
 * patience() says have gone in vain, a stretch of one arena is emptied instead (stretch.ts).
 */
import { busy, endClaims, takeFrom } from './blocks';
import { Block, SIZE_MASK } from './heap';
import { arenaAt, header, shardAt } from './layout';
import { Arena } from './records';
import { afterRemoval, evictOldest } from './removal';
import { mine, myNumber } from './self';
import { emptyStretch, isClaiming } from './stretch';
import { CLAIMED, NO_ROOM, OK } from './status';

/** So many times the wanted bytes are evicted in LRU order before a stretch is emptied ... */
const PATIENCE: u32 = 4;
/** ... but for a large block, of which that would be much, not more than this part of the largest value, or its size. */
const PATIENT_PART: u32 = 16;

/** Bytes evicted in LRU order before a stretch is emptied for a block of this size. */
@inline
function patience(size: u32): u32 {
  return max<u32>(size, min<u32>(size * PATIENCE, header().valueLimit / PATIENT_PART));
}

/** A block from any arena, this thread's favourite first. OK, NO_ROOM, CLAIMED or BUSY. */
function takeAnywhere(size: u32): i32 {
  const count = header().arenaCount;
  let answer = NO_ROOM;
  for (let i: u32 = 0; i < count; i++) {
    const result = takeFrom(arenaAt((myNumber + i) & (count - 1)), size);
    if (result == CLAIMED) answer = CLAIMED;
    else if (result != NO_ROOM) return result;
  }
  // who empties a stretch goes on with it: two that wait for each other's claims would wait for ever
  return answer == CLAIMED && isClaiming() ? NO_ROOM : answer;
}

/** BUSY on account of another thread's claim, or OK when there is none any more. */
function busyClaim(): i32 {
  for (let i: u32 = 0; i < header().arenaCount; i++) {
    const at = changetype<usize>(arenaAt(i)) + offsetof<Arena>('claim');
    const holder = atomic.load<u32>(at);
    if (holder != 0 && holder != myNumber) return busy(at, holder);
  }
  return OK;
}

function isEmpty(): bool {
  for (let i: u32 = 0; i < header().shardCount; i++) {
    if (shardAt(i).used != 0) return false;
  }
  return true;
}

/** Removes one entry to make room. As remove(), or CLAIMED, or NO_ROOM when nothing is left to remove. */
function makeRoom(size: u32, now: u64): i32 {
  mine.pressed = 1;
  if (isEmpty()) mine.roomMade = u32.MAX_VALUE;
  if (mine.roomMade >= patience(size)) return emptyStretch(size, now);
  const result = evictOldest(0, now);
  if (mine.garbage != 0) mine.roomMade += changetype<Block>(mine.garbage).info & SIZE_MASK;
  return result;
}

/**
 * Takes a block of `size` bytes into slot.hand. OK, BUSY, NEEDS_CLOCK, REMOVED (call again) or NO_ROOM (everything
 * that can go has gone, and other threads have the rest in hand).
 */
export function reserveBlock(size: u32, now: u64, flags: u32): i32 {
  while (true) {
    let result = takeAnywhere(size);
    if (result == OK) break;
    if (result == NO_ROOM) result = makeRoom(size, now);
    result = result == CLAIMED ? busyClaim() : afterRemoval(result, flags);
    if (result == NO_ROOM) break;
    if (result != OK) return result;
  }
  endClaims(mine, myNumber);
  return mine.hand != 0 ? OK : NO_ROOM;
}
