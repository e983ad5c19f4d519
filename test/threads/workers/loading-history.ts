/** Loads, puts, deletes and reads a few keys as fast as it can, and writes down when it did what. */
import { setImmediate as turn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { ThreadSafeCache } from '../../../src/index.js';
import { nowMicros } from '../../../src/memory/clock.js';
import type { CrewData } from '../../support/crew.js';
import { Random } from '../../support/random.js';

/** What it works with. */
export interface HistoryJob {
  readonly rounds: number;
  readonly keys: number;
}

/** One operation. A load is when a loader began, and the value that it brings. */
export interface HistoryEvent {
  readonly kind: 'put' | 'remove' | 'clear' | 'read' | 'load';
  /** Left out: all keys. */
  readonly key?: string;
  /** Left out: nothing was there. */
  readonly value?: string | undefined;
  readonly start: number;
  readonly end: number;
}

const { handle, index, seed, rounds, keys } = workerData as HistoryJob & CrewData;
const cache = ThreadSafeCache.attach<string, string>(handle);
const random = new Random(seed);
const events: HistoryEvent[] = [];
let made = 0;

function newValue(kind: string): string {
  made++;
  return `${kind} ${index} ${made}`;
}

async function load(key: string): Promise<void> {
  const start = nowMicros();
  const value = await cache.getOrLoad(key, async () => {
    const loaded = newValue('loaded');
    const began = nowMicros();
    events.push({ kind: 'load', key, value: loaded, start: began, end: began });
    for (let turns = random.below(4); turns > 0; turns--) await turn();
    return loaded;
  });
  events.push({ kind: 'read', key, value, start, end: nowMicros() });
}

function once(): void {
  const key = `key ${random.below(keys)}`;
  const drawn = random.below(100);
  const start = nowMicros();
  if (drawn < 20) {
    const value = newValue('put');
    cache.put(key, value);
    events.push({ kind: 'put', key, value, start, end: nowMicros() });
  } else if (drawn < 45) {
    if (drawn < 35) cache.delete(key);
    else cache.take(key);
    events.push({ kind: 'remove', key, start, end: nowMicros() });
  } else if (drawn < 48) {
    cache.clear();
    events.push({ kind: 'clear', start, end: nowMicros() });
  } else {
    const value = drawn < 75 ? cache.peek(key) : cache.get(key);
    events.push({ kind: 'read', key, value, start, end: nowMicros() });
  }
}

const loads = new Set<Promise<void>>();
for (let round = 0; round < rounds; round++) {
  if (random.chance(0.4)) {
    const loading = load(`key ${random.below(keys)}`).finally(() => loads.delete(loading));
    loads.add(loading);
  } else {
    once();
  }
  if (random.chance(0.2)) await turn();
}
await Promise.all(loads);
cache.shutdown();
parentPort?.postMessage(events);
