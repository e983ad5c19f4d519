/**
 * The lock of a shard or arena, which is also its version (OPTIK: Guerraoui and Trigonakis, PPoPP 2016).
 *
 *   word = {sequence: 54, owner: 10}     owner: number of the thread slot plus one; 0: free
 *
 * Who wants to change something reads a free word, looks around without the lock, and takes the lock by a
 * compare-and-swap from that word: success proves that nothing has changed since. Release with `changed` moves
 * the sequence on, release without restores the word, so that what others have seen stays valid.
 *
 * While a lock is held the code is a straight line: no loop, no call, no return, nothing that traps. V8 stops a
 * thread only at those points, so none can die with a lock in its hand. tryLock and release are therefore
 * always inlined into the section, and spin, the slow path, comes back without the lock.
 *
 * The engine itself never sleeps. Who finds a lock taken looks again a few hundred times, which is longer than any
 * section takes, and then answers BUSY; the host sleeps a little, sees to it that the owner lives, and calls again.
 * Nobody has to be woken, so no wake-up can be lost with the thread that was chosen for it.
 *
 * Orderings. The compare-and-swap orders everything before it (the walk) and after it (the section); the
 * atomic store of the release orders the section before it. Who does not take the lock ends with unchanged().
 */
import { LOCK_OFFSET } from './records';
import { isStronglyOrdered, owner } from './self';

export const OWNER_MASK: u64 = 1023;
export const SEQUENCE_ONE: u64 = 1024;

const SPINS: u32 = 300;

@inline
export function isHeld(word: u64): bool {
  return (word & OWNER_MASK) != 0;
}

@inline
export function read(lock: usize): u64 {
  return atomic.load<u64>(lock, LOCK_OFFSET);
}

/** The word, free unless somebody has held the lock all through the patience of spin(). */
@inline
export function readFree(lock: usize): u64 {
  const word = read(lock);
  return isHeld(word) ? spin(lock) : word;
}

@inline
export function tryLock(lock: usize, word: u64): bool {
  return atomic.cmpxchg<u64>(lock, word, word | owner, LOCK_OFFSET) == word;
}

@inline
export function releaseChanged(lock: usize, word: u64): void {
  atomic.store<u64>(lock, word + SEQUENCE_ONE, LOCK_OFFSET);
}

@inline
export function releaseUnchanged(lock: usize, word: u64): void {
  atomic.store<u64>(lock, word, LOCK_OFFSET);
}

/**
 * Whether nothing has changed since the word was read; for readers that do not take the lock. On x86-64 a load: it is
 * not overtaken by earlier loads there, nor what an owner writes by its taking of the lock. Elsewhere an atomic add of
 * nothing: the next owner reads from it, so what this thread has read before it, plain loads too, comes before what
 * that owner writes; at the price of a cache line that all readers write. See docs/design.md.
 */
@inline
export function unchanged(lock: usize, word: u64): bool {
  return (isStronglyOrdered ? read(lock) : atomic.add<u64>(lock + LOCK_OFFSET, 0)) == word;
}

/** A version that no entry of this shard has had yet. */
@inline
export function nextVersion(word: u64): u64 {
  return (word + SEQUENCE_ONE) / SEQUENCE_ONE;
}

/** Looks again and again for a free word; the last one seen. */
function spin(lock: usize): u64 {
  let word = read(lock);
  for (let turn: u32 = 0; turn < SPINS && isHeld(word); turn++) word = read(lock);
  return word;
}
