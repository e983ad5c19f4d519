/**
 * Which words of the memory are shared: touched by at least two threads, one of them writing.
 *
 * Only accesses to shared words are scheduling points, because the order of the others cannot be observed. The
 * set is learnt while schedules run and never shrinks; a word is eight bytes.
 */

/** Threads of one exploration at most: each has a bit in the masks. */
export const MAX_THREADS = 8;

/** log2 of the bytes of a word. */
export const WORD_SHIFT = 3;

export class Sharing {
  /** Number of a shared word, from 1 on; 0 for a word that is not shared. */
  readonly ids: Int32Array;
  /** Shared words so far. */
  count = 0;

  readonly #readers: Uint8Array;
  readonly #writers: Uint8Array;

  constructor(bytes: number) {
    const words = (bytes >>> WORD_SHIFT) + 1;
    this.ids = new Int32Array(words);
    this.#readers = new Uint8Array(words);
    this.#writers = new Uint8Array(words);
  }

  /** Notes an access by a thread and tells whether it touches a shared word. The range is not empty. */
  touch(thread: number, address: number, length: number, write: boolean): boolean {
    const last = (address + length - 1) >>> WORD_SHIFT;
    let shared = false;
    for (let word = address >>> WORD_SHIFT; word <= last; word++) {
      if (this.ids[word] !== 0 || this.#learn(word, 1 << thread, write)) shared = true;
    }
    return shared;
  }

  #learn(word: number, bit: number, write: boolean): boolean {
    const readers = (this.#readers[word] ?? 0) | bit;
    const writers = (this.#writers[word] ?? 0) | (write ? bit : 0);
    this.#readers[word] = readers;
    this.#writers[word] = writers;
    // readers holds writers too: shared when there is a writer and more than one bit
    if (writers === 0 || (readers & (readers - 1)) === 0) return false;
    this.ids[word] = ++this.count;
    return true;
  }
}
