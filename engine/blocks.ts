/**
 * Taking and freeing blocks: the sections of the arena locks. A block that is taken stands in slot.hand from the
 * section that took it, one that is given back stands in slot.garbage or slot.hand until the section that frees
 * it; so whatever moment a thread dies at, the block is known to its slot.
 */
import { arenaAt, header } from './layout';
import { isHeld, readFree, releaseChanged, releaseUnchanged, tryLock } from './lock';
import { Block, SIZE_MASK, heapFree, heapTake, slotMark } from './heap';
import { Arena, Slot } from './records';
import { mine, myNumber } from './self';
import { BUSY, CLAIMED, NO_ROOM, OK, READER, RETRY } from './status';

/** Remembers what made this operation wait, for the host to look after. */
export function busy(at: usize, owner: u32): i32 {
  mine.busyAt = at;
  mine.busyOwner = owner;
  return BUSY;
}

@inline
export function busyLock(lock: usize, word: u64): i32 {
  return busy(lock, <u32>(word & 1023));
}

/** A reader holds the wanted entry of this shard for some milliseconds. */
export function busyHeld(lock: usize): i32 {
  return busy(lock, READER);
}

/** Section: takes a block of this arena into slot.hand. OK, NO_ROOM, CLAIMED or RETRY. */
function takeSection(arena: Arena, word: u64, size: u32): i32 {
  const lock = changetype<usize>(arena);
  if (!tryLock(lock, word)) return RETRY;
  if (arena.claim != 0 && arena.claim != myNumber) {
    releaseUnchanged(lock, word);
    return CLAIMED;
  }
  const block = heapTake(arena, size, slotMark(myNumber));
  if (block == 0) {
    releaseUnchanged(lock, word);
    return NO_ROOM;
  }
  mine.hand = block;
  releaseChanged(lock, word);
  return OK;
}

/** Section: keeps other threads from taking blocks of this arena. OK, CLAIMED or RETRY. */
function claimSection(arena: Arena, word: u64): i32 {
  const lock = changetype<usize>(arena);
  if (!tryLock(lock, word)) return RETRY;
  if (arena.claim != 0 && arena.claim != myNumber) {
    releaseUnchanged(lock, word);
    return CLAIMED;
  }
  arena.claim = myNumber;
  releaseUnchanged(lock, word);
  return OK;
}

/** Section: frees the block that the slot's field names. */
function freeSection(arena: Arena, word: u64, slot: Slot, field: usize, block: usize): i32 {
  const lock = changetype<usize>(arena);
  if (!tryLock(lock, word)) return RETRY;
  // first, so that a take-over in between finds a block of nobody's and not one that is free already
  store<u32>(changetype<usize>(slot) + field, 0);
  heapFree(arena, block);
  releaseChanged(lock, word);
  return OK;
}

/** Claims an arena. OK, CLAIMED or BUSY. */
export function claim(arena: Arena): i32 {
  const lock = changetype<usize>(arena);
  while (true) {
    const word = readFree(lock);
    if (isHeld(word)) return busyLock(lock, word);
    const result = claimSection(arena, word);
    if (result != RETRY) return result;
  }
}

/** Ends a slot's search for room, with its claims; one that was cut off may have left some. */
export function endClaims(slot: Slot, number: u32): void {
  if (slot.roomMade == 0) return;
  for (let i: u32 = 0; i < header().arenaCount; i++) {
    atomic.cmpxchg<u32>(changetype<usize>(arenaAt(i)) + offsetof<Arena>('claim'), number, 0);
  }
  slot.roomMade = 0;
}

/** Takes a block of `size` bytes from one arena. OK, NO_ROOM, CLAIMED or BUSY. */
export function takeFrom(arena: Arena, size: u32): i32 {
  const lock = changetype<usize>(arena);
  while (true) {
    const word = readFree(lock);
    if (isHeld(word)) return busyLock(lock, word);
    const result = takeSection(arena, word, size);
    if (result != RETRY) return result;
  }
}

/** Frees the block in slot.hand or slot.garbage, if there is one. OK or BUSY. */
export function freeBlockOf(slot: Slot, field: usize): i32 {
  while (true) {
    const block = <usize>load<u32>(changetype<usize>(slot) + field);
    if (block == 0) return OK;
    const arena = arenaOf(block);
    const lock = changetype<usize>(arena);
    const word = readFree(lock);
    if (isHeld(word)) return busyLock(lock, word);
    const result = freeSection(arena, word, slot, field, block);
    if (result != RETRY) return result;
  }
}

@inline
export function freeGarbage(): i32 {
  return mine.garbage == 0 ? OK : freeBlockOf(mine, offsetof<Slot>('garbage'));
}

/**
 * Turns the block in slot.garbage into the one in hand, if it has just this size and nobody empties a stretch around it:
 * it stays a used block, so that its arena's lock is not needed. A straight line, as long as the slot names it twice; and
 * in this order, so that a take-over, which reads hand, garbage and then the owner again, finds it at any moment.
 */
@inline
export function keepGarbage(size: u32): bool {
  const address = mine.garbage;
  const block = changetype<Block>(address);
  if ((block.info & SIZE_MASK) != size || arenaOf(address).claim != 0) return false;
  mine.hand = address;
  block.owner = slotMark(myNumber);
  mine.garbage = 0;
  return true;
}

@inline
export function freeHand(): i32 {
  return mine.hand == 0 ? OK : freeBlockOf(mine, offsetof<Slot>('hand'));
}

/** The arena a block lies in. */
export function arenaOf(block: usize): Arena {
  const count = header().arenaCount;
  let index: u32 = 0;
  while (index + 1 < count && block >= arenaAt(index + 1).start) index++;
  return arenaAt(index);
}
