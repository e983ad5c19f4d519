/** A scenario: a plot, who may die in it, and the defects that it has to find. */
import type { Patch } from '../../support/mutant.js';
import type { KillOptions } from '../explore/index.js';
import type { Plot } from './cache.js';

/** A defect of the engine that some schedule of the scenario shows. */
export interface Mutant extends Patch {
  readonly name: string;
}

export interface Scenario {
  readonly name: string;
  readonly plot: Plot;
  /** Threads that may die, and where. Default: nobody. */
  readonly kill?: KillOptions;
  /** Switches between threads that could go on, in each schedule. Default 2. */
  readonly preemptions?: number;
  /** It has more schedules than can be run in an ordinary test: a sample of them is run instead. */
  readonly sampled?: number;
  readonly mutants?: readonly Mutant[];
}
