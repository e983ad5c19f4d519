import type { Seat } from './memory/seat.js';

/** Words of a pair of stamp and hash in the scratch. As engine/iterate.ts. */
const ITEM_WORDS = 4;

/** The hash of a key, in two halves. */
export interface KeyHash {
  readonly low: number;
  readonly high: number;
}

/** A place on the way through all entries: whatever lies before it has been met. */
export class Cursor implements KeyHash {
  bucket = 0;
  low = 0;
  high = 0;

  /** Moves behind the entry that the engine has just found. */
  moveBehind(seat: Seat): void {
    const { slotScanBucket, slotScanHash } = seat.places;
    this.bucket = seat.field(slotScanBucket);
    this.low = (seat.field(slotScanHash) + 1) >>> 0;
    this.high = (seat.field(slotScanHash + 4) + (this.low === 0 ? 1 : 0)) >>> 0;
    // behind the last hash there is
    if (this.low === 0 && this.high === 0) this.bucket++;
  }
}

/** Stamps and hashes of all entries, collected bucket by bucket. */
export class Survey {
  bucket = 0;
  readonly #end: number;
  readonly #parts: Uint32Array[] = [];
  #count = 0;

  /** @param buckets how many there are */
  constructor(buckets: number) {
    this.#end = buckets;
  }

  get isOver(): boolean {
    return this.bucket >= this.#end;
  }

  /** Takes over what the engine has written into the scratch, and goes on from where it has come to. */
  add(seat: Seat, count: number): void {
    const { buffer, byteOffset } = seat.keyScratch;
    this.#parts.push(new Uint32Array(buffer, byteOffset, count * ITEM_WORDS).slice());
    this.#count += count;
    this.bucket = seat.field(seat.places.slotScanBucket);
  }

  /** The hashes by stamp, the smallest first. */
  *inOrder(): Generator<KeyHash> {
    const words = new Uint32Array(this.#count * ITEM_WORDS);
    let end = 0;
    for (const part of this.#parts.splice(0)) {
      words.set(part, end);
      end += part.length;
    }
    const word = (index: number): number => words[index] as number;
    const stamps = Float64Array.from({ length: this.#count }, (_, index) => {
      return word(index * ITEM_WORDS) + word(index * ITEM_WORDS + 1) * 2 ** 32;
    });
    const order = Uint32Array.from({ length: this.#count }, (_, index) => index);
    order.sort((a, b) => (stamps[a] as number) - (stamps[b] as number));
    for (const index of order) {
      yield { low: word(index * ITEM_WORDS + 2), high: word(index * ITEM_WORDS + 3) };
    }
  }
}
