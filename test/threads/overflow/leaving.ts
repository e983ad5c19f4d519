/** Leaves a cache, near the end of the stack, while it waits for what another thread loads. */
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type CacheHandle, ThreadSafeCache } from '../../../src/index.js';
import { AMPLE, makeDive, overflows, range } from '../../support/overflow.js';

async function load(): Promise<void> {
  const cache = new ThreadSafeCache<string, string>({ maxSize: 100, cleanupInterval: false });
  let land: (value: string) => void = () => {};
  const load = cache.getOrLoad(
    'key',
    () =>
      new Promise<string>((resolve) => {
        land = resolve;
      }),
  );
  const worker = new Worker(new URL(import.meta.url), { workerData: cache.handle });
  const [counts] = await once(worker, 'message');
  const { threads } = cache.getStats();
  land('value');
  await load;
  console.log(JSON.stringify({ ...counts, threads }));
}

async function leave(): Promise<void> {
  let [cut, untold] = [0, 0];
  for (let width = 0; width < 4; width++) {
    const dive = makeDive(width);
    for (const above of [AMPLE, AMPLE, ...range(4, 300, 3)]) {
      const cache = ThreadSafeCache.attach<string, string>(workerData as CacheHandle);
      let isTold = false;
      cache
        .getOrLoad('key', () => 'mine')
        .catch(() => {
          isTold = true;
        });
      for (let i = 0; i < 3; i++) await turn();
      if (overflows(dive, above, () => cache.shutdown())) cut++;
      cache.shutdown();
      for (let i = 0; i < 3; i++) await turn();
      if (!isTold) untold++;
    }
  }
  parentPort?.postMessage({ cut, untold });
}

if (isMainThread) await load();
else await leave();
