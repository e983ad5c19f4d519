/**
 * The program behind `npm run kill-storm`, for one version of Node.js: `node main.js DEATHS SEED MINUTES` runs rounds of
 * drawn configurations until so many threads have died, the time is over, or something is violated. A round's seed is
 * that of the run plus its number, so a run from there on sees it again. scripts/kill-storm.mjs starts it, and is sent
 * a {@link StormReport} before each round and one in the end.
 */
import { Random } from '../../support/random.js';
import { describeConfiguration, drawConfiguration } from './configuration.js';
import { type Death, deaths } from './job.js';
import { Round } from './round.js';

/** Deaths of one round. */
const ROUND = 20;

/** What a storm has come to so far. */
interface StormReport {
  readonly deaths: Readonly<Record<Death, number>>;
  rounds: number;
  operations: number;
  /** Parts of a cache that had to be rebuilt; each is a violation. */
  rebuilds: number;
  /** What is going on: the round and its seed. */
  current: string;
  /** What was violated. */
  violation?: string;
  isOver: boolean;
}

const [wanted = 0, firstSeed = 0, minutes = 0] = process.argv.slice(2).map(Number);
const end = performance.now() + minutes * 60_000;
const none = Object.fromEntries(deaths.map((death) => [death, 0])) as Record<Death, number>;
const report: StormReport = {
  deaths: none,
  rounds: 0,
  operations: 0,
  rebuilds: 0,
  current: '',
  isOver: false,
};

async function runRound(seed: number, most: number): Promise<void> {
  const configuration = drawConfiguration(new Random(seed), most);
  const round = new Round(configuration, seed);
  report.current = `seed ${seed}: ${describeConfiguration(configuration)}`;
  process.send?.(report);
  try {
    await round.run();
  } finally {
    for (const death of configuration.deaths.slice(0, round.deaths)) none[death]++;
    report.rounds++;
    report.operations += round.operations;
    report.rebuilds += round.rebuilds;
  }
}

let left = wanted;
try {
  for (let seed = firstSeed; left > 0 && performance.now() < end; seed++) {
    const most = Math.min(left, ROUND);
    await runRound(seed, most);
    left -= most;
  }
} catch (error) {
  report.violation = `round ${report.rounds}: ${String(error)}`;
}
report.isOver = true;
process.send?.(report);
process.disconnect?.();
