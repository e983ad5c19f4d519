/**
 * One contender, in a thread of its own: it has its own heap and its own compiled code, so that no contender pays for
 * another's garbage, and none is compiled for another's types.
 *
 * @module
 */
import assert from 'node:assert/strict';
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { checkContract } from './contract.js';
import { ABSENT, keyMaker, NEW, valueMaker } from './keys.js';
import { type LocalCache, localCache } from './local-caches.js';
import { quantile } from './numbers.js';
import { NotInstalled } from './peer.js';
import type { Operation, SeatData, Turn, TurnAnswer } from './turn-messages.js';

/** Keys and values are prepared for so many operations at a time, while the clock stands still. */
const BATCH = 1024;
/** Of so many entries one is looked at after filling. */
const SAMPLED = 101;

const {
  contender: name,
  isUnchecked,
  entries,
  keyLength,
  value,
  ttl,
  keys: keyKind,
} = workerData as SeatData;
const key = keyMaker(keyLength);
const make = valueMaker(value);
/** The strings that entries are stored under, where the same ones are asked for. */
const stored = keyKind === 'interned' ? Array.from({ length: entries }, (_, id) => key(id)) : undefined;
const presentKey = stored ? (id: number) => stored[id] as string : key;
let newest = NEW;
let gcMs = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gcMs += duration;
}).observe({ entryTypes: ['gc'] });

try {
  const contender = localCache(name);
  if (isUnchecked) await checkContract(contender, value);
  const cache = await contender.open({ entries, keyLength, value, ttl });
  fill(cache);
  parentPort?.on('message', async (turn: Turn) => post(await take(cache, turn)));
  post({ kind: 'ready' });
} catch (error) {
  if (!(error instanceof NotInstalled || error instanceof assert.AssertionError)) throw error;
  post({ kind: 'refused', why: error.message });
}

function post(answer: TurnAnswer): void {
  parentPort?.postMessage(answer);
}

function fill(cache: LocalCache): void {
  for (let id = 0; id < entries; id++) cache.put(presentKey(id), make(id));
  assert.equal(cache.size(), entries, `${name}: filled, and entries are missing`);
  for (let id = 0; id < entries; id += SAMPLED) {
    assert.deepEqual(cache.get(key(id)), make(id), `${name}: filled, and a value is another one`);
  }
}

async function take(cache: LocalCache, turn: Turn): Promise<TurnAnswer> {
  // what the collector reports comes with the next turn of the event loop
  await setImmediate();
  gcMs = 0;
  const batches = perform(cache, turn);
  await setImmediate();
  const nanoseconds = batches.reduce((sum, batch) => sum + batch, 0) / (batches.length * BATCH);
  return { kind: 'turn', nanoseconds, typical: quantile(batches, 0.5) / BATCH, gcMs };
}

/** Runs the batches; how long the operations of each took, in nanoseconds. */
function perform(cache: LocalCache, { operation, operations, draws, from }: Turn): number[] {
  const keys: string[] = new Array(BATCH).fill('');
  const values: unknown[] = new Array(BATCH).fill(undefined);
  const keyOf = keySource(operation);
  const puts = operation !== 'get' && operation !== 'miss';
  const run = runners[operation];
  const batches: number[] = [];
  let hits = 0;
  for (let done = 0; done < operations; done += BATCH) {
    for (let i = 0; i < BATCH; i++) {
      const id = draws[(from + done + i) % draws.length] as number;
      keys[i] = keyOf(id);
      if (puts) values[i] = make(id);
    }
    const start = process.hrtime.bigint();
    hits += run(cache, keys, values);
    batches.push(Number(process.hrtime.bigint() - start));
  }
  check(cache, operation, hits, batches.length);
  return batches;
}

function keySource(operation: Operation): (id: number) => string {
  if (operation === 'evict') return () => key(newest++);
  if (operation === 'miss') return (id) => key(ABSENT + id);
  return presentKey;
}

/** Gets find all, or none: else the figures are those of another operation. */
function check(cache: LocalCache, operation: Operation, hits: number, batches: number): void {
  const gets = { get: BATCH, miss: 0, update: 0, evict: 0, 'mixed 95/5': gets95, 'mixed 75/25': gets75 };
  assert.equal(hits, batches * gets[operation], `${name}: a ${operation} found another number of entries`);
  const { eviction } = localCache(name);
  if (eviction === 'exact') assert.equal(cache.size(), entries, `${name}: entries went or came`);
}

type Runner = (cache: LocalCache, keys: readonly string[], values: readonly unknown[]) => number;

const gets95 = BATCH - Math.ceil(BATCH / 20);
const gets75 = BATCH - Math.ceil(BATCH / 4);

const get: Runner = (cache, keys) => {
  let hits = 0;
  for (let i = 0; i < BATCH; i++) if (cache.get(keys[i] as string) !== undefined) hits++;
  return hits;
};

const put: Runner = (cache, keys, values) => {
  for (let i = 0; i < BATCH; i++) cache.put(keys[i] as string, values[i]);
  return 0;
};

/** Every so many operations one put, else gets. */
function mixed(every: number): Runner {
  return (cache, keys, values) => {
    let hits = 0;
    for (let i = 0; i < BATCH; i++) {
      if (i % every === 0) cache.put(keys[i] as string, values[i]);
      else if (cache.get(keys[i] as string) !== undefined) hits++;
    }
    return hits;
  };
}

const runners: Record<Operation, Runner> = {
  get,
  miss: (cache, keys) => get(cache, keys, []),
  update: put,
  evict: put,
  'mixed 95/5': mixed(20),
  'mixed 75/25': mixed(4),
};
