/** What a load is settled with when its time is over before the loader's. */
export const overdue = Symbol('overdue');

/** The time that a loader may take. Its timer keeps the process alive while somebody waits. */
export class Lease {
  readonly #timer: NodeJS.Timeout;
  readonly #over: Promise<typeof overdue>;

  constructor(micros: number) {
    let end = (_: typeof overdue) => {};
    this.#over = new Promise((resolve) => {
      end = resolve;
    });
    this.#timer = setTimeout(() => end(overdue), Math.ceil(micros / 1000));
  }

  /** What a function comes to, unless the time is over before. */
  limit<Value>(run: () => Value | PromiseLike<Value>): Promise<Value | typeof overdue> {
    const running = new Promise<Value>((resolve) => {
      resolve(run());
    });
    return Promise.race([running, this.#over]);
  }

  /** Stops the clock. */
  end(): void {
    clearTimeout(this.#timer);
  }

  ref(): void {
    this.#timer.ref();
  }

  unref(): void {
    this.#timer.unref();
  }
}
