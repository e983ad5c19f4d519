/**
 * Decisions: how a schedule differs from letting every thread run as far as it can.
 *
 * Written as text, `41>1 57>0 63!0`: at event 41 thread 1 goes on, at event 57 thread 0, at event 63 thread 0 is
 * killed. Events are numbered through all threads and do not depend on what the explorer has learnt, so a list
 * found in one exploration replays in another one of the same module and programs.
 */

/** Instead of a thread: the running thread is killed. */
export const KILL = -2;
/** Instead of a thread: the rest of the schedule is of no interest. */
export const STOP = -3;
/** No thread. */
export const NOBODY = -1;

export interface Decision {
  readonly event: number;
  /** Number of a thread, or KILL. */
  readonly choice: number;
  /** The thread that was running, -1 when none could. */
  readonly current: number;
}

/** What a strategy sees when it decides. */
export interface Moment {
  /** Number of this event. */
  readonly event: number;
  /** The thread in front of an access, or NOBODY when the last one cannot go on. */
  readonly current: number;
  /** A bit for every thread that can run. */
  readonly enabled: number;
  /** The thread that runs unless the strategy says otherwise: the current one, else the next in turn. */
  readonly fallback: number;
  /** Identifies the state and one continuation of it; equal keys mean equal futures. */
  key(choice: number): number;
}

/** Decides who runs. */
export interface Strategy {
  /** It is to be asked at every access, whatever is known of the word. */
  readonly everywhere: boolean;
  /** A thread that is enabled, or STOP. Asked only when there is a choice. */
  choose(moment: Moment): number;
  /** Whether the current thread dies here. */
  kill(moment: Moment): boolean;
}

/** The text of a list of decisions. */
export function formatDecisions(decisions: readonly Decision[]): string {
  return decisions
    .map(({ event, choice, current }) => (choice === KILL ? `${event}!${current}` : `${event}>${choice}`))
    .join(' ');
}

/** Decisions from their text. Throws a SyntaxError. */
export function parseDecisions(text: string): Decision[] {
  return text
    .split(/\s+/)
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^(\d+)([>!])(\d+)$/.exec(part);
      if (match === null)
        throw new SyntaxError(`Cannot read the decision ${part}: it has the form 41>1 or 63!0`);
      const thread = Number(match[3]);
      return match[2] === '!'
        ? { event: Number(match[1]), choice: KILL, current: thread }
        : { event: Number(match[1]), choice: thread, current: NOBODY };
    });
}

/** Follows a list of decisions, which are in order of their events. */
export class Replay implements Strategy {
  readonly everywhere = true;
  readonly #decisions: readonly Pick<Decision, 'event' | 'choice'>[];
  #next = 0;

  constructor(decisions: readonly Pick<Decision, 'event' | 'choice'>[]) {
    this.#decisions = decisions;
  }

  /** All decisions have been taken. */
  get finished(): boolean {
    return this.#next === this.#decisions.length;
  }

  choose(moment: Moment): number {
    const decision = this.#decisions[this.#next];
    if (decision?.event !== moment.event || decision.choice === KILL) return moment.fallback;
    this.#next++;
    return decision.choice;
  }

  kill(moment: Moment): boolean {
    const decision = this.#decisions[this.#next];
    if (decision?.event !== moment.event || decision.choice !== KILL) return false;
    this.#next++;
    return true;
  }
}
