/** Loads keys of a shared cache as it is told, by messages. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { type LoadOptions, ThreadSafeCache } from '../../../src/index.js';
import type { CrewData } from '../../support/crew.js';

/** What it is started with: words to count in. */
export interface LoadingJob {
  /** Loaders that were run: all of them, then by counter. */
  readonly runs: Int32Array;
}

/** Calls of `getOrLoad` to make at once, and what the loader does. */
export interface LoadingOrder {
  readonly key: string;
  readonly callers: number;
  readonly loadMs: number;
  /** Which count its loaders add to, besides that of all. */
  readonly counter?: number;
  /** The loader goes on only when so many callers, of all threads, have waited. */
  readonly waits?: number;
  /** What it throws, as message and code; else it brings `loaded <key>`. */
  readonly failure?: string;
  /** What the loader does to the key before it ends. */
  readonly during?: 'put' | 'delete' | 'clear' | undefined;
  readonly options?: LoadOptions;
  /** It blocks its thread instead: `getOrCompute`. */
  readonly blocks?: boolean;
}

/** What each caller got: a value, or the codes and messages of an error and its cause. */
export type LoadingAnswer = (
  | { readonly value: unknown }
  | { readonly code: unknown; readonly message: string; readonly cause: unknown }
)[];

const { handle, control, index, runs } = workerData as LoadingJob & CrewData;
const cache = ThreadSafeCache.attach<string>(handle);
const pause = new Int32Array(new SharedArrayBuffer(4));

/** A kill may come between two counts; who has seen the count of all finds this thread's too. */
function begin({ counter, failure }: LoadingOrder): void {
  Atomics.add(control, index + 1, 1);
  if (counter !== undefined) Atomics.add(runs, counter, 1);
  Atomics.add(runs, 0, 1);
  if (failure === 'at once') throw new Error(failure);
}

function end({ key, failure, during }: LoadingOrder): string {
  if (during === 'put') cache.put(key, 'put');
  if (during === 'delete') cache.delete(key);
  if (during === 'clear') cache.clear();
  if (failure !== undefined) throw Object.assign(new RangeError(failure), { code: failure });
  return `loaded ${key}`;
}

async function load(order: LoadingOrder): Promise<unknown> {
  if (order.blocks) {
    return cache.getOrCompute(order.key, () => {
      begin(order);
      Atomics.wait(pause, 0, 0, order.loadMs);
      while (cache.getStats().waits < (order.waits ?? 0)) Atomics.wait(pause, 0, 0, 1);
      return end(order);
    });
  }
  const loader = async (): Promise<string> => {
    begin(order);
    await sleep(order.loadMs);
    while (cache.getStats().waits < (order.waits ?? 0)) await sleep(1);
    return end(order);
  };
  return cache.getOrLoad(order.key, loader, order.options);
}

async function answer(order: LoadingOrder): Promise<LoadingAnswer> {
  const calls = Array.from({ length: order.callers }, () => load(order));
  const settled = await Promise.allSettled(calls);
  return settled.map((each) => {
    if (each.status === 'fulfilled') return { value: each.value };
    const { code, message, cause } = each.reason;
    return { code, message, cause: cause?.message };
  });
}

parentPort?.on('message', async (order: LoadingOrder | 'end') => {
  if (order === 'end') {
    cache.shutdown();
    parentPort?.close();
  } else {
    parentPort?.postMessage(await answer(order));
  }
});
parentPort?.postMessage([] satisfies LoadingAnswer);
