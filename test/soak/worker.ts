/** Works on all caches of the soak until it is told to end, or terminated. */
import { setImmediate as turn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { type CacheHandle, ThreadSafeCache } from '../../src/index.js';
import { Random } from '../support/random.js';
import { Gate } from './gate.js';
import { BATCH, type Job, operate } from './mix.js';

/** A cache and what it is used with. */
export interface Place {
  readonly handle: CacheHandle;
  readonly job: Job;
}

/** What a worker is started with. */
export interface SoakerData {
  readonly gate: Int32Array;
  readonly index: number;
  readonly seed: number;
  /** The caches that last as long as the soak. */
  readonly lasting: readonly Place[];
  /** One that does not. */
  readonly passing: Place;
}

/** What a worker is told meanwhile: the next passing cache, or to make one of its own and end it again. */
export type SoakerMessage = { readonly passing: Place } | { readonly own: Job };

/** Batches before a worker's own cache ends. */
const OWN_BATCHES = 20;

const { gate: words, index, seed, lasting, passing } = workerData as SoakerData;
const gate = new Gate(words);
const random = new Random(seed);

interface Work {
  readonly cache: ThreadSafeCache<string>;
  readonly job: Job;
}

const steady: readonly Work[] = lasting.map(attach);
let fleeting: Work | undefined = attachIfOpen(passing);
let own: (Work & { left: number }) | undefined;

function attach({ handle, job }: Place): Work {
  return { cache: ThreadSafeCache.attach<string>(handle), job };
}

/** The soak may have ended it already. */
function attachIfOpen(place: Place): Work | undefined {
  return unlessClosed(() => attach(place));
}

function unlessClosed<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_CACHE_CLOSED') throw error;
    return undefined;
  }
}

function batch({ cache, job }: Work): void {
  for (let count = 0; count < BATCH; count++) operate(cache, job, random);
}

function batchOnPassing(work: Work): void {
  unlessClosed(() => batch(work));
}

function batchOnOwn(work: Work & { left: number }): void {
  batch(work);
  if (--work.left > 0) return;
  work.cache.shutdown();
  own = undefined;
}

function work(): void {
  if (own) batchOnOwn(own);
  else if (fleeting && random.chance(0.1)) batchOnPassing(fleeting);
  else batch(steady[random.below(steady.length)] as Work);
}

parentPort?.on('message', (message: SoakerMessage) => {
  if ('passing' in message) {
    fleeting?.cache.shutdown();
    fleeting = attachIfOpen(message.passing);
  } else if (own === undefined) {
    const { maxSize } = message.own;
    const cache = new ThreadSafeCache<string>({ maxSize, maxBytes: '2 MiB', shards: 2 });
    own = { cache, job: message.own, left: OWN_BATCHES };
  }
});

async function run(): Promise<void> {
  while (gate.pass(index, () => globalThis.gc?.())) {
    work();
    gate.advance(index);
    await turn();
  }
  for (const each of [...steady, fleeting, own]) each?.cache.shutdown();
  parentPort?.close();
}

// not awaited here: V8 11.3 may crash when a thread is terminated whose module is still being evaluated
void run();
