/**
 * All schedules with at most so many preemptions, fewest first (iterative context bounding: Musuvathi and Qadeer,
 * PLDI 2007). Switching away from a thread that cannot go on is free, and so is a kill.
 *
 * Each schedule that runs is a list of decisions, after which every thread runs as far as it can; on that last
 * stretch it leaves behind one new list for every decision that could be taken there. A continuation of a state
 * that has been seen with as few preemptions leads nowhere new: it is not listed, and a schedule that comes into
 * one is broken off.
 */
import { type Decision, KILL, type Moment, STOP, type Strategy } from './decisions.js';

/** A list of decisions, from the last one back. */
interface Branch {
  readonly parent: Branch | undefined;
  readonly event: number;
  readonly choice: number;
  readonly preemptions: number;
}

/** States that are remembered; a Map takes 16.7 million. Beyond that nothing more is pruned than is known. */
const STATES = 12_000_000;

const ROOT: Branch = { parent: undefined, event: -1, choice: -1, preemptions: 0 };

export class Exhaustive {
  readonly #bound: number;
  readonly #prune: boolean;
  /** Lists that wait, by number of preemptions. */
  readonly #levels: Branch[][];
  /** Fewest preemptions with which a continuation of a state was reached. */
  readonly #seen = new Map<number, number>();

  constructor(bound: number, prune: boolean) {
    this.#bound = bound;
    this.#prune = prune;
    this.#levels = Array.from({ length: bound + 1 }, () => []);
    this.#levels[0]?.push(ROOT);
  }

  /** The next schedule, or undefined when none is left. */
  next(): Walk | undefined {
    for (const level of this.#levels) {
      const branch = level.pop();
      if (branch !== undefined) return new Walk(this, branch);
    }
    return undefined;
  }

  /** Lists one decision more, unless it costs too much or leads into a state that is known. */
  offer(parent: Branch, moment: Moment, choice: number, cost: number): void {
    const preemptions = parent.preemptions + cost;
    if (preemptions > this.#bound || !this.isNew(moment, choice, preemptions)) return;
    this.#levels[preemptions]?.push({ parent, event: moment.event, choice, preemptions });
  }

  /** Whether a continuation has not been seen with so few preemptions; it is from now on. */
  isNew(moment: Moment, choice: number, preemptions: number): boolean {
    if (!this.#prune) return true;
    const key = moment.key(choice);
    const known = this.#seen.get(key);
    if (known !== undefined && known <= preemptions) return false;
    if (this.#seen.size < STATES || known !== undefined) this.#seen.set(key, preemptions);
    return true;
  }
}

/** One schedule of the exhaustive exploration. */
export class Walk implements Strategy {
  readonly everywhere = false;
  /** The schedule came into a known state. */
  stopped = false;

  readonly #explorer: Exhaustive;
  readonly #branch: Branch;
  readonly #path: Pick<Decision, 'event' | 'choice'>[] = [];
  #next = 0;

  constructor(explorer: Exhaustive, branch: Branch) {
    this.#explorer = explorer;
    this.#branch = branch;
    for (let at: Branch | undefined = branch; at?.parent !== undefined; at = at.parent) this.#path.push(at);
    this.#path.reverse();
  }

  choose(moment: Moment): number {
    const step = this.#path[this.#next];
    if (step !== undefined) {
      if (step.event !== moment.event || step.choice === KILL) return moment.fallback;
      this.#next++;
      return step.choice;
    }
    const { preemptions } = this.#branch;
    if (!this.#explorer.isNew(moment, moment.fallback, preemptions)) {
      this.stopped = true;
      return STOP;
    }
    const cost = moment.current >= 0 ? 1 : 0;
    for (let thread = 0; moment.enabled >>> thread !== 0; thread++) {
      const enabled = (moment.enabled & (1 << thread)) !== 0;
      if (enabled && thread !== moment.fallback) this.#explorer.offer(this.#branch, moment, thread, cost);
    }
    return moment.fallback;
  }

  kill(moment: Moment): boolean {
    const step = this.#path[this.#next];
    if (step === undefined) {
      this.#explorer.offer(this.#branch, moment, KILL, 0);
      return false;
    }
    if (step.event !== moment.event || step.choice !== KILL) return false;
    this.#next++;
    return true;
  }
}
