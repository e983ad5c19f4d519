// One limit over all workers: a hundred requests a minute for each client, whichever thread serves them.
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { ThreadSafeCache } from 'heddle';

const LIMIT = 100;
const WORKERS = 4;
const REQUESTS = 60;

function isAllowed(windows: ThreadSafeCache<string, number>, client: string): boolean {
  // the window ends a minute after its first request: an increment leaves the deadline as it is
  return windows.increment(client) <= LIMIT;
}

if (isMainThread) {
  using windows = new ThreadSafeCache<string, number>({ name: 'windows', maxSize: 10_000, defaultTtl: 60 });
  const workers = Array.from({ length: WORKERS }, () => new Worker(new URL(import.meta.url)));
  const allowed = await Promise.all(
    workers.map(async (worker) => (await once(worker, 'message'))[0] as number),
  );
  console.log(
    allowed.reduce((sum, count) => sum + count),
    windows.get('client'),
  ); // 100 240
} else {
  const windows = ThreadSafeCache.open<string, number>('windows');
  const answers = Array.from({ length: REQUESTS }, () => isAllowed(windows, 'client'));
  parentPort?.postMessage(answers.filter((each) => each).length);
}
