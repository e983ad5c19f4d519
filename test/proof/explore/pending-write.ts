/** Whether a write leaves its word different, which is known only after it has been carried out. */
import type { Thread } from './thread.js';

export class PendingWrite {
  /** Who writes; undefined when no write is under way. */
  writer: Thread | undefined;
  address = 0;
  length = 0;

  readonly #words: Int32Array;
  #low = 0;
  #high = 0;

  /** `bytes` is the engine's memory, from address 0. */
  constructor(bytes: Uint8Array) {
    this.#words = new Int32Array(bytes.buffer, 0, bytes.length >>> 2);
  }

  /** A write comes next. */
  begin(writer: Thread, address: number, length: number): void {
    this.writer = writer;
    this.address = address;
    this.length = length;
    const word = address >>> 3;
    this.#low = this.#words[word * 2] ?? 0;
    this.#high = this.#words[word * 2 + 1] ?? 0;
  }

  /** The write is done: whether it was a change. One that reaches beyond its first word always counts as one. */
  changed(): boolean {
    const word = this.address >>> 3;
    if ((this.address + this.length - 1) >>> 3 !== word) return true;
    return this.#words[word * 2] !== this.#low || this.#words[word * 2 + 1] !== this.#high;
  }
}
