/**
 * Notices that a thread only waits for another one, and what it waits for.
 *
 * A loop waits when its iterations repeat the same accesses (instructions, addresses and values alike): then the
 * thread need not run again before another one changes a word that it has read in the last iteration. An iteration that changes memory itself may wait too, as when a lock is taken and given back
 * because a second one is not to be had; but there it takes many more repetitions to say so.
 *
 * Nothing here depends on which words are known to be shared, so that a replay takes the same course.
 */

/** Words that are remembered of an iteration; one that reads more watches everything. */
const WATCHED_WORDS = 32;
/** How many times more repetitions when an iteration changes memory. */
const BUSY_FACTOR = 16;

/** Columns of the table of loops. */
const SUM = 0;
const HASH = 1;
const ACCESSES = 2;
const CHANGES = 3;
const CALL = 4;
const COUNT = 5;
const COLUMNS = 6;

export class SpinDetector {
  readonly #limit: number;
  readonly #memory: Int32Array;
  readonly #loops: Int32Array;
  readonly #watched = new Int32Array(WATCHED_WORDS);
  #watchedCount = 0;
  #sum = 0;
  #accesses = 0;
  #call = 0;

  /** `bytes` is the engine's memory, from address 0. */
  constructor(bytes: Uint8Array, sites: number, limit: number) {
    this.#limit = limit;
    this.#memory = new Int32Array(bytes.buffer, 0, bytes.length >>> 2);
    this.#loops = new Int32Array(sites * COLUMNS);
  }

  /** A call begins; repetitions are counted within one call. */
  begin(): void {
    this.#call++;
    this.#watchedCount = 0;
  }

  /** The thread is about to carry out an access. */
  access(site: number, address: number, length: number, reads: boolean): void {
    this.#accesses++;
    let mixed = Math.imul(address, 0x9e3779b1) ^ site;
    if (reads) {
      const last = (address + length - 1) >>> 3;
      for (let word = address >>> 3; word <= last && this.#watchedCount <= WATCHED_WORDS; word++) {
        this.#watched[this.#watchedCount++] = word;
        const value = Math.imul(this.#memory[word * 2] ?? 0, 0xc2b2ae35) ^ (this.#memory[word * 2 + 1] ?? 0);
        mixed = Math.imul(mixed, 0x85ebca6b) ^ value;
      }
    }
    this.#sum = (this.#sum + Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)) | 0;
  }

  /** The thread is at the head of a loop. True when it only waits; then watches() says for what. */
  loop(site: number, changes: number): boolean {
    const row = site * COLUMNS;
    const loops = this.#loops;
    const hash = (this.#sum - (loops[row + SUM] ?? 0)) | 0;
    const idle = loops[row + CHANGES] === changes;
    const repeats =
      loops[row + CALL] === this.#call &&
      loops[row + HASH] === hash &&
      loops[row + ACCESSES] !== this.#accesses;
    const count = repeats ? (loops[row + COUNT] ?? 0) + 1 : 0;
    loops[row + SUM] = this.#sum;
    loops[row + HASH] = hash;
    loops[row + ACCESSES] = this.#accesses;
    loops[row + CHANGES] = changes;
    loops[row + CALL] = this.#call;
    loops[row + COUNT] = count;
    return count >= (idle ? this.#limit : this.#limit * BUSY_FACTOR);
  }

  /** A new iteration begins, with nothing read yet. */
  forget(): void {
    this.#watchedCount = 0;
  }

  /** Whether a change of a range may be what the thread waits for. */
  watches(address: number, length: number): boolean {
    if (this.#watchedCount > WATCHED_WORDS) return true;
    const last = (address + length - 1) >>> 3;
    for (let index = 0; index < this.#watchedCount; index++) {
      const word = this.#watched[index] ?? 0;
      if (word >= address >>> 3 && word <= last) return true;
    }
    return false;
  }
}
