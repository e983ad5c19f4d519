/**
 * The code of a worker of `heddle bench`. Does what it is told, one order after the other. It awaits nothing on its top
 * level: it is terminated at the end, which a module that waits may not survive on Node.js 20.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadSafeCache } from '../index.js';
import type { BenchAnswer, BenchOrder, BenchTask } from './bench-messages.js';
import { type BenchCache, fill, Requests, randomOf } from './bench-requests.js';
import { LruMap } from './lru-map.js';

const { mix, index, source } = workerData as BenchTask;
const random = randomOf(mix.seed, index);
const emptyHeap = heapBytes();
const cache = openCache();
const requests = new Requests(cache, mix, random);

parentPort?.on('message', (order: BenchOrder) => {
  if (order.kind === 'turn') post(requests.work(order));
  else post({ heapBytes: heapBytes() - emptyHeap });
});
post('ready');

function openCache(): BenchCache {
  if ('name' in source) return ThreadSafeCache.open<string, string>(source.name);
  const map = new LruMap(source.maxSize);
  fill(map, mix, source.maxSize, random);
  return map;
}

/** Twice: what the first collection has let go of may hold something else. */
function heapBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function post(answer: BenchAnswer): void {
  parentPort?.postMessage(answer);
}
