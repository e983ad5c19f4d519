import type { CacheStats } from '../index.js';
import { ThreadSafeCache } from '../index.js';
import { toWire, type WireStats } from '../stats.js';
import type { BenchCounts, Mix } from './bench-messages.js';
import { fill, randomOf } from './bench-requests.js';
import { BenchSide, type SideFigures } from './bench-side.js';
import { CommandError } from './command.js';

/** What is measured, whatever the number of threads. */
export interface BenchPlan {
  readonly mix: Mix;
  /** Of the shared cache, or of the private ones together. */
  readonly entries: number;
  /** The memory budget of the shared cache. */
  readonly maxBytes: number;
  /** Turns of each side. */
  readonly rounds: number;
  readonly turnSeconds: number;
}

/** What came of it with so many threads. */
export interface BenchRow {
  readonly threads: number;
  readonly shared: SideFigures;
  readonly private: SideFigures;
  /** Requests per second, shared through private. */
  readonly ratio: number;
  /** Of the shared cache at the end: its filling and the trial before the turns included. */
  readonly stats: WireStats;
}

/** The thread that fills the shared cache draws other numbers than the workers, which count from 0. */
const FILLER = -1;

/**
 * Measures one number of threads: both sides at work in turns, so that what disturbs the machine disturbs both.
 *
 * @param turned called after each turn; whether to go on. If not, there is no row
 * @throws {@link CommandError} when the cache's statistics are not what the threads have counted.
 */
export async function measureRow(
  plan: BenchPlan,
  threads: number,
  turned: () => boolean,
): Promise<BenchRow | undefined> {
  const { mix, entries, maxBytes } = plan;
  // the private caches must have the same room together, to the last entry
  const each = Math.floor(entries / threads);
  const maxSize = each * threads;
  using cache = new ThreadSafeCache<string, string>({ maxSize, maxBytes, cleanupInterval: false });
  const filled = fill(cache, mix, maxSize, randomOf(mix.seed, FILLER));
  const sides: BenchSide[] = [];
  try {
    const shared = await BenchSide.start(threads, mix, { name: cache.name });
    sides.push(shared);
    const alone = await BenchSide.start(threads, mix, { maxSize: each });
    sides.push(alone);
    if (!(await takeTurns(plan, shared, alone, turned))) return undefined;
    const stats = cache.getStats();
    checkStats(stats, shared.asked, filled);
    const sharedFigures = shared.figures(maxSize, stats.bytesUsed + (await heapBytes(shared)));
    const aloneFigures = alone.figures(each, await heapBytes(alone));
    return {
      threads,
      shared: sharedFigures,
      private: aloneFigures,
      ratio: sharedFigures.requests_per_second / aloneFigures.requests_per_second,
      stats: toWire(stats),
    };
  } finally {
    await Promise.all(sides.map((side) => side.end()));
  }
}

/** The first one in a round is another one each time. */
async function takeTurns(
  { rounds, turnSeconds }: BenchPlan,
  shared: BenchSide,
  alone: BenchSide,
  turned: () => boolean,
): Promise<boolean> {
  for (const side of [shared, alone]) {
    await side.try(turnSeconds);
    if (!turned()) return false;
  }
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? [shared, alone] : [alone, shared]) {
      await side.turn(turnSeconds);
      if (!turned()) return false;
    }
  }
  return true;
}

async function heapBytes(side: BenchSide): Promise<number> {
  const memories = await side.memory();
  return memories.reduce((total, { heapBytes: own }) => total + own, 0);
}

/** What the cache has counted must be what was asked of it, by all threads together and to the last request. */
export function checkStats(stats: CacheStats, asked: BenchCounts, filled: number): void {
  const { hits, misses, writes } = asked;
  const wanted = { hits, misses, puts: filled + misses + writes };
  for (const name of ['hits', 'misses', 'puts'] as const) {
    if (stats[name] === wanted[name]) continue;
    throw new CommandError(
      `Cannot trust the figures: the cache counts ${stats[name]} ${name}, ${wanted[name]} are required`,
    );
  }
  if (stats.currentSize <= stats.maxSize) return;
  throw new CommandError(
    `Cannot trust the figures: the cache holds ${stats.currentSize} entries, at most ${stats.maxSize} are required`,
  );
}
