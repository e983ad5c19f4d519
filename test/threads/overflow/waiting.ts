/** Asks, near the end of the stack, for what another thread computes. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type CacheHandle, ThreadSafeCache } from '../../../src/index.js';
import { AMPLE, makeDive, overflows, range } from '../../support/overflow.js';

async function ask(): Promise<void> {
  const cache = new ThreadSafeCache<string, string>({ maxSize: 1000, cleanupInterval: false });
  const worker = new Worker(new URL(import.meta.url), { workerData: cache.handle });
  const isComputed = async (key: string) => {
    const told = once(worker, 'message');
    worker.postMessage(key);
    await told;
  };
  let cut = 0;
  for (let width = 0; width < 4; width++) {
    const dive = makeDive(width);
    const warm = Array.from({ length: width === 0 ? 20 : 1 }, () => AMPLE);
    for (const [index, above] of [...warm, ...range(4, 300, 4)].entries()) {
      const key = `${width} ${index}`;
      await isComputed(key);
      if (overflows(dive, above, () => cache.getOrCompute(key, () => 'mine'))) cut++;
      await sleep(1);
    }
  }
  worker.unref();
  console.log(JSON.stringify({ cut }));
}

function compute(): void {
  const cache = ThreadSafeCache.attach<string, string>(workerData as CacheHandle);
  const cell = new Int32Array(new SharedArrayBuffer(4));
  parentPort?.on('message', (key: string) => {
    cache.getOrCompute(key, () => {
      parentPort?.postMessage('computing');
      Atomics.wait(cell, 0, 0, 5);
      return 'theirs';
    });
  });
}

if (isMainThread) await ask();
else compute();
