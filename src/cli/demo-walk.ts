import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ThreadSafeCache } from '../index.js';
import type { Tour } from './demo-tour.js';
import { formatStats } from './stats-table.js';

const PATIENCE_MS = 10_000;
const POLL_MS = 10;

/** Shows, step by step, what one cache does. */
export async function walk(tour: Tour): Promise<void> {
  tour.heading('Basic operations');
  basics(tour);
  await smallCache(tour);
  tour.heading('Every thread has the same cache');
  await sharing(tour);
}

function basics(tour: Tour): void {
  tour.say('const cache = new ThreadSafeCache({ maxSize: 100 })');
  using cache = new ThreadSafeCache({ maxSize: 100 });
  tour.step(() => cache.put('user:1', { name: 'Ada', born: 1815 }));
  tour.step(() => cache.get('user:1'));
  tour.step(() => cache.get('user:2'), 'a miss');
  tour.step(() => cache.delete('user:1'));
  tour.step(() => cache.has('user:1'));
}

async function smallCache(tour: Tour): Promise<void> {
  using cache = new ThreadSafeCache({ maxSize: 3, cleanupInterval: 0.1 });
  tour.heading('The least recently used entry makes room');
  tour.say('const cache = new ThreadSafeCache({ maxSize: 3, cleanupInterval: 0.1 })');
  tour.step(() => cache.put('user:1', 'Ada'));
  tour.step(() => cache.put('user:2', 'Grace'));
  tour.step(() => cache.put('user:3', 'Edith'));
  tour.step(() => cache.get('user:1'), 'now user:2 has waited longest');
  tour.step(() => cache.put('user:4', 'Radia'), 'a fourth: one has to go');
  tour.step(() => cache.get('user:2'), 'user:2 went, not user:1');
  tour.step(() => cache.get('user:1'));
  tour.step(() => cache.size);
  tour.heading('Entries expire');
  tour.step(() => cache.clear());
  tour.step(() => cache.put('session:abc', 'active', 0.3), 'for 0.3 seconds');
  tour.step(() => cache.get('session:abc'));
  tour.say('… a little later …');
  await until(() => cache.size === 0);
  tour.step(() => cache.size, 'the cleaner has removed it, nobody had to ask');
  tour.step(() => cache.get('session:abc'));
  tour.heading('Statistics, of all threads together');
  tour.say('cache.getStats()');
  tour.print(formatStats(cache.getStats(), tour.paint));
}

async function sharing(tour: Tour): Promise<void> {
  tour.say("const cache = new ThreadSafeCache({ name: 'users', maxSize: 100 })");
  using cache = new ThreadSafeCache<string, unknown>({ name: 'users', maxSize: 100 });
  tour.say('… in a worker …');
  const worker = new Worker(new URL('./demo-guest.js', import.meta.url));
  worker.on('message', (line: [code: string, result: unknown]) => tour.line(...line));
  await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
  tour.say('… and in this thread …');
  tour.step(() => cache.get('user:5'), "the worker's value, at once, nothing was sent");
}

/** Waits for something that is about to happen. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition() && performance.now() < deadline) await sleep(POLL_MS);
}
