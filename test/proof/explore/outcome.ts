/** What a schedule is made of and what comes out of it. */
import type { Program, WasmValue } from './program.js';
import type { World } from './world.js';

/**
 * A call that a program made, as it looked from outside. One call precedes another when its end is smaller than
 * the other's start; these are the narrowest intervals that any run of this schedule can show.
 */
export interface CallRecord {
  readonly thread: number;
  readonly name: string;
  readonly args: readonly WasmValue[];
  /** Undefined when the export returns nothing, or when the call never ended. */
  result: WasmValue | undefined;
  /** Number of the call's first access to a shared word. */
  start: number;
  /** Number of its last access to a shared word; Infinity for a call that never ended. */
  end: number;
}

/** The end of a schedule. */
export interface Outcome {
  readonly world: World;
  /** Every call: those of thread 0 in their order, then those of thread 1, and so on. */
  readonly history: readonly CallRecord[];
  /** The thread that was killed, if one was. */
  readonly killed: number | undefined;
}

/** One schedule's programs, made anew for each so that what they close over is fresh. */
export interface Scenario {
  readonly threads: readonly Program[];
  /** Called when a thread has been killed, before any other thread goes on. */
  readonly died?: (thread: number) => void;
  /** Throws when the end of the schedule is wrong. May call the engine through the world. */
  readonly check?: (outcome: Outcome) => void;
}

export type FailureKind =
  /** check threw. */
  | 'check'
  /** A program threw. */
  | 'program'
  /** The module trapped, or reached outside its memory. */
  | 'trap'
  /** Every thread left waits without a limit. */
  | 'deadlock'
  /** More events than allowed. */
  | 'livelock';

export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  /** Replays the schedule: see replay(). */
  readonly decisions: string;
  /** Seed of the exploration, when it was a random one. */
  readonly seed: number | undefined;
  /** The accesses to shared words, one line each. */
  readonly trace: readonly string[];
  /** What was thrown. */
  readonly cause: unknown;
}

/** Where threads may be killed; at most one is, in each schedule. */
export interface KillOptions {
  /** The threads that may die. */
  readonly threads: readonly number[];
  /**
   * 'interrupts': where V8 looks for a termination request (function entry and return, loop header).
   * 'anywhere': in front of every write as well.
   */
  readonly at: 'interrupts' | 'anywhere';
}

export interface Limits {
  /** Events of one schedule at most; more is a livelock. */
  readonly events: number;
  /** So many iterations alike, while nothing changes, make a loop one that waits for another thread. */
  readonly spins: number;
  /** Steps into which one memory.copy or memory.fill falls. */
  readonly pieces: number;
}
