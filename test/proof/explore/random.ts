/**
 * Random schedules in the manner of PCT (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010): threads have
 * random priorities, the highest that can run does, and at a few random places the running thread's falls below
 * all others. A defect that needs d ordered places is found with a probability that is known and not small.
 */
import type { Moment, Strategy } from './decisions.js';

/** A small generator of random numbers (mulberry32), the same on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 to limit - 1. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }
}

/** How long schedules are, which decides where to place changes. */
export interface Lengths {
  /** Choices between threads. */
  readonly choices: number;
  /** Chances to kill a thread. */
  readonly killChances: number;
}

export class RandomWalk implements Strategy {
  readonly everywhere = false;
  readonly #priorities: number[];
  readonly #changes: number[];
  readonly #kill: number;
  #choices = 0;
  #killChances = 0;

  constructor(random: Random, threads: number, changePoints: number, lengths: Lengths) {
    this.#priorities = Array.from({ length: threads }, (_, index) => changePoints + index);
    for (let index = threads - 1; index > 0; index--) {
      const other = random.below(index + 1);
      const moved = this.#priorities[index] ?? 0;
      this.#priorities[index] = this.#priorities[other] ?? 0;
      this.#priorities[other] = moved;
    }
    this.#changes = Array.from({ length: changePoints }, () => random.below(Math.max(1, lengths.choices)));
    // one schedule in eight goes without a kill
    this.#kill = random.below(8) === 0 ? -1 : random.below(Math.max(1, lengths.killChances));
  }

  choose(moment: Moment): number {
    const change = this.#changes.indexOf(this.#choices++);
    if (change >= 0 && moment.current >= 0) this.#priorities[moment.current] = change;
    let best = moment.fallback;
    for (const [thread, priority] of this.#priorities.entries()) {
      const enabled = (moment.enabled & (1 << thread)) !== 0;
      if (enabled && priority > (this.#priorities[best] ?? 0)) best = thread;
    }
    return best;
  }

  kill(): boolean {
    return this.#killChances++ === this.#kill;
  }
}
