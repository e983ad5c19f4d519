/**
 * How many entries the cache holds, and in which epoch: one word, {closed: 1, epoch: 31, count: 32}.
 *
 * Every insert and removal changes it by one compare-and-swap inside its section, from the word it has seen
 * there; when that fails the section lets go and starts again. So the count never passes maxSize, and a clear,
 * which is one compare-and-swap to {epoch + 1, 0}, can never mix with a change made under the old epoch. (A
 * plain subtraction would borrow into the epoch.)
 */
import { COUNT_WORD } from './layout';

const CLOSED: u64 = 0x8000000000000000;

@inline
export function readCount(): u64 {
  return atomic.load<u64>(COUNT_WORD);
}

@inline
export function changeCount(seen: u64, next: u64): bool {
  return atomic.cmpxchg<u64>(COUNT_WORD, seen, next) == seen;
}

@inline
export function isClosed(word: u64): bool {
  return (word & CLOSED) != 0;
}

@inline
export function countOf(word: u64): u32 {
  return <u32>word;
}

/** With the closed mark in it: in a closed cache every entry is of another epoch. */
@inline
export function epochOf(word: u64): u32 {
  return <u32>(word >> 32);
}

/** The next epoch begins, without entries, if this is the word still. The word of an open cache. */
export function endEpoch(seen: u64): bool {
  // the closed bit is not part of the epoch
  return changeCount(seen, (((seen >> 32) + 1) << 32) & ~CLOSED);
}

/** Empties the cache; false when it is closed. */
export function nextEpoch(): bool {
  while (true) {
    const seen = readCount();
    if (isClosed(seen)) return false;
    if (endEpoch(seen)) return true;
  }
}

/** Ends the cache for every thread. */
export function markClosed(): void {
  while (true) {
    const seen = readCount();
    if (isClosed(seen) || changeCount(seen, seen | CLOSED)) return;
  }
}
