/** Who finds the table of flights full looks again after this. */
const PAUSE_MS = 5;
/** So many at a time: thousands that look all at once, again and again, would keep the thread from everything else. */
const BATCH = 64;

/** Loads of one thread that have found no room for their flights. They try again in the order in which they came. */
export class Queue {
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  /** Until it is this one's turn to try again. Keeps the process alive. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#timer ??= setInterval(() => this.advance(BATCH), PAUSE_MS);
    });
  }

  /** Lets the first few try again. */
  advance(count: number): void {
    let left = count;
    for (const resolve of this.#waiting) {
      if (left-- === 0) return;
      this.#waiting.delete(resolve);
      resolve();
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
