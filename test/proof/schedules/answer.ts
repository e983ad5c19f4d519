/** What actions were told: the specification looks only for steps that lead there. */
import type { Step } from './state.js';

/** What an action was told, as far as the specification looks at it. */
export interface Answer {
  readonly thread: number;
  /** Undefined: it never came. */
  readonly result: string | undefined;
  readonly decoded: string | undefined;
}

/** The steps, if they lead to the answer that was given, or none was. */
export function answers({ result }: Answer, expected: string, ...steps: Step[]): Step[] {
  return result === undefined || result === expected ? steps : [];
}
