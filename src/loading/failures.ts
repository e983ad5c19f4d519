import { createHash } from 'node:crypto';
import { encodeKey, ReservedKey } from '../codec/keys.js';
import { absent, type Store } from '../store.js';

/**
 * Failures of loads, remembered for all threads: entries of the cache like any other, under keys that no user can name. So
 * they are bounded, expire, and make room when it is needed.
 */
export class Failures {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** What the loader threw, as bytes, while that is remembered. */
  find(key: unknown): Uint8Array | undefined {
    const found = this.#store.peek(this.#keyOf(key));
    return found === absent ? undefined : (found as Uint8Array);
  }

  remember(key: unknown, failure: Uint8Array, micros: number): void {
    this.#store.writer.put('load', this.#keyOf(key), failure, micros);
  }

  #keyOf(key: unknown): ReservedKey {
    // the user's code may have run
    this.#store.calls.requireOpen();
    const scratch = this.#store.calls.seat.keyScratch;
    const described = encodeKey(key, scratch, 'load');
    const hash = createHash('sha256').update(Uint8Array.of(described & 7));
    return new ReservedKey(hash.update(scratch.subarray(0, described >>> 3)).digest());
  }
}
