import type { CacheOptions } from '../../../src/index.js';
import type { Random } from '../../support/random.js';
import { type Death, deaths, type StormJob } from './job.js';

/** One kind of storm. */
export interface Configuration {
  readonly options: Pick<CacheOptions, 'maxSize' | 'maxBytes' | 'shards' | 'cleanupInterval' | 'nearSize'>;
  readonly job: StormJob;
  /** Whether the thread that created the cache is the first to die. */
  readonly creatorDies: boolean;
  /** How each thread dies, in this order. */
  readonly deaths: readonly Death[];
  /** A module in place of the engine; its cache is made by the main thread. */
  readonly module?: WebAssembly.Module;
}

/** What a violation says about the storm it happened in. */
export function describeConfiguration({ options, job, creatorDies, deaths }: Configuration): string {
  const { maxSize, maxBytes, shards, cleanupInterval } = options;
  return [
    `${shards} shard(s)`,
    `${maxSize} entries in ${maxBytes}`,
    `${job.keys} keys`,
    `values to ${job.longest} bytes`,
    `${Math.round(job.ttl.chance * 100)} % of them for ${job.ttl.seconds} s`,
    cleanupInterval ? `cleaner every ${cleanupInterval} s` : 'no cleaner',
    creatorDies ? 'created by a thread that dies' : 'created by a thread that stays',
    `${deaths.length} deaths`,
  ].join(', ');
}

type Budget = Pick<StormJob, 'keys' | 'longest'> & Pick<CacheOptions, 'maxSize' | 'maxBytes'>;
const SMALL = { keys: 300, longest: 300 };
const LARGE = { keys: 150, longest: 200_000 };
/** The last is far too small for its values, and has the fewest thread slots. */
const BUDGETS: readonly [Budget, ...Budget[]] = [
  { ...SMALL, maxSize: 200, maxBytes: '64 MiB' },
  { ...SMALL, maxSize: 40, maxBytes: '16 MiB' },
  { ...LARGE, maxSize: 100, maxBytes: '64 MiB' },
  { ...LARGE, maxSize: 200, maxBytes: '4 MiB' },
];

/** Draws a storm of so many deaths. */
export function drawConfiguration(random: Random, count: number): Configuration {
  const { keys, longest, maxSize, maxBytes } = random.pick(BUDGETS);
  return {
    options: {
      maxSize,
      maxBytes,
      shards: 2 ** random.below(7),
      cleanupInterval: random.pick([0, 0.02, 0.2]),
      nearSize: random.pick([0, 1024]),
    },
    job: { keys, longest, ttl: { chance: random.pick([0, 0.2, 0.8]), seconds: 0.01 }, clears: true },
    creatorDies: random.chance(0.5),
    deaths: Array.from({ length: count }, () => drawDeath(random)),
  };
}

/** Terminations come at any instant of a call, the others between two pieces of work or where memory ends. */
function drawDeath(random: Random): Death {
  return random.chance(0.4) ? 'terminate' : random.pick(deaths);
}
