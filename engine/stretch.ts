/**
 * Emptying a stretch of one arena, for a large block among scattered small ones: the stretch begins where one of
 * the oldest entries lies and goes on from block to block until it is long enough.
 *
 * The thread claims the arena first: others take blocks elsewhere, or wait in slices. So only frees can happen
 * there; they merge blocks but put no boundary to a new place and write nothing over an old header, and the walk
 * from block to block, over stale headers too, meets every block that is left. A claim ends with the allocation; that
 * of a dead thread is lifted when its slot is given back, and one that lasts too long by who waits for it. So each
 * header counts only when the claim still stands after it was read.
 */
import { applyLogs } from './accesses';
import { arenaOf, busyLock, claim } from './blocks';
import { Block, FREE, SIZE_MASK, roundUp } from './heap';
import { arenaAt, header, shardAt, shardOfRecord } from './layout';
import { isHeld, readFree } from './lock';
import { Arena, Entry } from './records';
import { remove } from './removal';
import { mine, myNumber } from './self';
import { CAUSE_EVICTED, CLAIMED, NO_ROOM, OK, RETRY } from './status';

/** Turns over the whole arena after which there is nothing left that could go. */
const MOST_TURNS: u32 = 3;

/** Number of the arena that isClaiming() or claimOne() has found. */
let claimedArena: u32 = 0;

/** Whether the claim stands. An atomic add of nothing: what was read before it comes before another thread's block. */
@inline
function holdsClaim(arena: Arena): bool {
  return atomic.add<u32>(changetype<usize>(arena) + offsetof<Arena>('claim'), 0) == myNumber;
}

/** Whether this thread empties a stretch. */
export function isClaiming(): bool {
  for (let i: u32 = 0; i < header().arenaCount; i++) {
    if (arenaAt(i).claim != myNumber) continue;
    claimedArena = i;
    return true;
  }
  return false;
}

/** Claims an arena for `wanted` bytes, if this thread has claimed none yet. OK, CLAIMED or BUSY. */
function claimOne(wanted: usize): i32 {
  if (isClaiming()) return OK;
  let result = applyLogs();
  if (result != OK) return result;
  result = CLAIMED;
  const count = header().arenaCount;
  for (let i: u32 = 0; i < count; i++) {
    claimedArena = (myNumber + i) & (count - 1);
    const arena = arenaAt(claimedArena);
    result = claim(arena);
    if (result == CLAIMED) continue;
    if (result == OK) begin(arena, wanted);
    break;
  }
  return result;
}

/**
 * The stretch begins at the block of the oldest of the lists' tails that lies in this arena, and not so near to its end
 * that all up to there would go in vain.
 */
function begin(arena: Arena, wanted: usize): void {
  let start = arena.start;
  let oldest = u64.MAX_VALUE;
  for (let i: u32 = 0; i < header().shardCount; i++) {
    const tail = shardAt(i).lruPrev;
    const entry = changetype<Entry>(tail);
    const block = entry.block;
    if (block < arena.start || block >= arena.end || entry.stamp >= oldest) continue;
    if (arena.end - block < wanted) continue;
    if (changetype<Block>(block).owner != <u32>tail || entry.block != block) continue;
    oldest = entry.stamp;
    start = block;
  }
  mine.stretchStart = start;
  mine.stretchAt = start;
  mine.stretchTurns = 0;
}

/** No address of a record: the claim was lifted. */
const LIFTED: usize = 1;

/** The next entry whose block has to go, LIFTED, or 0: long enough already, or the arena was walked through. */
function nextEntry(arena: Arena, wanted: u32): usize {
  let at = mine.stretchAt;
  let result: usize = 0;
  while (at - mine.stretchStart < <usize>wanted) {
    if (at >= arena.end) {
      at = arena.start;
      mine.stretchStart = at;
      if (++mine.stretchTurns >= MOST_TURNS) break;
    }
    const info = changetype<Block>(at).info;
    const owner = changetype<Block>(at).owner;
    if (!holdsClaim(arena)) return LIFTED;
    const size = <usize>(info & SIZE_MASK);
    if ((info & FREE) == 0) {
      if (owner & 1) {
        // in some thread's hand: the stretch begins behind it
        mine.stretchStart = at + size;
      } else if (changetype<Entry>(owner).block == at) {
        result = <usize>owner;
        break;
      }
    }
    at += size;
  }
  mine.stretchAt = at;
  return result;
}

/** Removes one more entry of the stretch for a block of `size` bytes. As remove(), or CLAIMED, or NO_ROOM. */
export function emptyStretch(size: u32, now: u64): i32 {
  const wanted = roundUp(size);
  const claimed = claimOne(wanted);
  if (claimed != OK) return claimed;
  const arena = arenaAt(claimedArena);
  const record = nextEntry(arena, wanted);
  if (record == LIFTED) return RETRY;
  if (record == 0) {
    if (mine.stretchTurns >= MOST_TURNS) return NO_ROOM;
    // long enough, but a block in it was on its way to be freed: look through it again
    mine.stretchAt = mine.stretchStart;
    mine.stretchTurns += 1;
    return RETRY;
  }
  const shard = shardOfRecord(record);
  const lock = changetype<usize>(shard);
  const word = readFree(lock);
  if (isHeld(word)) return busyLock(lock, word);
  const entry = changetype<Entry>(record);
  const block = entry.block;
  if (block == 0 || arenaOf(block) != arena) return RETRY;
  return remove(shard, word, entry, CAUSE_EVICTED, 0, 0, now);
}
