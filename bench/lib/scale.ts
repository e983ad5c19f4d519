/** How much is measured: all of it, a look, or just enough to see that it still runs. */

/** The sizes of a run. */
export interface Scale {
  readonly name: 'full' | 'quick' | 'tiny';
  /** Rounds of turns that count; a report gives medians over them. */
  readonly rounds: number;
  /** Operations in a turn. */
  readonly turn: number;
  readonly small: number;
  readonly middle: number;
  readonly large: number;
  /** Entries for questions about memory and churn. */
  readonly million: number;
  /** Runs of what takes a process of its own. */
  readonly heapRuns: number;
  /** Milliseconds of reading beside the cleaner, which looks once a second. */
  readonly readingMs: number;
  /** Requests to the HTTP server. */
  readonly requests: number;
  /** Threads at the same time. */
  readonly threads: readonly number[];
  /** Milliseconds of load in questions about several threads at once. */
  readonly loadMs: number;
}

/** The scale of `npm run bench`. */
export const full: Scale = {
  name: 'full',
  rounds: 5,
  turn: 2 ** 16,
  small: 1_000,
  middle: 100_000,
  large: 4_000_000,
  million: 1_000_000,
  heapRuns: 3,
  readingMs: 2_500,
  requests: 40_000,
  threads: [1, 2, 4],
  loadMs: 250,
};

/** `--quick`: fewer rounds, and no more than some hundred thousand entries. */
export const quick: Scale = {
  ...full,
  name: 'quick',
  rounds: 3,
  turn: 2 ** 15,
  large: 400_000,
  million: 200_000,
  heapRuns: 1,
  requests: 10_000,
  loadMs: 150,
};

/** For the tests: its figures mean nothing. */
export const tiny: Scale = {
  name: 'tiny',
  rounds: 1,
  turn: 2 ** 10,
  small: 100,
  middle: 400,
  large: 1_000,
  million: 2_000,
  heapRuns: 1,
  readingMs: 50,
  requests: 200,
  threads: [1, 2],
  loadMs: 20,
};
