/**
 * Words that the soak shares with its workers: whether they shall work, rest or end, and for each worker at which rest
 * it rests and how much it has done. A worker that rests is inside Atomics.wait, so nothing of it moves meanwhile.
 */
const OVER = -1;
const WORDS_PER_WORKER = 2;

export class Gate {
  /** Word 0 is the phase: odd for a rest, even for work, OVER. Then {resting, batches} of each worker. */
  readonly words: Int32Array;

  /** @param workers how many, or the words of a gate that exists. */
  constructor(workers: number | Int32Array) {
    this.words =
      typeof workers === 'number'
        ? new Int32Array(new SharedArrayBuffer(4 * (1 + WORDS_PER_WORKER * workers)))
        : workers;
  }

  /** Asks all to rest. */
  close(): void {
    Atomics.or(this.words, 0, 1);
  }

  /** Lets all go on. */
  open(): void {
    Atomics.add(this.words, 0, 1);
    Atomics.notify(this.words, 0);
  }

  /** Asks all to end. */
  end(): void {
    Atomics.store(this.words, 0, OVER);
    Atomics.notify(this.words, 0);
  }

  /** After an end, before others are started: these begin with a rest. */
  restart(): void {
    Atomics.store(this.words, 0, 1);
  }

  /** Before a worker is started in the place of another. */
  reset(index: number): void {
    Atomics.store(this.words, this.#at(index), 0);
  }

  isResting(index: number): boolean {
    return Atomics.load(this.words, this.#at(index)) === Atomics.load(this.words, 0);
  }

  /** Batches done by all workers that ever had this place. */
  batches(index: number): number {
    return Atomics.load(this.words, this.#at(index) + 1);
  }

  /** Called by a worker between two batches: rests when it shall, `before` it does. False: it shall end. */
  pass(index: number, before: () => void): boolean {
    const phase = Atomics.load(this.words, 0);
    if (phase === OVER) return false;
    if ((phase & 1) === 1) {
      before();
      Atomics.store(this.words, this.#at(index), phase);
      Atomics.wait(this.words, 0, phase);
    }
    return true;
  }

  /** Called by a worker after each batch. */
  advance(index: number): void {
    Atomics.add(this.words, this.#at(index) + 1, 1);
  }

  #at(index: number): number {
    return 1 + WORDS_PER_WORKER * index;
  }
}
