import { type CacheKey, decodeKey, KeyKind } from './codec/keys.js';
import { cacheError, cacheRangeError } from './errors.js';
import { nowMicros } from './memory/clock.js';
import { type Engine, REPORT, Status } from './memory/engine.js';
import { readRemoval } from './memory/removal.js';
import type { Seat } from './memory/seat.js';
import type { RemovalEvent } from './removal-event.js';

/** Tries at finding room for a value when other threads have all that is left in hand, a few seconds in all. */
const ATTEMPTS_AT_ROOM = 20_000;
const ATTEMPTS_PER_REAP = 100;

/** Who wants to know what a thread's operations do besides. Called at the very end of an operation. */
export interface CallsListener {
  /** Whether anybody wants to know what is removed, and whether also what is deleted, replaced or cleared. */
  readonly isInterested: boolean;
  readonly hasListeners: boolean;
  /** What was removed, in order. */
  removed(removals: readonly RemovalEvent[]): void;
  /** Entries had to go for want of bytes; may be said again and again. */
  pressed(): void;
}

/**
 * One thread's calls of the engine: brings the time along where it is needed, repeats a call until it is through, and
 * passes on what was removed on the way. The user's code runs at the very end of an operation only, in {@link tell}.
 */
export class Calls {
  readonly seat: Seat;
  readonly engine: Engine;
  readonly #listener: CallsListener;
  /** The clock costs as much as a short lookup: it is not asked before a deadline has been met. */
  #usesClock: boolean;

  /** @param usesClock whether entries have deadlines from the start */
  constructor(seat: Seat, usesClock: boolean, listener: CallsListener) {
    this.seat = seat;
    this.engine = seat.engine;
    this.#usesClock = usesClock;
    this.#listener = listener;
  }

  /** REPORT, or 0 when nobody wants to know what is removed. */
  get report(): number {
    return this.#listener.isInterested ? REPORT : 0;
  }

  /** µs, or 0 while no deadline has been met: the engine says NEEDS_CLOCK at the first. */
  now(): number {
    return this.#usesClock ? nowMicros() : 0;
  }

  /** From now on deadlines have to be judged. */
  useClock(): void {
    this.#usesClock = true;
  }

  /** Calls until the answer is neither NEEDS_CLOCK nor BUSY; a closed cache throws. */
  call(operation: () => number): number {
    // as guard(), without a function more on the way of every has() and delete()
    try {
      for (;;) {
        const result = operation();
        if (!this.mayGoOn(result)) return result;
      }
    } catch (error) {
      throw this.seat.recover(error);
    }
  }

  /** Does what calls the engine: should that trap, this thread gives back what it has locked. */
  guard<Result>(operation: () => Result): Result {
    try {
      return operation();
    } catch (error) {
      throw this.seat.recover(error);
    }
  }

  /** The user's code may have run, and ended the cache. */
  requireOpen(): void {
    if (this.seat.hasLeft) throw closedError();
  }

  /** Whether the same call has to be made again; sees to what it needs. */
  mayGoOn(result: number): boolean {
    if (result === Status.CLOSED) throw closedError();
    if (result !== Status.NEEDS_CLOCK && result !== Status.BUSY) return false;
    this.#usesClock = true;
    if (result === Status.BUSY) this.seat.wait();
    return true;
  }

  /**
   * Repeats a call that may remove other entries until it is through; its answer. What was removed is added to
   * `removals`, also when it throws. `first` is the first answer, if known.
   */
  untilDone(removals: RemovalEvent[], call: () => number, first?: number): number {
    let attempts = 0;
    for (let result = first ?? call(); ; result = call()) {
      if (result === Status.REMOVED) {
        const removal = readRemoval(this.seat);
        if (removal) removals.push(removal);
      } else if (result === Status.NO_ROOM) {
        this.#waitForRoom(attempts++);
      } else if (!this.mayGoOn(result)) {
        return result;
      }
    }
  }

  /** The key that stands in the scratch, as it is stored. */
  keyInScratch(described: number): CacheKey {
    return decodeKey(described & 7, this.seat.keyScratch, 0, described >>> 3);
  }

  /** Passes on what an operation has removed, when it is over but for this. */
  tell(removals: readonly RemovalEvent[]): void {
    if (removals.length > 0) this.#listener.removed(removals);
  }

  /** The same of the one entry whose key stands in the scratch. */
  tellOf(described: number, cause: 'expired' | 'deleted' | 'replaced'): void {
    if ((described & 7) !== KeyKind.RESERVED && this.wants(cause))
      this.tell([{ key: this.keyInScratch(described), cause }]);
  }

  /** Whether anybody wants to know of a removal for this cause. */
  wants(cause: RemovalEvent['cause']): boolean {
    const { isInterested, hasListeners } = this.#listener;
    return cause === 'evicted' || cause === 'expired' ? isInterested : hasListeners;
  }

  /** After a put: passes on that bytes are short. */
  tellPressure(): void {
    const { seat } = this;
    if (!this.#listener.isInterested) return;
    // a logger may have shut the cache down
    if (!seat.hasLeft && seat.field(seat.places.slotPressed) !== 0) this.#listener.pressed();
  }

  /** All that is left is in other threads' hands: they will be done soon, and dead ones can be found. */
  #waitForRoom(attempt: number): void {
    if (attempt > ATTEMPTS_AT_ROOM) throw noRoomError();
    if (attempt % ATTEMPTS_PER_REAP > 0 || this.seat.reapAll() === 0) this.seat.pause();
  }
}

export function closedError(): Error {
  return cacheError('ERR_CACHE_CLOSED', 'Cannot use the cache: it was shut down, an open cache is required');
}

function noRoomError(): Error {
  return cacheRangeError(
    'ERR_VALUE_TOO_LARGE',
    'Cannot put the value: other threads hold all the memory that is left for seconds, a larger maxBytes is required',
  );
}
