/** Gets some entries over and over, and measures how long each get takes. @module */
import assert from 'node:assert/strict';
import { createHistogram } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadSafeCache } from '../../src/index.js';
import type { ReaderData, Reading } from '../expiry.js';
import { keyMaker } from './keys.js';

const STRETCH = 64;

const { handle, draws, keyLength } = workerData as ReaderData;
const cache = ThreadSafeCache.attach<string, string>(handle);
const key = keyMaker(keyLength);
const keys = Array.from(draws, key);

parentPort?.on('message', (ms: number) => parentPort?.postMessage(read(ms)));
parentPort?.postMessage('ready');

function read(ms: number): Reading {
  const histogram = createHistogram();
  const end = performance.now() + ms;
  let at = 0;
  do {
    for (let i = 0; i < STRETCH; i++) {
      const name = keys[at] as string;
      at = at + 1 === keys.length ? 0 : at + 1;
      const before = process.hrtime.bigint();
      const value = cache.get(name);
      const took = process.hrtime.bigint() - before;
      assert.notEqual(value, undefined, 'an entry without a TTL is gone');
      histogram.record(took > 0n ? took : 1n);
    }
  } while (performance.now() < end);
  const percentile = (of: number) => histogram.percentile(of);
  return {
    p50: percentile(50),
    p99: percentile(99),
    p999: percentile(99.9),
    worst: histogram.max,
    gets: histogram.count,
  };
}
