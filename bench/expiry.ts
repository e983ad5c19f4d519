/** Question 5: what a thread notices while the cleaner removes a million expired entries. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type CacheHandle, ThreadSafeCache } from '../src/index.js';
import { draws, keyMaker, valueMaker } from './lib/keys.js';
import { budget } from './lib/local-caches.js';
import { digits, ratios, type Spread, spread, spreadText } from './lib/numbers.js';
import type { Answer, Progress, Question } from './lib/report.js';
import type { Scale } from './lib/scale.js';

const KEY_LENGTH = 10;
/** They expire within so many seconds. */
const EXPIRY_SECONDS = 1;
/** Nothing may expire before everything has its TTL: so many times as long as filling took, and so much more. */
const [SPARE_TIMES, SPARE_MS] = [2, 500];
const POOL = 2 ** 16;
/** The cleaner may take so much longer before it counts as stuck. */
const LONGEST_WAIT_MS = 60_000;

/** What the reader is started with. */
export interface ReaderData {
  readonly handle: CacheHandle;
  readonly draws: Uint32Array<SharedArrayBuffer>;
  readonly keyLength: number;
}

/** What the reader saw, in nanoseconds. */
export interface Reading {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly worst: number;
  readonly gets: number;
}

type Percentile = Exclude<keyof Reading, 'gets'>;

const percentiles: readonly [Percentile, string][] = [
  ['p50', 'p50'],
  ['p99', 'p99'],
  ['p999', 'p99.9'],
  ['worst', 'worst'],
];

/** One run: fills, waits for the first deadline, and reads while entries expire, or do not. */
async function run(expiring: boolean, { million, small, readingMs }: Scale): Promise<Reading> {
  const wanted = {
    entries: million + small,
    keyLength: KEY_LENGTH,
    value: 'string24',
    ttl: undefined,
  } as const;
  using cache = new ThreadSafeCache<string, unknown>({ maxSize: wanted.entries, maxBytes: budget(wanted) });
  const key = keyMaker(KEY_LENGTH);
  const make = valueMaker('string24');
  const begun = performance.now();
  for (let id = 0; id < small + million; id++) cache.put(key(id), make(id));
  const filled = performance.now();
  const first = filled + SPARE_TIMES * (filled - begun) + SPARE_MS;
  for (let i = 0; i < million; i++) {
    const deadline = first + (1000 * EXPIRY_SECONDS * i) / million;
    const ttl = expiring ? Math.max(0.001, (deadline - performance.now()) / 1000) : undefined;
    cache.put(key(small + i), make(i), ttl);
  }
  assert.equal(cache.size, million + small, 'entries expired too soon: the machine became much slower');
  const workerData: ReaderData = {
    ...{ handle: cache.handle, keyLength: KEY_LENGTH },
    draws: draws(small, 'zipf', POOL),
  };
  const reader = new Worker(new URL('./lib/expiry-reader.js', import.meta.url), { workerData });
  try {
    await once(reader, 'message');
    await sleep(Math.max(0, first - performance.now()));
    const read = once(reader, 'message');
    reader.postMessage(readingMs);
    const [reading] = await read;
    await untilRemoved(cache, expiring ? million : 0);
    return reading;
  } finally {
    await reader.terminate();
  }
}

/** Else the reading was taken while nothing happened. */
async function untilRemoved(cache: ThreadSafeCache<string>, expected: number): Promise<void> {
  const end = Date.now() + LONGEST_WAIT_MS;
  while (cache.getStats().expiredRemovals < expected && Date.now() < end) await sleep(20);
  assert.equal(cache.getStats().expiredRemovals, expected, 'another number of entries expired than should');
}

interface Figure {
  readonly percentile: Percentile;
  readonly expiring: Spread;
  readonly still: Spread;
  readonly ratio: Spread;
}

export const expiry: Question = {
  name: '5',
  title: 'The cleaner',
  method:
    'A million entries expire within one second, and the cleaner removes them; meanwhile another thread gets 1,000 ' +
    'other entries (Zipf keys), and measures each get. Beside it the same without expiry, run in turns. Latencies ' +
    'include the reading of the clock.',
  notShown: [
    'Writers beside the cleaner.',
    'The memory that removed entries give back: it is used again, not returned to the system.',
  ],
  async run(scale: Scale, progress: Progress): Promise<Answer> {
    const readings = { expiring: [] as Reading[], still: [] as Reading[] };
    for (let at = 1; at <= scale.heapRuns; at++) {
      for (const kind of ['expiring', 'still'] as const) {
        progress(`${kind === 'expiring' ? 'with' : 'without'} expiry, run ${at} of ${scale.heapRuns}`);
        readings[kind].push(await run(kind === 'expiring', scale));
      }
    }
    const figures: Figure[] = percentiles.map(([percentile]) => {
      const [expiring, still] = [readings.expiring, readings.still].map((own) =>
        own.map((reading) => reading[percentile]),
      ) as [number[], number[]];
      return { percentile, expiring: spread(expiring), still: spread(still), ratio: ratios(expiring, still) };
    });
    const microseconds = ({ median }: Spread) => `${digits(median / 1000)} µs`;
    const rows = percentiles.map(([percentile, label]) => {
      const { expiring, still, ratio } = figures.find((figure) => figure.percentile === percentile) as Figure;
      return [label, microseconds(expiring), microseconds(still), `×${spreadText(ratio)}`];
    });
    const title = `get while ${scale.million.toLocaleString('en')} entries expire`;
    return {
      tables: [{ title, columns: ['', 'expiring', 'nothing expires', 'ratio'], rows }],
      charts: {
        expiry: {
          kind: 'bars',
          title: `get in another thread, while ${scale.million.toLocaleString('en')} entries expire`,
          unit: 'nanoseconds (median and quartiles of the runs)',
          logarithmic: true,
          groups: percentiles.map(([percentile, label]) => {
            const { expiring, still } = figures.find((figure) => figure.percentile === percentile) as Figure;
            return {
              label,
              bars: [
                { label: 'expiring', value: expiring },
                { label: 'nothing expires', value: still },
              ],
            };
          }),
        },
      },
      figures: { percentiles: figures, readings },
      absent: [],
    };
  },
};
