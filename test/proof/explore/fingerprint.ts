/**
 * A fingerprint of everything that has happened between threads in a schedule so far.
 *
 * Two schedules that order the same accesses to shared words in the same way leave every thread and the memory
 * in the same state, however the independent accesses lie between. Each thread carries a hash of its own past:
 * of every write that it has seen, and through that of the past of the writer. A write also takes in the reads
 * since the last write, which commute with each other and are therefore summed. The fingerprint is the sum over
 * all threads. (Happens-before hashing: Musuvathi and Qadeer, MSR-TR-2007-12.)
 *
 * Two independent lanes of 32 bits; the key is a number of 53 bits made from both.
 */
import { type Sharing, WORD_SHIFT } from './sharing.js';

const LANES = 2;
const MULTIPLIERS = [0x9e3779b1, 0x85ebca77] as const;
const FINISHERS = [0xc2b2ae3d, 0x846ca68b] as const;

export class Fingerprint {
  readonly #sharing: Sharing;
  readonly #threads: Int32Array;
  #writes = new Int32Array(0);
  #reads = new Int32Array(0);

  constructor(sharing: Sharing, threads: number) {
    this.#sharing = sharing;
    this.#threads = new Int32Array(threads * LANES);
  }

  /** Forgets everything: a new schedule begins. */
  reset(): void {
    for (let index = 0; index < this.#threads.length; index++) {
      this.#threads[index] = mix(0x51ed270b, index, index % LANES);
    }
    if (this.#writes.length < (this.#sharing.count + 1) * LANES) this.#enlarge();
    this.#writes.fill(0);
    this.#reads.fill(0);
  }

  /** The thread has learnt a fact that is not in memory, for example how a wait ended. */
  note(thread: number, fact: number): void {
    for (let lane = 0; lane < LANES; lane++) {
      const index = thread * LANES + lane;
      this.#threads[index] = mix(this.#threads[index] ?? 0, fact, lane);
    }
  }

  /** The thread accesses a range; words that are not shared count for nothing. */
  access(thread: number, address: number, length: number, write: boolean): void {
    const last = (address + length - 1) >>> WORD_SHIFT;
    for (let word = address >>> WORD_SHIFT; word <= last; word++) {
      const id = this.#sharing.ids[word] ?? 0;
      if (id === 0) continue;
      if ((id + 1) * LANES > this.#writes.length) this.#enlarge();
      for (let lane = 0; lane < LANES; lane++)
        this.#word(thread * LANES + lane, id * LANES + lane, write, lane);
    }
  }

  #word(thread: number, word: number, write: boolean, lane: number): void {
    const seen = mix(this.#threads[thread] ?? 0, this.#writes[word] ?? 0, lane);
    if (!write) {
      this.#threads[thread] = mix(seen, word, lane);
      this.#reads[word] = ((this.#reads[word] ?? 0) + mix(seen, 1, lane)) | 0;
      return;
    }
    const past = mix(seen, (this.#reads[word] ?? 0) ^ word, lane);
    this.#threads[thread] = past;
    this.#writes[word] = past;
    this.#reads[word] = 0;
  }

  /** The state, together with what is done next in it, as one number. */
  key(next: number): number {
    let high = mix(next, 1, 0);
    let low = mix(next, 1, 1);
    for (let index = 0; index < this.#threads.length; index += LANES) {
      high = (high + (this.#threads[index] ?? 0)) | 0;
      low = (low + (this.#threads[index + 1] ?? 0)) | 0;
    }
    return (mix(high, 0, 0) >>> 0) * 2 ** 21 + (mix(low, 0, 1) >>> 11);
  }

  #enlarge(): void {
    const length = (this.#sharing.count + 64) * LANES;
    const writes = new Int32Array(length);
    const reads = new Int32Array(length);
    writes.set(this.#writes);
    reads.set(this.#reads);
    this.#writes = writes;
    this.#reads = reads;
  }
}

/** A hash that takes in a value. Not symmetric: a thread often meets its own hash, in a word that it wrote last. */
function mix(hash: number, value: number, lane: number): number {
  let mixed = Math.imul(hash, MULTIPLIERS[lane] ?? 1) + Math.imul(value, 0x27d4eb2f) + 0x165667b1;
  mixed = Math.imul(mixed ^ (mixed >>> 15), FINISHERS[lane] ?? 1);
  return mixed ^ (mixed >>> 13);
}
