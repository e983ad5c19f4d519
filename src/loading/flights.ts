import type { Calls } from '../calls.js';
import { encodeKey } from '../codec/keys.js';
import { nowMicros } from '../memory/clock.js';
import { type Flight, Status } from '../memory/engine.js';

/**
 * Answer of a claim: from now on this thread loads the key, it is there, another thread loads it, this one does already,
 * or there is no room for one more load just now.
 */
export type Claim =
  | { readonly kind: 'leads' | 'flying' | 'own'; readonly flight: Flight }
  | { readonly kind: 'present' | 'full' };

/** How a flight is doing: its leader's owner number, or why there is none. */
export type FlightState = number | 'ended' | 'overdue' | 'closed';

/** How often room is made, at most: all flights and all threads are looked at. */
const ROOM_MICROS = 100_000;
/** A leader that lives ends its flight by itself, soon after its lease. */
const GRACE_MICROS = 1_000_000;

/** One thread's calls of the engine about flights. See engine/flights.ts. */
export class Flights {
  readonly #calls: Calls;
  readonly #words: Int32Array;
  /** When room may be made again, µs. */
  #nextRoom = 0;

  constructor(calls: Calls) {
    this.#calls = calls;
    this.#words = new Int32Array(calls.seat.memory.buffer);
  }

  /**
   * Tries to become the one who loads a key, for `lease` µs. A key that is there counts as there only when it will still
   * be so many µs `ahead`.
   */
  claim(key: unknown, lease: number, ahead: number): Claim {
    const { seat, engine } = this.#calls;
    this.#calls.requireOpen();
    const described = encodeKey(key, seat.keyScratch, 'load');
    const result = this.#calls.call(() => {
      const now = nowMicros();
      return engine.claimFlight(described, now + ahead, now, now + lease);
    });
    if (result === Status.CONFLICT) return { kind: 'present' };
    if (result === Status.NO_FLIGHT) return { kind: 'full' };
    const flight = { at: seat.field(seat.places.slotEntry), ticket: seat.entryVersion };
    if (result === Status.OWN_FLIGHT) return { kind: 'own', flight };
    return { kind: result === Status.OK ? 'leads' : 'flying', flight };
  }

  /** Asks the leader to post how it ends; false when it has ended. */
  await({ at, ticket }: Flight): boolean {
    return this.#calls.call(() => this.#calls.engine.awaitFlight(at, ticket)) === Status.OK;
  }

  isAwaited({ at, ticket }: Flight): boolean {
    return this.#calls.engine.isAwaited(at, ticket) === Status.OK;
  }

  state({ at, ticket }: Flight): FlightState {
    const result = this.#calls.engine.flightState(at, ticket, nowMicros());
    if (result > 0) return result;
    if (result === Status.MISS) return 'ended';
    return result === Status.EXPIRED ? 'overdue' : 'closed';
  }

  /** Whether what the flight brings would be stored, as far as is known now. */
  isLanding({ at, ticket }: Flight): boolean {
    return this.#calls.engine.isLanding(at, ticket) === Status.OK;
  }

  /** Ends a flight of this thread; whether somebody waits to be told. */
  end({ at, ticket }: Flight): boolean {
    const result = this.#calls.call(() => this.#calls.engine.endFlight(at, ticket));
    if (result === Status.REPLACED) Atomics.notify(this.#words, this.#wordOf(at));
    return result === Status.REPLACED;
  }

  /** For who finds no room: ends what nobody else would, the flights of threads that are gone and what is long overdue. */
  makeRoom(): void {
    const now = nowMicros();
    if (now < this.#nextRoom) return;
    this.#nextRoom = now + ROOM_MICROS;
    this.#calls.seat.reapAll();
    this.#calls.call(() => this.#calls.engine.dropOverdue(now - GRACE_MICROS));
  }

  /** Blocks this thread until a flight has ended, or for some milliseconds. */
  sleep({ at, ticket }: Flight, ms: number): void {
    Atomics.wait(this.#words, this.#wordOf(at), ticket | 0, ms);
  }

  #wordOf(at: number): number {
    return (at + this.#calls.seat.places.flightTicket) >>> 2;
  }
}
