/** What actions were told: the specification looks only for steps that lead there. */
import type { Step } from './state.js';

/** What an action was told, as far as the specification looks at it. */
export interface Answer {
  readonly thread: number;
  /** Undefined: it never came. */
  readonly result: string | undefined;
  readonly decoded: string | undefined;
  /** When the action began and ended. One precedes another when its end is smaller than the other's start. */
  readonly start: number;
  /** Infinity: its thread died in it, so it took some of its steps, or none, or all. */
  readonly end: number;
}

/** The steps, if they lead to the answer that was given, or none was. */
export function answers({ result }: Answer, expected: string, ...steps: Step[]): Step[] {
  return result === undefined || result === expected ? steps : [];
}
