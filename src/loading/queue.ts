/** Who finds the table of flights full looks again after this. */
const PAUSE_MS = 5;
/** So many at a time: thousands that look all at once, again and again, would keep the thread from everything else. */
const BATCH = 64;

/** Loads of one thread that have found no room for their flights. They try again in the order in which they came. */
export class Queue {
  /** Those before `#next` have had their turn. */
  #waiting: (() => void)[] = [];
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Until it is this one's turn to try again. Keeps the process alive. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#timer ??= setInterval(() => this.advance(BATCH), PAUSE_MS);
    });
  }

  /**
   * Lets the first few try again. They are not deleted from a Set: that keeps a hole for each, which every later call
   * would have to pass.
   */
  advance(count: number): void {
    const end = Math.min(this.#waiting.length, this.#next + count);
    while (this.#next < end) this.#waiting[this.#next++]?.();
    if (this.#next < this.#waiting.length) {
      if (this.#next > this.#waiting.length / 2) this.#forget();
      return;
    }
    this.#forget();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Lets go of those that have had their turn, when they are most: each is moved once or twice in all. */
  #forget(): void {
    this.#waiting = this.#waiting.slice(this.#next);
    this.#next = 0;
  }
}
