/**
 * Thread slots: who takes part, what each has in hand, and how it comes back when a thread dies.
 *
 * state = {thread: 32, start: 24, status: 8}. thread and start name a thread of the operating system in a way that
 * is not used again; the host knows whether that thread lives. A free slot is taken by the thread that attaches, and
 * given back when it leaves. The slot of a thread that has died is taken over, by a compare-and-swap to the name of
 * whoever found that out; so if that one dies in turn, the slot is a dead thread's again and nothing is lost.
 *
 * Statistics are never reset: a slot used again goes on counting.
 */
import { busyLock, endClaims, freeBlockOf } from './blocks';
import { SLOTS_TAKEN, arenaAt, header, slotAt } from './layout';
import { Arena, Slot } from './records';
import { dropFlights } from './loading';
import { read } from './lock';
import { orphanedArena, rebuildOwnedBy } from './rebuild';
import { mine, myNumber, setSelf } from './self';
import { OK } from './status';

export const STATUS_FREE: u32 = 0;
export const STATUS_USED: u32 = 1;

@inline
function usedBy(thread: u32, start: u32): u64 {
  return ((<u64>thread) << 32) | ((<u64>start) << 8) | <u64>STATUS_USED;
}

@inline
function changeState(slot: Slot, seen: u64, next: u64): bool {
  return atomic.cmpxchg<u64>(changetype<usize>(slot), seen, next) == seen;
}

/** Takes a free slot for the calling thread; its index, or -1 when there is none. */
export function claimSlot(thread: u32, start: u32): i32 {
  const count = header().slotCount;
  for (let index: u32 = 0; index < count; index++) {
    if (!changeState(slotAt(index), <u64>STATUS_FREE, usedBy(thread, start))) continue;
    countTaken(index + 1);
    setSelf(index);
    return <i32>index;
  }
  return -1;
}

/** Before the slot's first access: whoever applies the logs looks at this one too. */
function countTaken(count: u32): void {
  while (true) {
    const seen = atomic.load<u32>(SLOTS_TAKEN);
    if (seen >= count || atomic.cmpxchg<u32>(SLOTS_TAKEN, seen, count) == seen) return;
  }
}

/** Takes a dead thread's slot for the calling thread, which has none yet. The caller vouches that it is dead. */
export function adoptSlot(index: u32, deadThread: u32, deadStart: u32, thread: u32, start: u32): bool {
  if (!changeState(slotAt(index), usedBy(deadThread, deadStart), usedBy(thread, start))) return false;
  // its owner may have died before it did so
  countTaken(index + 1);
  setSelf(index);
  return true;
}

/** Gives back what this thread's slot has in hand. OK or BUSY. */
export function emptyHands(): i32 {
  return emptySlot(mine, myNumber);
}

/** Gives this thread's slot back, with whatever it still had in hand. OK or BUSY. */
export function releaseSlot(): i32 {
  let result = emptyHands();
  if (result == OK) result = dropFlights(myNumber);
  if (result == OK) atomic.store<u64>(changetype<usize>(mine), <u64>STATUS_FREE);
  return result;
}

/** Whether a claim, not a lock, stands at this address. */
export function isClaim(at: usize): bool {
  for (let i: u32 = 0; i < header().arenaCount; i++) {
    if (changetype<usize>(arenaAt(i)) + offsetof<Arena>('claim') == at) return true;
  }
  return false;
}

/** Ends the claim that stands at this address, if it is still this one: for who has waited for it long enough. */
export function liftClaim(at: usize, number: u32): bool {
  return atomic.cmpxchg<u32>(at, number, 0) == number;
}

/**
 * Gives back the slot of a dead thread. The caller vouches that the thread named is gone, and names itself. OK, also
 * when somebody else was faster, or BUSY: call again.
 */
export function reapSlot(index: u32, deadThread: u32, deadStart: u32, byThread: u32, byStart: u32): i32 {
  const slot = slotAt(index);
  const taken = usedBy(byThread, byStart);
  if (!changeState(slot, usedBy(deadThread, deadStart), taken)) {
    // taken over already: by this thread, in a call that has to go on, or by somebody else
    if (atomic.load<u64>(changetype<usize>(slot)) != taken) return OK;
  }
  let result = emptySlot(slot, index + 1);
  if (result == OK) result = dropFlights(index + 1);
  if (result == OK) changeState(slot, taken, <u64>STATUS_FREE);
  return result;
}

/** Frees the blocks a slot has in hand and lets go of what it claims, and of locks, which it should not have. */
function emptySlot(slot: Slot, number: u32): i32 {
  rebuildOwnedBy(number);
  // nobody else may come to look for them
  const orphaned = orphanedArena();
  if (orphaned != 0) return busyLock(orphaned, read(orphaned));
  // keepGarbage() names a block twice for a moment
  if (slot.garbage == slot.hand) slot.garbage = 0;
  let result = freeBlockOf(slot, offsetof<Slot>('hand'));
  if (result != OK) return result;
  result = freeBlockOf(slot, offsetof<Slot>('garbage'));
  if (result != OK) return result;
  endClaims(slot, number);
  return OK;
}
