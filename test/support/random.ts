/** Random numbers that can be had again: a test that draws them names its seed when it fails. */

/** Mulberry32: small, fast, and good enough to choose operations with. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A 32-bit integer, 0 included. */
  integer(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** 0 … limit - 1. */
  below(limit: number): number {
    return Math.floor((this.integer() / 2 ** 32) * limit);
  }

  /** least … most, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** least … most, small ones as likely as large ones: even over the logarithm. */
  spread(least: number, most: number): number {
    const exponent = (this.integer() / 2 ** 32) * Math.log((most + 1) / least);
    return Math.min(most, Math.floor(least * Math.exp(exponent)));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.integer() < probability * 2 ** 32;
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0];
  }
}

/**
 * Runs a test with random numbers. The seed is HEDDLE_SEED or a new one each time; an error says which it was.
 *
 * @example
 * it('keeps what it is given', seeded((random) => { … }));
 */
export function seeded(run: (random: Random) => void): () => void {
  return () => {
    const seed = seedOf(process.env['HEDDLE_SEED']);
    try {
      run(new Random(seed));
    } catch (cause) {
      throw new Error(`${String(cause)}\n\nseed ${seed}: to see it again, set HEDDLE_SEED=${seed}`, {
        cause,
      });
    }
  };
}

/** The number in a text, or a random one when there is none. */
export function seedOf(text: string | undefined): number {
  return text === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(text);
}
