// One cache for all threads. A worker started after the cache opens it by its name; one that runs already is sent
// the handle.
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type CacheHandle, ThreadSafeCache } from 'heddle';

if (isMainThread) await main();
else if (workerData === 'by name') work(ThreadSafeCache.open('users'));
else parentPort?.once('message', (handle: CacheHandle) => work(ThreadSafeCache.attach(handle)));

async function main(): Promise<void> {
  const early = new Worker(new URL(import.meta.url), { workerData: 'by handle' });
  const cache = new ThreadSafeCache({ name: 'users', maxSize: 1000 });
  const late = new Worker(new URL(import.meta.url), { workerData: 'by name' });
  early.postMessage(cache.handle);
  await Promise.all([once(early, 'exit'), once(late, 'exit')]);
  console.log(cache.get('by name'), cache.get('by handle')); // hello hello
  console.log(cache.getStats().puts, 'puts by two workers');
}

function work(cache: ThreadSafeCache): void {
  cache.put(workerData, 'hello'); // at once in every thread
}
