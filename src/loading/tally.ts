import { nowMicros } from '../memory/clock.js';
import { counters } from '../memory/engine.js';
import type { Seat } from '../memory/seat.js';

type Counter = 'loads' | 'loadFailures' | 'loadMicros' | 'waits' | 'staleServed';

/** One run of a loader, to be counted. */
export interface Run {
  start(): void;
  end(hasSucceeded: boolean): void;
}

/** This thread's share of the figures on loading. */
export class Tally {
  readonly #seat: Seat;

  constructor(seat: Seat) {
    this.#seat = seat;
  }

  add(name: Counter, by = 1): void {
    // a slot that was given back may be another thread's
    if (!this.#seat.hasLeft) this.#seat.engine.tally(counters.indexOf(name), by);
  }

  /** Counts a run from its start to its end; one that was not started is none. */
  begin(): Run {
    let started: number | undefined;
    return {
      start: () => {
        started = nowMicros();
        this.add('loads');
      },
      end: (hasSucceeded) => {
        if (started === undefined) return;
        this.add('loadMicros', nowMicros() - started);
        if (!hasSucceeded) this.add('loadFailures');
        started = undefined;
      },
    };
  }
}
