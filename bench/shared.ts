/** Question 2: one cache for two and four workers, beside what else there is for that. */
import { Gang, type GangPlan } from './lib/gang.js';
import type { Load } from './lib/gang-messages.js';
import { draws } from './lib/keys.js';
import type { Latencies } from './lib/latencies.js';
import { digits, quantile, ratios, type Spread, spread, spreadText } from './lib/numbers.js';
import { NotInstalled } from './lib/peer.js';
import { type Answer, type Progress, type Question, type Table, unique } from './lib/report.js';
import type { Scale } from './lib/scale.js';
import { openCluster } from './lib/shared/cluster.js';
import type { SharedContender } from './lib/shared/contender.js';
import { heddle, heddleFrozen, privateHeddle } from './lib/shared/heddle.js';
import { privateMap } from './lib/shared/private.js';
import { sharedCaches } from './lib/shared-caches.js';
import type { BarChart } from './lib/svg.js';

const DRAWS = 2 ** 20;
/** Requests that each worker has under way at a time, where requests take time and need not be awaited one by one. */
const LANES = 64;
/** In the comparison of hit rates the keys are so many times the entries that fit. */
const KEYS_PER_ENTRY = 4;
/** There the caches are smaller by this, or slow ones would take minutes. */
const CROWDED_PART = 20;

/** Whoever takes part, in threads or in processes. */
interface Entrant {
  readonly name: string;
  readonly isShared: boolean;
  readonly isAsync: boolean;
  readonly getsAtOnce?: boolean;
  readonly evicts: boolean;
  open(plan: GangPlan, keys: number): Promise<Gang>;
}

/** For other questions only. */
const elsewhere: readonly SharedContender[] = [privateMap, privateHeddle, heddleFrozen];

const entrants: readonly Entrant[] = [
  ...sharedCaches
    .filter((contender) => !elsewhere.includes(contender))
    .map((contender) => ({ ...contender, open: (plan: GangPlan) => Gang.open(contender, plan) })),
  { name: 'lru-cache-for-clusters', isShared: true, isAsync: true, evicts: true, open: openCluster },
];

/** What was measured of one contender under one load. */
interface Figure {
  readonly contender: string;
  readonly workers: number;
  readonly load: Load;
  /** Requests under way at a time. */
  readonly lanes: number;
  readonly perSecond: Spread;
  /** heddle's throughput beside this one's, round by round. */
  readonly heddleTimes: Spread;
  readonly latencies: Latencies | undefined;
  readonly hitRate: number;
}

interface Playing {
  readonly entrant: Entrant;
  readonly gang: Gang;
}

async function openAll(
  chosen: readonly Entrant[],
  plan: GangPlan,
  keys: number,
  absent: string[],
  progress: Progress,
): Promise<Playing[]> {
  const playing: Playing[] = [];
  for (const entrant of chosen) {
    progress(`${plan.threads} workers: starting ${entrant.name}`);
    try {
      playing.push({ entrant, gang: await entrant.open(plan, keys) });
    } catch (error) {
      if (!(error instanceof NotInstalled)) {
        await closeAll(playing);
        throw error;
      }
      absent.push(error.message);
    }
  }
  return playing;
}

async function closeAll(playing: readonly Playing[]): Promise<void> {
  for (const { gang } of playing) await gang.close();
}

/** One load on all, in turns. */
async function compare(
  playing: readonly Playing[],
  load: Load,
  workers: number,
  scale: Scale,
  { lanes = 1, withLatencies = true } = {},
): Promise<Figure[]> {
  const throughput = new Map(playing.map(({ entrant }) => [entrant.name, [] as number[]]));
  const hitRates = new Map<string, number>();
  for (let round = -1; round < scale.rounds; round++) {
    for (const { entrant, gang } of playing) {
      const result = await gang.load(load, { ms: scale.loadMs }, { lanes });
      if (round >= 0) throughput.get(entrant.name)?.push(result.perSecond);
      hitRates.set(entrant.name, result.hitRate);
    }
  }
  const figures: Figure[] = [];
  for (const { entrant, gang } of playing) {
    const perSecond = throughput.get(entrant.name) ?? [];
    const latencies = withLatencies ? await gang.latencies(load, scale.loadMs) : undefined;
    const hitRate = hitRates.get(entrant.name) ?? Number.NaN;
    const heddleTimes = ratios(throughput.get(heddle.name) ?? [], perSecond);
    const named = { contender: entrant.name, workers, load, lanes };
    figures.push({ ...named, perSecond: spread(perSecond), heddleTimes, latencies, hitRate });
  }
  return figures;
}

/** All entries present: gets, and gets with some puts; then gets with many requests under way. */
async function present(
  workers: number,
  scale: Scale,
  absent: string[],
  progress: Progress,
): Promise<Figure[]> {
  const entries = scale.middle;
  const wanted = { entries, keyLength: 10, value: 'string24', ttl: undefined } as const;
  const plan = { wanted, threads: workers, draws: draws(entries, 'zipf', DRAWS), pool: 2 * scale.turn };
  const chosen = entrants.filter(({ isShared }) => isShared);
  const playing = await openAll(chosen, plan, entries, absent, progress);
  try {
    for (const { entrant, gang } of playing) {
      progress(`${workers} workers: filling ${entrant.name}`);
      await gang.fill(entries, true);
    }
    const figures: Figure[] = [];
    for (const load of ['get', 'mixed 95/5'] as const) {
      progress(`${workers} workers: ${load}`);
      figures.push(...(await compare(playing, load, workers, scale)));
    }
    progress(`${workers} workers: ${LANES} requests at a time`);
    const inParallel = playing.filter(
      ({ entrant }) => (entrant.isAsync && !entrant.getsAtOnce) || entrant.name === heddle.name,
    );
    const options = { lanes: LANES, withLatencies: false };
    figures.push(...(await compare(inParallel, 'get', workers, scale, options)));
    for (const { hitRate, contender } of figures) {
      if (hitRate !== 1) throw new Error(`Cannot measure ${contender}: entries are missing that were put`);
    }
    return figures;
  } finally {
    await closeAll(playing);
  }
}

/** How many of the same requests were hits, of caches that have to choose what they keep. */
interface HitRate {
  readonly contender: string;
  readonly workers: number;
  readonly hitRate: number;
  readonly perSecond: number;
}

/**
 * More keys than entries: a get, and on a miss a put. Everybody answers the same requests, once to become warm and
 * then to be counted: in a given time a slow cache would see fewer of them, and look worse than it is.
 */
async function crowded(
  workers: number,
  scale: Scale,
  absent: string[],
  progress: Progress,
): Promise<HitRate[]> {
  const entries = Math.ceil(scale.middle / CROWDED_PART);
  const keys = entries * KEYS_PER_ENTRY;
  const wanted = { entries, keyLength: 10, value: 'string24', ttl: undefined } as const;
  const plan = { wanted, threads: workers, draws: draws(keys, 'zipf', DRAWS), pool: 2 * scale.turn };
  const chosen = entrants.filter(({ evicts }) => evicts);
  const playing = await openAll(chosen, plan, keys, absent, progress);
  const rates: HitRate[] = [];
  try {
    for (const { entrant, gang } of playing) {
      progress(`${workers} workers: ${entrant.name}, more keys than entries`);
      await gang.load('get, put on a miss', { operations: keys });
      const { hitRate, perSecond } = await gang.load('get, put on a miss', { operations: keys });
      rates.push({ contender: entrant.name, workers, hitRate, perSecond });
    }
    return rates;
  } finally {
    await closeAll(playing);
  }
}

function throughputTable(figures: readonly Figure[], load: Load, workers: number): Table {
  return {
    title: `${load}, ${workers} workers, each request awaited`,
    columns: ['', 'per second', 'heddle is faster by', 'p50', 'p99', 'p99.9'],
    rows: figures
      .filter((figure) => figure.load === load && figure.workers === workers && figure.lanes === 1)
      .map(({ contender, perSecond, heddleTimes, latencies }) => [
        contender,
        digits(perSecond.median),
        contender === heddle.name ? '–' : `×${spreadText(heddleTimes)}`,
        ...[latencies?.p50, latencies?.p99, latencies?.p999].map((nanoseconds) =>
          nanoseconds === undefined ? '–' : `${digits(nanoseconds / 1000)} µs`,
        ),
      ]),
  };
}

function parallelTable(figures: readonly Figure[], workers: number): Table {
  return {
    title: `get, ${workers} workers, each with ${LANES} requests under way`,
    columns: ['', 'per second', 'heddle is faster by'],
    rows: figures
      .filter((figure) => figure.workers === workers && figure.lanes === LANES)
      .map(({ contender, perSecond, heddleTimes }) => [
        contender,
        digits(perSecond.median),
        contender === heddle.name ? '–' : `×${spreadText(heddleTimes)}`,
      ]),
  };
}

function hitTable(rates: readonly HitRate[], workers: number): Table {
  return {
    title: `get, put on a miss, ${workers} workers, ${KEYS_PER_ENTRY} times as many keys as entries`,
    columns: ['', 'hit rate', 'per second'],
    rows: rates.map(({ contender, hitRate, perSecond }) => [
      contender,
      `${(100 * hitRate).toFixed(1)} %`,
      digits(perSecond),
    ]),
  };
}

function chartOf(figures: readonly Figure[], workers: number): BarChart {
  const chosen = figures.filter((figure) => figure.workers === workers && figure.lanes === 1);
  return {
    kind: 'bars',
    title: `Shared by ${workers} workers, each request awaited`,
    unit: 'operations per second, all workers together (median and quartiles)',
    logarithmic: true,
    groups: unique(chosen.map(({ load }) => load)).map((load) => ({
      label: load,
      bars: chosen
        .filter((figure) => figure.load === load)
        .map(({ contender, perSecond }) => ({ label: contender, value: perSecond })),
    })),
  };
}

/** What reading the clock costs, which every latency includes. */
function clockNanoseconds(): number {
  const samples = Array.from({ length: 10_000 }, () => {
    const before = process.hrtime.bigint();
    return Number(process.hrtime.bigint() - before);
  });
  return quantile(samples, 0.5);
}

export const sharedQuestion: Question = {
  name: '2',
  title: 'Shared by several workers',
  method:
    'Two and four workers use one cache: 100,000 entries, Zipf keys (0.99) of 10 characters, values of 24 characters. ' +
    'Throughput is that of all workers together, in turns, median and quartiles of the rounds; latencies are those ' +
    'of single operations, the reading of the clock included. The servers listen on a private unix socket and keep ' +
    'nothing on disk. Where more keys are asked for than entries fit, private lru-caches have their share of the ' +
    'entries each.',
  notShown: [
    'What a miss costs behind the cache: question 6.',
    'Sharing between processes or machines, which heddle does not do and the servers do.',
    'sharedmap and lmdb evict nothing, Redis and memcached are not bounded by a number of entries: they take no part ' +
      'where more keys are asked for than entries fit.',
    'lmdb answers gets from the snapshot of its turn of the event loop; its puts are awaited, and not synced to disk.',
    'Keys are strings made beforehand.',
  ],
  async run(scale: Scale, progress: Progress): Promise<Answer> {
    const counts = scale.threads.filter((count) => count > 1);
    const absent: string[] = [];
    const all: Figure[] = [];
    const rates: HitRate[] = [];
    const tables: Table[] = [];
    const charts: Record<string, BarChart> = {};
    for (const workers of counts) {
      const figures = await present(workers, scale, absent, progress);
      const hits = await crowded(workers, scale, absent, progress);
      all.push(...figures);
      rates.push(...hits);
      tables.push(throughputTable(figures, 'get', workers), throughputTable(figures, 'mixed 95/5', workers));
      tables.push(parallelTable(figures, workers), hitTable(hits, workers));
      charts[`shared-${workers}-workers`] = chartOf(figures, workers);
    }
    return {
      tables,
      charts,
      figures: { clockNanoseconds: clockNanoseconds(), all, rates },
      absent: unique(absent),
    };
  },
};
