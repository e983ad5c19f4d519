/**
 * The memory as it is when a schedule begins, and the way back to it.
 *
 * Only blocks that were written are copied back. The instrumented module reports its writes; a program that
 * writes with JavaScript has to say so. Now and then the whole memory is compared, so that a write that nobody
 * reported is found and not mistaken for a defect of the engine.
 */
import { Buffer } from 'node:buffer';

const BLOCK_SHIFT = 9;
const BLOCK_BYTES = 1 << BLOCK_SHIFT;
const FIRST_RUNS = 4;
const COMPARE_EVERY = 512;

export class Snapshot {
  readonly #live: Uint8Array;
  readonly #saved: Uint8Array;
  readonly #dirty: Uint8Array;
  readonly #list: Int32Array;
  readonly #blocks: Uint8Array[] = [];
  #count = 0;
  #runs = 0;

  constructor(live: Uint8Array) {
    this.#live = live;
    this.#saved = live.slice();
    const blocks = Math.ceil(live.length / BLOCK_BYTES);
    this.#dirty = new Uint8Array(blocks);
    this.#list = new Int32Array(blocks);
    for (let block = 0; block < blocks; block++) {
      this.#blocks.push(this.#saved.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES));
    }
  }

  /** Notes that a range, which is not empty, is about to be written. */
  touch(address: number, length: number): void {
    const last = Math.min((address + length - 1) >>> BLOCK_SHIFT, this.#dirty.length - 1);
    for (let block = address >>> BLOCK_SHIFT; block <= last; block++) {
      if (this.#dirty[block] !== 0) continue;
      this.#dirty[block] = 1;
      this.#list[this.#count++] = block;
    }
  }

  /** Puts back every block that was written. Throws when something else has changed too. */
  restore(): void {
    for (let index = 0; index < this.#count; index++) {
      const block = this.#list[index] ?? 0;
      this.#dirty[block] = 0;
      const saved = this.#blocks[block];
      if (saved !== undefined) this.#live.set(saved, block * BLOCK_BYTES);
    }
    this.#count = 0;
    this.#runs++;
    if (this.#runs <= FIRST_RUNS || this.#runs % COMPARE_EVERY === 0) this.#compare();
  }

  #compare(): void {
    const live = Buffer.from(this.#live.buffer, this.#live.byteOffset, this.#live.length);
    if (live.equals(this.#saved)) return;
    const address = this.#saved.findIndex((byte, index) => byte !== live[index]);
    throw new Error(
      `Cannot restore the memory: byte ${address} was written by JavaScript, every such write needs touch()`,
    );
  }
}
