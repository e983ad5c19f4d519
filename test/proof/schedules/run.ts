/** Exploring a scenario, ordinarily or for long. */

import { ALL } from '../../support/effort.js';
import {
  assertClean,
  type ExhaustiveOptions,
  explore,
  type Instrumented,
  type RandomOptions,
  type Report,
} from '../explore/index.js';
import { Cache } from './cache.js';
import type { Scenario } from './scenario.js';

/** `HEDDLE_LONG=1`: deeper, and more of it. */
export const LONG: boolean = process.env['HEDDLE_LONG'] === '1';
/** `HEDDLE_SEED`: another sample. */
const SEED = Number(process.env['HEDDLE_SEED'] ?? 1);

const PREEMPTIONS = 2;
/** Schedules of one exploration at most: all there are, but for the long version. */
export const ALL_SCHEDULES = LONG ? 300_000 : 40_000;
/** In the ordinary run some explorations end before they are through. */
const MOST = ALL ? ALL_SCHEDULES : 300;
const SAMPLES = LONG ? 50 : 1;
const LIMITS = { events: 60_000 };

/** How a scenario is explored, by `most` schedules. */
export function optionsFor(
  { preemptions, sampled, kill }: Scenario,
  most: number,
): ExhaustiveOptions | RandomOptions {
  const common = kill === undefined ? { limits: LIMITS } : { limits: LIMITS, kill };
  if (sampled !== undefined) {
    return { ...common, mode: 'random', seed: SEED, schedules: Math.min(sampled * SAMPLES, most) };
  }
  return {
    ...common,
    mode: 'exhaustive',
    preemptions: (preemptions ?? PREEMPTIONS) + (LONG ? 1 : 0),
    schedules: most,
  };
}

/** The same scenario when each of its threads may die where V8 stops a thread; undefined when deaths are what it is about. */
export function withDeaths(scenario: Scenario): Scenario | undefined {
  if (scenario.kill !== undefined || scenario.sampled !== undefined) return undefined;
  const threads = scenario.plot.threads.map((_, thread) => thread);
  const kill = { threads, at: 'interrupts' } as const;
  return { ...scenario, kill, preemptions: (scenario.preemptions ?? PREEMPTIONS) - 1 };
}

/** Explores a scenario until a schedule fails, or there have been as many as one exploration may take. */
export function run(module: Instrumented, scenario: Scenario, most: number = MOST): Report {
  const cache = new Cache(module, scenario.plot);
  return explore(cache.world, () => cache.begin(), optionsFor(scenario, most));
}

/** Throws unless every schedule was clean, and all of them were run where that is asked for. */
export function assertAllClean(scenario: Scenario, report: Report): void {
  assertClean(report, scenario.sampled === undefined && ALL && !LONG ? 'complete' : 'sampled');
}

/** `1200 schedules, 300 pruned, complete`. */
export function describeReport({ schedules, pruned, complete }: Report): string {
  return `${schedules} schedules, ${pruned} pruned${complete ? ', complete' : ''}`;
}
