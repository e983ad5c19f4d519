import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { ThreadSafeCache } from '../../src/index.js';
import type { LoadingAnswer, LoadingOrder } from '../threads/workers/loading.js';
import { workerUrl } from './remote.js';

/** Threads that load keys of one cache, and how many loaders they have run. */
export class Loaders {
  /** Counts, over all threads: of all loaders, and of those of each order's `counter`. */
  readonly runs = new Int32Array(new SharedArrayBuffer(4096));
  readonly #test: TestContext;
  readonly #cache: ThreadSafeCache;

  constructor(test: TestContext, cache: ThreadSafeCache) {
    this.#test = test;
    this.#cache = cache;
  }

  get count(): number {
    return Atomics.load(this.runs, 0);
  }

  /** Loaders of the orders with this counter. */
  countOf(counter: number): number {
    return Atomics.load(this.runs, counter);
  }

  /** A thread that is ready for orders. */
  async start(): Promise<LoaderThread> {
    const control = new Int32Array(new SharedArrayBuffer(8));
    const workerData = { handle: this.#cache.handle, index: 0, seed: 0, control, runs: this.runs };
    const worker = new Worker(workerUrl('loading'), { workerData });
    this.#test.after(() => worker.terminate());
    await once(worker, 'message');
    return new LoaderThread(worker, control);
  }

  startAll(count: number): Promise<LoaderThread[]> {
    return Promise.all(Array.from({ length: count }, () => this.start()));
  }
}

/** One of them. */
export class LoaderThread {
  readonly #worker: Worker;
  readonly #control: Int32Array;

  constructor(worker: Worker, control: Int32Array) {
    this.#worker = worker;
    this.#control = control;
  }

  /** Loaders it has begun to run. */
  get begun(): number {
    return Atomics.load(this.#control, 1);
  }

  /** What its callers got. Rejects when the thread ends before. */
  async load(order: LoadingOrder): Promise<LoadingAnswer> {
    const answered = once(this.#worker, 'message');
    this.#worker.postMessage(order);
    const [answer] = await answered;
    return answer as LoadingAnswer;
  }

  /** Begins to load, and does not wait for it. */
  begin(order: LoadingOrder): void {
    this.#worker.postMessage(order);
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  /** Lets it end by itself: nothing may keep it. */
  async end(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    this.#worker.postMessage('end');
    await ended;
  }
}
