/** Counts in a shared cache, one piece of work after the other, until it is through or terminated. */
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadSafeCache } from '../../../src/index.js';
import { Control, type CrewData } from '../../support/crew.js';

/** What it works with. */
export interface CountingJob {
  readonly rounds: number;
  /** Keys that are put and taken. */
  readonly tokens: number;
}

/** What a worker that was not terminated has done. */
export interface CountingResult {
  /** Keys it was the first to put. */
  readonly won: number;
  readonly put: number;
  readonly taken: number;
}

const { handle, index, rounds, tokens, control } = workerData as CountingJob & CrewData;
const cache = ThreadSafeCache.attach<string, number | bigint>(handle);
const progress = new Control(control);
const done = { won: 0, put: 0, taken: 0 };

function putNext(key: string): void {
  for (;;) {
    const found = cache.getVersioned(key);
    const next = Number(found?.value ?? 0) + 1;
    if (found ? cache.putIfVersion(key, next, found.version) : cache.putIfAbsent(key, next)) return;
  }
}

for (let round = 0; round < rounds; round++) {
  cache.increment('number');
  cache.increment('bigint', 1n);
  cache.update('update', (value) => Number(value ?? 0) + 1);
  putNext('version');
  if (cache.putIfAbsent(`round ${round}`, index)) done.won++;
  const token = `token ${(round + index) % tokens}`;
  if (cache.putIfAbsent(token, round)) done.put++;
  if (cache.take(token) !== undefined) done.taken++;
  progress.advance(index);
}
cache.shutdown();
parentPort?.postMessage(done satisfies CountingResult);
