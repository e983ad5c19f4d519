/**
 * Does everything a cache can do, as fast as it can, until it is told to stop, is terminated, or dies by its own doing.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type CacheLogger, ThreadSafeCache } from '../../../src/index.js';
import { Control } from '../../support/crew.js';
import { checkValue, makeValue } from '../../support/named-values.js';
import { Random } from '../../support/random.js';
import type { StormData } from '../storm/job.js';

const { source, index, seed, death, after, keys, longest, ttl, clears, warnings, ...rest } =
  workerData as StormData;
const random = new Random(seed);
const control = new Control(rest.control);
const cache = openCache();

function openCache(): ThreadSafeCache<string> {
  const logger = warnings && countingLogger(warnings);
  return 'handle' in source
    ? ThreadSafeCache.attach(source.handle, { logger })
    : new ThreadSafeCache<string>({ ...source.create, logger });
}

/** With a logger the engine takes other ways: it tells of each removal. */
function countingLogger(count: Int32Array): CacheLogger {
  const ignore = (): void => {};
  const warn = (line: string): void => {
    if (line.includes('rebuilt')) Atomics.add(count, 0, 1);
  };
  return { debug: ignore, info: ignore, warn, error: warn };
}

function work(): void {
  const key = `key ${random.below(keys)}`;
  const choice = random.below(1000);
  if (choice < 450) {
    const value = makeValue(key, random.integer(), random.spread(1, longest));
    cache.put(key, value, random.chance(ttl.chance) ? ttl.seconds : undefined);
  } else if (choice < 800) {
    const value = choice < 700 ? cache.get(key) : cache.peek(key);
    if (value !== undefined) checkValue(value, key);
  } else if (choice < 990) cache.delete(key);
  else if (choice < 995) cache.getStats();
  else if (choice < 999 || !clears) cache.has(key);
  else cache.clear();
  control.advance(index);
}

/** Any depth of the stack is a place where the cache may be used, and where the stack may end. */
function fall(): void {
  if (random.chance(0.1)) work();
  fall();
}

/** Ends this thread, in the middle of a put when it can. */
function exit(): void {
  const value = {
    get property(): never {
      return process.exit(1);
    },
  };
  if (random.chance(0.5)) cache.put('key 0', value);
  process.exit(1);
}

function die(): void {
  switch (death) {
    case 'exit':
      exit();
      break;
    case 'uncaught error':
      throw new Error('on purpose');
    case 'stack overflow':
      fall();
      break;
    case 'heap limit':
      // in pages of their own: see remote.ts
      for (const hoard: unknown[] = []; ; work()) hoard.push(Array(50_000).fill(hoard.length));
  }
}

const diesByItself = death !== undefined && !death.startsWith('terminate');
parentPort?.postMessage(cache.handle);
// a survivor may be started while the others work, a victim while they rest
if (death !== undefined) control.waitWhileResting();
for (let count = 0; !control.isOver && !(diesByItself && count >= after); count++) {
  if (death === undefined) control.restIfTold();
  work();
}
if (diesByItself) die();
cache.shutdown();
parentPort?.postMessage('done');
