/**
 * Explores how the threads of a scenario can interleave inside the engine, and replays what it finds.
 *
 * Sequentially consistent interleavings only: every access takes effect at once for all threads, in the order of
 * the schedule. What a weakly ordered processor does beyond that is not shown, and a fence does nothing here.
 */
import { formatDecisions, parseDecisions, Replay, type Strategy } from './decisions.js';
import { Exhaustive } from './exhaustive.js';
import type { Failure, KillOptions, Limits, Scenario } from './outcome.js';
import { type Lengths, Random, RandomWalk } from './random.js';
import { Runner } from './runner.js';
import type { Fault } from './scheduler.js';
import type { World } from './world.js';

interface Common {
  /** Threads that may be killed, and where. Default: none. */
  kill?: KillOptions;
  /** Overrides of 200,000 events, 4 spins and 2 pieces. */
  limits?: Partial<Limits>;
}

/** Every schedule with at most so many preemptions. */
export interface ExhaustiveOptions extends Common {
  mode: 'exhaustive';
  /** Switches away from a thread that could go on. Default 2. */
  preemptions?: number;
  /** Schedules at most; more leaves the exploration incomplete. Default 1,000,000. */
  schedules?: number;
  /** Leave out schedules that lead into a state seen before. Default true. */
  prune?: boolean;
}

/** So many random schedules. */
export interface RandomOptions extends Common {
  mode: 'random';
  seed: number;
  schedules: number;
  /** Places in a schedule where the running thread falls back. Default 3. */
  changePoints?: number;
}

export interface Report {
  /** Schedules that ran to their end and were checked. */
  readonly schedules: number;
  /** Schedules broken off in a state that was known. */
  readonly pruned: number;
  /** All schedules within the bound were run. Always false in random mode, and after a failure. */
  readonly complete: boolean;
  /** Words of memory that were found to be shared. */
  readonly sharedWords: number;
  /** Choices between threads in the longest schedule. */
  readonly choices: number;
  readonly failure: Failure | undefined;
}

const LIMITS: Limits = { events: 200_000, spins: 4, pieces: 2 };
const WARM_UP = 32;
const WARM_UP_SEED = 1;

type Begin = (world: World) => Scenario;

/**
 * Runs schedules of a scenario until one fails, all are done, or there have been as many as were asked for.
 * `begin` is called for each, with the memory as World prepared it.
 */
export function explore(world: World, begin: Begin, options: ExhaustiveOptions | RandomOptions): Report {
  const exploration = new Exploration(world, begin, options);
  if (options.mode === 'random') {
    exploration.random(options.seed, options.schedules, options.changePoints ?? 3);
    return exploration.report(false);
  }
  return exploration.report(exploration.exhaustive(options));
}

/** Runs one schedule again from the text of its decisions. Throws when they do not fit this scenario. */
export function replay(world: World, begin: Begin, decisions: string, options: Common = {}): Report {
  const exploration = new Exploration(world, begin, options);
  exploration.replay(decisions);
  return exploration.report(false);
}

/** A failure as one text: what happened, how to see it again, and how it came about. */
export function describeFailure(failure: Failure): string {
  const seed = failure.seed === undefined ? '' : `seed ${failure.seed}, `;
  return [
    `${failure.kind}: ${failure.message}`,
    `${seed}replay: '${failure.decisions}'`,
    ...failure.trace,
  ].join('\n');
}

/** Throws, with the trace, when an exploration has found a failure or was not complete although it should be. */
export function assertClean(report: Report, expected: 'complete' | 'sampled' = 'complete'): void {
  if (report.failure !== undefined) {
    throw new Error(describeFailure(report.failure), { cause: report.failure.cause });
  }
  if (expected === 'complete' && !report.complete) {
    throw new Error(`Cannot call the exploration complete: it ended after ${report.schedules} schedules`);
  }
}

/** The failure of an exploration that is expected to find one. Throws when it has not. */
export function assertFails(report: Report): Failure {
  if (report.failure !== undefined) return report.failure;
  throw new Error(`Cannot find a failure: ${report.schedules} schedules were clean`);
}

class Exploration {
  readonly #world: World;
  readonly #begin: Begin;
  readonly #runner: Runner;
  #schedules = 0;
  #pruned = 0;
  #choices = 1;
  #killChances = 1;
  #failure: Failure | undefined;

  constructor(world: World, begin: Begin, options: Common) {
    this.#world = world;
    this.#begin = begin;
    this.#runner = new Runner(world, { ...LIMITS, ...options.limits }, options.kill);
  }

  report(complete: boolean): Report {
    return {
      schedules: this.#schedules,
      pruned: this.#pruned,
      complete: complete && this.#failure === undefined,
      sharedWords: this.#runner.scheduler.sharing.count,
      choices: this.#choices,
      failure: this.#failure,
    };
  }

  random(seed: number, schedules: number, changePoints: number): void {
    const random = new Random(seed);
    for (let count = 0; count < schedules && this.#failure === undefined; count++) {
      const lengths: Lengths = { choices: this.#choices, killChances: this.#killChances };
      this.#run(new RandomWalk(random, this.#world.threads, changePoints, lengths), seed);
    }
  }

  /** True when nothing was left to run. */
  exhaustive(options: ExhaustiveOptions): boolean {
    const limit = options.schedules ?? 1_000_000;
    // learns which words are shared; with every word learnt later the exploration begins again
    this.random(WARM_UP_SEED, Math.min(WARM_UP, limit), 3);
    // a failure with fewer preemptions is easier to understand: this one is kept for the case that there is none
    const early = this.#failure;
    this.#failure = undefined;
    const done = this.#walkAll(options, limit);
    this.#failure ??= early;
    return done;
  }

  #walkAll(options: ExhaustiveOptions, limit: number): boolean {
    const { sharing } = this.#runner.scheduler;
    for (let known = -1; known !== sharing.count && this.#failure === undefined; ) {
      known = sharing.count;
      const explorer = new Exhaustive(options.preemptions ?? 2, options.prune ?? true);
      for (let walk = explorer.next(); walk !== undefined; walk = explorer.next()) {
        if (this.#schedules + this.#pruned >= limit) return false;
        this.#run(walk, undefined);
        if (walk.stopped) {
          this.#pruned++;
          this.#schedules--;
        }
        if (this.#failure !== undefined || sharing.count !== known) break;
      }
    }
    return true;
  }

  replay(text: string): void {
    const decisions = parseDecisions(text);
    // which words are shared decides how narrow the intervals of calls are: learn it as the exploration did
    this.random(WARM_UP_SEED, WARM_UP, 3);
    this.#runner.run(this.#begin, new Replay(decisions));
    this.#schedules = 0;
    this.#failure = undefined;
    const strategy = new Replay(decisions);
    this.#run(strategy, undefined);
    if (!strategy.finished) throw new Error(`Cannot replay '${text}': not all decisions fit this scenario`);
  }

  #run(strategy: Strategy, seed: number | undefined): void {
    const { scheduler } = this.#runner;
    const fault = this.#judge(strategy);
    this.#schedules++;
    this.#choices = Math.max(this.#choices, scheduler.choices);
    this.#killChances = Math.max(this.#killChances, scheduler.killChances);
    if (fault !== undefined) this.#failure = this.#trace(fault, seed);
  }

  /** Runs a schedule. One that fails counts only once it taught nothing new, since too narrow intervals came before. */
  #judge(strategy: Strategy): Fault | undefined {
    const { scheduler } = this.#runner;
    const { sharing } = scheduler;
    let known = sharing.count;
    let fault = this.#runner.run(this.#begin, strategy);
    while (fault !== undefined && sharing.count !== known) {
      known = sharing.count;
      fault = this.#runner.run(this.#begin, new Replay(scheduler.decisions));
    }
    return fault;
  }

  /** Runs the schedule that has just failed once more, to write down how it came about. */
  #trace(fault: Fault, seed: number | undefined): Failure {
    const { scheduler } = this.#runner;
    const decisions = scheduler.decisions;
    scheduler.tracer.enabled = true;
    const again = this.#runner.run(this.#begin, new Replay(decisions));
    scheduler.tracer.enabled = false;
    const text = formatDecisions(decisions);
    const message = messageOf(fault.cause);
    if (again === undefined || messageOf(again.cause) !== message) {
      throw new Error(`Cannot reproduce '${text}' (${message}): the scenario is not deterministic`);
    }
    return {
      kind: fault.kind,
      message,
      decisions: text,
      seed,
      trace: scheduler.tracer.lines,
      cause: fault.cause,
    };
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
