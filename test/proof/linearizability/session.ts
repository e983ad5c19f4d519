/** Many histories on one cache. */
import assert from 'node:assert/strict';
import type { ThreadSafeCache } from '../../../src/index.js';
import { Seat } from '../../../src/memory/seat.js';
import { assertIntact, contentOf } from '../../support/caches.js';
import { Random } from '../../support/random.js';
import type { Crew } from './crew.js';
import { isPending, type Operation } from './history.js';
import { type Board, makeBoard, readHistory, ticks, wipe } from './journal.js';
import { judge } from './judge.js';
import { Player } from './player.js';
import type { Setup } from './setup.js';

/** How long to go on. */
export interface Effort {
  /** Of the first history; each has the next one. */
  readonly seed: number;
  /** No history is begun later than this. */
  readonly milliseconds: number;
  /** But so many there are in any case. */
  readonly atLeast: number;
}

/** What came of it. */
export interface Outcome {
  /** What was wrong, with the seed; undefined: nothing. */
  readonly problem: string | undefined;
  readonly histories: number;
  readonly operations: number;
  /** Operations that were called while one of another thread was under way. */
  readonly overlapping: number;
  /** Threads killed, and operations they were killed in. */
  readonly kills: number;
  readonly pending: number;
}

/** Threads are killed before so much of the history, in hundredths, is over. */
const LATEST_KILL = 80;
/** Nothing blocks for ever: a history takes milliseconds. */
const PATIENCE_MS = 30_000;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Makes histories and judges each, until one is wrong or it has made enough.
 *
 * @param cache attached in this thread, empty, and used by nobody else
 */
export async function makeHistories(
  crew: Crew,
  cache: ThreadSafeCache,
  setup: Setup,
  { seed, milliseconds, atLeast }: Effort,
): Promise<Outcome> {
  const session = new Session(crew, cache, setup);
  const sums = { histories: 0, operations: 0, overlapping: 0, kills: 0, pending: 0 };
  let problem: string | undefined;
  try {
    await session.begin();
    const end = performance.now() + milliseconds;
    while (problem === undefined && (sums.histories < atLeast || performance.now() < end)) {
      const history = await session.play(sums.histories, seed + sums.histories);
      sums.histories++;
      sums.operations += history.length;
      sums.overlapping += countOverlapping(history);
      sums.kills += setup.kills;
      sums.pending += history.filter(isPending).length;
      problem = judge(history, setup);
    }
    await session.end(problem === undefined);
  } catch (error) {
    // Some may never answer again.
    await crew.dismiss();
    problem ??= error instanceof Error ? error.stack : String(error);
  }
  const last = seed + Math.max(0, sums.histories - 1);
  return { ...sums, problem: problem && `${setup.name}, seed ${last}\n${problem}` };
}

class Session {
  readonly #crew: Crew;
  readonly #cache: ThreadSafeCache;
  readonly #setup: Setup;
  readonly #board: Board;
  readonly #observer: Player;

  constructor(crew: Crew, cache: ThreadSafeCache, setup: Setup) {
    this.#crew = crew;
    this.#cache = cache;
    this.#setup = setup;
    this.#board = makeBoard(setup.threads + 1, Math.max(setup.operations, setup.keys));
    this.#observer = new Player(cache, setup, this.#board, setup.threads);
  }

  async begin(): Promise<void> {
    await this.#all((thread) => this.#attach(thread));
  }

  /** One history: all threads at once, and when they have finished, or died, a look at every key. */
  async play(history: number, seed: number): Promise<Operation[]> {
    this.#cache.clear();
    wipe(this.#board);
    const played = this.#all((thread) => this.#crew.order(thread, { task: 'play', history, seed }));
    await inTime(Promise.all([played, this.#kill(new Random(seed))]));
    this.#observer.lookAtAll();
    return readHistory(this.#board);
  }

  /** Lets all threads go, and looks whether they have left everything in order. */
  async end(isInOrder: boolean): Promise<void> {
    await this.#all((thread) => this.#crew.order(thread, { task: 'detach' }));
    // A cleaner may be at work at any moment.
    if (isInOrder && this.#setup.cache.cleanupInterval === 0) assertInOrder(this.#cache);
  }

  #attach(thread: number): Promise<void> {
    const [setup, board, { handle }] = [this.#setup, this.#board, this.#cache];
    return this.#crew.order(thread, { task: 'attach', handle, setup, board, thread });
  }

  #all(action: (thread: number) => Promise<void>): Promise<unknown> {
    return Promise.all(Array.from({ length: this.#setup.threads }, (_, thread) => action(thread)));
  }

  /** Kills as many threads as the setup says, at a random tick, and puts new ones in their place. */
  async #kill(random: Random): Promise<void> {
    const { kills, threads, operations } = this.#setup;
    if (kills === 0) return;
    const expected = 2 * threads * operations;
    const tick = random.below(Math.floor((expected * LATEST_KILL) / 100));
    const end = performance.now() + PATIENCE_MS;
    // Asleep, not spinning: the threads need the processors.
    while (ticks(this.#board) <= tick && performance.now() < end) Atomics.wait(sleeper, 0, 0, 0.02);
    const first = random.below(threads);
    const victims = Array.from({ length: kills }, (_, index) => (first + index) % threads);
    await Promise.all(victims.map((victim) => this.#crew.replace(victim)));
    await Promise.all(victims.map((victim) => this.#attach(victim)));
  }
}

async function inTime(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No end within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Holds all structures against each other, once what dead threads had in hand is given back. */
function assertInOrder(cache: ThreadSafeCache): void {
  const { module, memory } = contentOf(cache);
  const seat = new Seat(module, memory);
  seat.reapAll();
  seat.leave();
  assertIntact(cache);
  assert.equal(cache.getStats().rebuilds, 0, 'a lock had to be taken over from a dead thread');
}

function countOverlapping(history: readonly Operation[]): number {
  const latest: Operation[] = [];
  let count = 0;
  for (const operation of history) {
    const { thread, called } = operation;
    if (latest.some((other) => other.thread !== thread && other.returned > called)) count++;
    latest[thread] = operation;
  }
  return count;
}
