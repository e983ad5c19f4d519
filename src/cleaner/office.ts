import type { Seat } from '../memory/seat.js';

/** How long a new cleaner has to start, in µs. */
const START_MICROS = 10_000_000;

/**
 * Which cleaner is in office, in two words of the shared memory. Any thread may write them: the lease goes up by one,
 * by compare-and-swap, when somebody starts a cleaner; the beat is the time of the last sign of life, written by the
 * cleaner in office and by whoever puts one there.
 */
export class CleanerOffice {
  readonly #lease: Int32Array;
  readonly #beat: BigInt64Array;

  constructor({ memory, places }: Pick<Seat, 'memory' | 'places'>) {
    this.#lease = new Int32Array(memory.buffer, places.cleanerLease, 1);
    this.#beat = new BigInt64Array(memory.buffer, places.cleanerBeat, 1);
  }

  get lease(): number {
    return Atomics.load(this.#lease, 0);
  }

  /** Moves the lease on from `seen`; the new one, or undefined when somebody else was faster. */
  take(seen: number, now: number): number | undefined {
    const next = (seen + 1) | 0;
    if (Atomics.compareExchange(this.#lease, 0, seen, next) !== seen) return undefined;
    // it may take seconds on a busy machine until a new thread gives its first sign
    this.beat(now + START_MICROS);
    return next;
  }

  beat(now: number): void {
    Atomics.store(this.#beat, 0, BigInt(Math.floor(now)));
  }

  /** µs since the last sign of life. */
  silence(now: number): number {
    return now - Number(Atomics.load(this.#beat, 0));
  }
}
