/** Who finds the table of flights full looks again after this. */
const PAUSE_MS = 5;
/** So many at a time: thousands that look all at once, again and again, would keep the thread from everything else. */
const BATCH = 64;
/** After so many looks in vain, a second: those who have the room may be waiting for those who have none. */
const PATIENCE = 200;

/** What to do when it is one's turn: to try again, or to go on without room. */
export type Turn = 'again' | 'without';

/** Loads of one thread that have found no room for their flights. They try again in the order in which they came. */
export class Queue {
  readonly #waiting = new Set<(turn: Turn) => void>();
  #timer: NodeJS.Timeout | undefined;
  /** Looks since one of them has found room. */
  #vain = 0;

  /** Until it is this one's turn. Keeps the process alive. */
  turn(): Promise<Turn> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#timer ??= setInterval(() => this.#look(), PAUSE_MS);
    });
  }

  /** One that has waited has found room. */
  moves(): void {
    this.#vain = 0;
  }

  /** Lets the first few try again. */
  advance(count: number): void {
    let left = count;
    for (const resolve of this.#waiting) {
      if (left-- === 0) return;
      this.#go(resolve, 'again');
    }
    this.#rest();
  }

  #look(): void {
    if (++this.#vain < PATIENCE) {
      this.advance(BATCH);
      return;
    }
    this.#vain = 0;
    // the newer half: what a loader waits for has come after what waits for the room that the loader has
    const newer = [...this.#waiting].slice(this.#waiting.size >> 1);
    for (const resolve of newer) this.#go(resolve, 'without');
    this.#rest();
  }

  #go(resolve: (turn: Turn) => void, turn: Turn): void {
    this.#waiting.delete(resolve);
    resolve(turn);
  }

  #rest(): void {
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
