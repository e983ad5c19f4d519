import type { CallsListener } from './calls.js';
import type { HandleContent } from './memory/handle.js';
import type { Removal } from './memory/removal.js';
import type { Seat } from './memory/seat.js';
import type { RemovalLog } from './removal-log.js';

/** What one thread's operations on a cache have to tell: to its logger. */
export class CacheEvents implements CallsListener {
  readonly #log: RemovalLog;
  readonly #maxBytes: number;
  /** One word for all threads: whether somebody has been warned that bytes are short. */
  readonly #warned: Int32Array;

  constructor(log: RemovalLog, { memory, places }: Seat, { options }: HandleContent) {
    this.#log = log;
    this.#maxBytes = options.maxBytes;
    this.#warned = new Int32Array(memory.buffer, places.pressureWarned, 1);
  }

  removed(removals: Removal[]): void {
    this.#log.removals(removals);
  }

  /** Once for all threads: the first that had to evict for want of bytes says so. */
  pressed(): void {
    const warned = this.#warned;
    if (Atomics.load(warned, 0) === 0 && Atomics.exchange(warned, 0, 1) === 0) {
      this.#log.pressure(this.#maxBytes);
    }
  }
}
