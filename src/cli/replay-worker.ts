/**
 * The code of a worker that replays its share of a trace. Does what it is told, one order after the other.
 *
 * @module
 */
import { parentPort, workerData } from 'node:worker_threads';
import { readLatin1 } from '../codec/text.js';
import { openCache, type ReplayCache } from './private-cache.js';
import type { WorkerAnswer, WorkerCounts, WorkerOrder, WorkerTask } from './replay-messages.js';

/** Requests between two reports of progress, less 1: a mask. */
const REPORT_MASK = 63;

/** So many requests a worker may be ahead of another one. */
const MOST_AHEAD = 512;
const PAUSE_MS = 1;

/** A larger value fits no cache: a value is at most a sixteenth of the memory budget, that at most 4 GiB. */
const MOST_VALUE_BYTES = 2 ** 28;

const task = workerData as WorkerTask;
const { text, starts, sizes, requests } = task.trace;
const keys = Buffer.from(text.buffer);
const filler = Buffer.alloc(largestValue(), 'x');
// no await up here: V8 11.3 may crash when a thread is terminated whose module waits
openCache(task.source).then(obey);

function obey(cache: ReplayCache): void {
  parentPort?.on('message', (order: WorkerOrder) => {
    if (order === 'run') return post(replay(cache));
    globalThis.gc?.();
    post({ liveBytes: process.memoryUsage().heapUsed + cache.ownBytes() });
  });
  post('ready');
}

function post(answer: WorkerAnswer): void {
  parentPort?.postMessage(answer);
}

function largestValue(): number {
  const largest =
    sizes === undefined ? task.valueBytes : sizes.reduce((most, size) => Math.max(most, size), 0);
  return Math.min(largest, MOST_VALUE_BYTES);
}

/**
 * Each request is a get, and on a miss a put. Key and value are made anew for each, as in a service that reads the
 * one from a connection and the other from a database.
 */
function replay(cache: ReplayCache): WorkerCounts {
  const { index, threads, valueBytes } = task;
  let [done, hits, tooLarge] = [0, 0, 0];
  for (let i = index; i < requests; i += threads) {
    const start = starts[i] as number;
    const key = readLatin1(keys, start, (starts[i + 1] as number) - start);
    if (cache.get(key) !== undefined) hits++;
    else {
      const size = sizes === undefined ? valueBytes : (sizes[i] as number);
      if (size > MOST_VALUE_BYTES || !cache.put(key, readLatin1(filler, 0, size))) tooLarge++;
    }
    if ((++done & REPORT_MASK) === 0) report(done);
  }
  report(done);
  return { requests: done, hits, tooLarge };
}

/**
 * Tells how far this worker is, and waits for one that is far behind, as one that has no processor is: in a service
 * time passes for all workers alike, and what one of them asks for another has asked for a moment ago.
 */
function report(done: number): void {
  const { index, progress } = task;
  Atomics.store(progress, index, done);
  Atomics.notify(progress, index);
  for (let other = 0; other < progress.length; other++) {
    for (let theirs = Atomics.load(progress, other); theirs < done - MOST_AHEAD; ) {
      Atomics.wait(progress, other, theirs, PAUSE_MS);
      theirs = Atomics.load(progress, other);
    }
  }
}
