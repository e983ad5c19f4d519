import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { CacheHandle, ThreadSafeCache } from '../../src/index.js';
import { workerUrl } from './remote.js';

/** What every worker of a crew is started with, besides what its own script wants. */
export interface CrewData {
  readonly handle: CacheHandle;
  /** Its number in the crew. */
  readonly index: number;
  readonly seed: number;
  /** See {@link Control}. */
  readonly control: Int32Array;
}

/** Words that a crew shares with the thread that started it: 0 tells all to stop, then one count for each worker. */
export class Control {
  readonly words: Int32Array;

  constructor(words: Int32Array | number) {
    this.words = typeof words === 'number' ? new Int32Array(new SharedArrayBuffer(4 * (words + 1))) : words;
  }

  get isOver(): boolean {
    return Atomics.load(this.words, 0) !== 0;
  }

  stop(): void {
    Atomics.store(this.words, 0, 1);
  }

  /** What a worker has done so far. */
  progress(index: number): number {
    return Atomics.load(this.words, index + 1);
  }

  /** Called by a worker after each piece of work. */
  advance(index: number): void {
    Atomics.add(this.words, index + 1, 1);
  }
}

/** A worker at work on a cache; an error in it is an error of whoever waits for it. */
export interface Mate<Result> {
  readonly worker: Worker;
  /** What it sent in the end; undefined if it was terminated. */
  readonly result: Promise<Result | undefined>;
}

/** Starts one worker of a script in test/threads/workers, with the data of a crew and more. */
export function enlist<Result>(test: TestContext, script: string, data: CrewData & object): Mate<Result> {
  const worker = new Worker(workerUrl(script), { workerData: data });
  test.after(() => worker.terminate());
  let sent: Result | undefined;
  worker.on('message', (message: Result) => {
    sent = message;
  });
  return { worker, result: once(worker, 'exit').then(() => sent) };
}

/** Starts a crew of equals; their results come in the order of their numbers. */
export function startCrew<Result>(
  test: TestContext,
  {
    script,
    count,
    cache,
    seed,
    ...more
  }: { script: string; count: number; cache: ThreadSafeCache; seed: number },
): { control: Control; results: Promise<(Result | undefined)[]> } {
  const control = new Control(count);
  const mates = Array.from({ length: count }, (_, index) =>
    enlist<Result>(test, script, {
      ...more,
      handle: cache.handle,
      index,
      seed: seed + index,
      control: control.words,
    }),
  );
  return { control, results: Promise.all(mates.map(({ result }) => result)) };
}
