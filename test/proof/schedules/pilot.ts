/** One simulated thread's flights: claims, landings and ends become calls, as src/loading/flights.ts makes them. */
import { Status } from '../../../src/memory/engine.js';
import type { Step } from '../explore/index.js';
import type { Claim, Land } from './actions.js';
import { type Line, nameOf, sized } from './line.js';

/** A flight's address and ticket. */
interface Flight {
  readonly at: number;
  readonly ticket: number;
}

/** Flies for one thread. */
export class Pilot {
  readonly #line: Line;
  /** The last flight of each key that the thread has led. It is kept when it has ended: who lands too late has it still. */
  readonly #led = new Map<string, Flight>();

  constructor(line: Line) {
    this.#line = line;
  }

  *claim({ key, now, lease, ahead, awaits }: Claim): Step<string> {
    const line = this.#line;
    const result = yield* line.patiently('claimFlight', line.key(key), now + ahead, now, now + lease);
    const flight = { at: line.field('slotEntry'), ticket: line.version };
    if (result === Status.OK) this.#led.set(key, flight);
    if (result !== Status.FLYING || awaits !== true) return nameOf(result);
    const awaited = yield* line.patiently('awaitFlight', flight.at, flight.ticket);
    return awaited === Status.OK ? 'AWAITS' : 'ENDED';
  }

  /** Whether the thread has a flight of the key, or had one. */
  has(key: string): boolean {
    return this.#led.has(key);
  }

  /** Stores what the flight has brought; nothing for a thread that never led it. */
  *land({ key, value, now, ttl }: Land, flags: number): Step<string> {
    const flight = this.#led.get(key);
    if (flight === undefined) return 'NONE';
    const line = this.#line;
    const keySized = line.key(key);
    line.write('slotValue', value);
    const lengths = [keySized, sized(value.length)];
    return yield* line.until('landFlight', ...lengths, now, ttl, flags, flight.at, flight.ticket);
  }

  /** The same at its end: TELL when somebody waits for it. */
  *end(key: string): Step<string> {
    const flight = this.#led.get(key);
    if (flight === undefined) return 'NONE';
    const result = yield* this.#line.patiently('endFlight', flight.at, flight.ticket);
    return result === Status.REPLACED ? 'TELL' : nameOf(result);
  }
}
