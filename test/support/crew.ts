import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { CacheHandle, ThreadSafeCache } from '../../src/index.js';
import { workerUrl } from './remote.js';
import { until } from './until.js';

/** Something that ends, a test above all, and what has to be done then. */
export interface Scope {
  after(end: () => unknown): void;
}

/** What every worker of a crew is started with, besides what its own script wants. */
export interface CrewData {
  readonly handle: CacheHandle;
  /** Its number in the crew. */
  readonly index: number;
  readonly seed: number;
  /** See {@link Control}. */
  readonly control: Int32Array;
}

/** What the first word of a control says. */
const GO = 0;
const STOP = 1;
const REST = 2;

/** Words that a crew shares with the thread that started it: an order, how many rest, then one count for each worker. */
export class Control {
  readonly words: Int32Array;

  constructor(words: Int32Array | number) {
    this.words = typeof words === 'number' ? new Int32Array(new SharedArrayBuffer(4 * (words + 2))) : words;
  }

  get isOver(): boolean {
    return Atomics.load(this.words, 0) === STOP;
  }

  stop(): void {
    this.#order(STOP);
  }

  /** Ends a rest. */
  go(): void {
    this.#order(GO);
  }

  /** Before a crew is started: it shall rest before it begins. */
  hold(): void {
    this.#order(REST);
  }

  /** Has so many workers stand still between two pieces of work; resolves when they do. `check` may throw. */
  async rest(count: number, check: () => void): Promise<void> {
    // who has not woken up from the last rest would count for this one, and then wake up
    await this.untilResting(0, check);
    this.hold();
    await this.untilResting(count, check);
  }

  /** Resolves when so many workers rest. */
  untilResting(count: number, check: () => void): Promise<void> {
    return until(() => {
      check();
      return Atomics.load(this.words, 1) === count;
    }, `${count} threads rest`);
  }

  /** Called by a worker between two pieces of work. */
  restIfTold(): void {
    if (Atomics.load(this.words, 0) !== REST) return;
    Atomics.add(this.words, 1, 1);
    this.waitWhileResting();
    Atomics.sub(this.words, 1, 1);
  }

  /** The same for who is not counted: it may die meanwhile. */
  waitWhileResting(): void {
    while (Atomics.load(this.words, 0) === REST) Atomics.wait(this.words, 0, REST);
  }

  /** What a worker has done so far. */
  progress(index: number): number {
    return Atomics.load(this.words, index + 2);
  }

  /** Called by a worker after each piece of work. */
  advance(index: number): void {
    Atomics.add(this.words, index + 2, 1);
  }

  #order(order: number): void {
    Atomics.store(this.words, 0, order);
    Atomics.notify(this.words, 0);
  }
}

/** How a worker has ended. */
export interface Ending<Result> {
  /** What it sent last. */
  readonly sent: Result | undefined;
  /** The error that ended it, if one did. */
  readonly error: NodeJS.ErrnoException | undefined;
}

/** Starts one worker of a script in test/threads/workers; its errors are part of how it ends. */
export function launch<Result>(
  scope: Scope,
  script: string,
  workerData: object,
  options: WorkerOptions = {},
): { readonly worker: Worker; readonly ended: Promise<Ending<Result>> } {
  const worker = new Worker(workerUrl(script), { ...options, workerData });
  scope.after(() => worker.terminate());
  let [sent, error]: [Result?, NodeJS.ErrnoException?] = [];
  worker.on('message', (message: Result) => {
    sent = message;
  });
  worker.on('error', (problem) => {
    error = problem;
  });
  // not once() of node:events, which an error would reject
  const ended = new Promise<Ending<Result>>((resolve) => worker.once('exit', () => resolve({ sent, error })));
  return { worker, ended };
}

/** Starts a crew of equals; their results come in the order of their numbers. An error in one is an error of all. */
export function startCrew<Result>(
  scope: Scope,
  {
    script,
    count,
    cache,
    seed,
    ...more
  }: { script: string; count: number; cache: ThreadSafeCache; seed: number },
): { control: Control; results: Promise<(Result | undefined)[]> } {
  const control = new Control(count);
  const results = Array.from({ length: count }, async (_, index) => {
    const own = { handle: cache.handle, index, seed: seed + index, control: control.words };
    const { sent, error } = await launch<Result>(scope, script, { ...more, ...own } satisfies CrewData).ended;
    if (error) throw error;
    return sent;
  });
  return { control, results: Promise.all(results) };
}
