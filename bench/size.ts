/** Question 7: what one operation costs as the cache grows. */
import { draws } from './lib/keys.js';
import { digits, ratios, type Spread, spread, spreadText } from './lib/numbers.js';
import { type Answer, type Progress, type Question, type Table, unique } from './lib/report.js';
import type { Scale } from './lib/scale.js';
import type { LineChart } from './lib/svg.js';
import type { Operation } from './lib/turn-messages.js';
import { Turns } from './lib/turns.js';

const DRAWS = 2 ** 20;
const contenders = ['heddle', 'lru-cache', 'quick-lru', 'tiny-lru'];
const operations: readonly Operation[] = ['get', 'miss', 'update', 'evict'];
/** Beyond these only heddle and the reference go on: the others take minutes to fill. */
const ALL_UP_TO = 1_000_000;
const furthest = contenders.slice(0, 2);

interface Figure {
  readonly contender: string;
  readonly operation: Operation;
  readonly entries: number;
  readonly nanoseconds: Spread;
  /** Beside lru-cache with as many entries: 2 is twice as fast. */
  readonly speed: Spread | undefined;
}

function sizes({ name, large }: Scale): number[] {
  if (name === 'tiny') return [100, large];
  const all = [1_000, 10_000, 100_000, 1_000_000, 4_000_000, 10_000_000];
  return name === 'full' ? all : all.filter((entries) => entries <= large);
}

async function measure(
  entries: number,
  scale: Scale,
  progress: Progress,
  absent: string[],
): Promise<Figure[]> {
  progress(`filling with ${entries.toLocaleString('en')} entries`);
  const scene = { entries, keyLength: 10, value: 'string24', ttl: undefined, keys: 'fresh' } as const;
  const turns = await Turns.open(scene, entries > ALL_UP_TO ? furthest : contenders);
  absent.push(...turns.refusals.map(({ why }) => why));
  const asked = draws(entries, 'uniform', DRAWS);
  const figures: Figure[] = [];
  try {
    for (const operation of operations) {
      progress(`${entries.toLocaleString('en')} entries: ${operation}`);
      const timings = await turns.run({ operation, operations: scale.turn, draws: asked }, scale.rounds);
      const reference = timings.find(({ contender }) => contender === 'lru-cache')?.nanoseconds;
      for (const { contender, nanoseconds } of timings) {
        const speed = reference && ratios(reference, nanoseconds);
        figures.push({ contender, operation, entries, nanoseconds: spread(nanoseconds), speed });
      }
    }
    return figures;
  } finally {
    await turns.close();
  }
}

function tableOf(figures: readonly Figure[], operation: Operation): Table {
  const chosen = figures.filter((figure) => figure.operation === operation);
  const columns = [...new Set(chosen.map(({ entries }) => entries))];
  return {
    title: `${operation}, by the number of entries`,
    columns: ['', ...columns.map((entries) => entries.toLocaleString('en'))],
    rows: unique(chosen.map(({ contender }) => contender)).map((contender) => [
      contender,
      ...columns.map((entries) => {
        const found = chosen.find((figure) => figure.contender === contender && figure.entries === entries);
        if (found === undefined) return '–';
        const time = `${digits(found.nanoseconds.median)} ns`;
        return found.speed === undefined ? time : `${time}, ×${spreadText(found.speed)}`;
      }),
    ]),
  };
}

function chartOf(figures: readonly Figure[], operation: Operation): LineChart {
  const chosen = figures.filter((figure) => figure.operation === operation);
  return {
    kind: 'lines',
    title: `Cost over size: ${operation}`,
    xLabel: 'entries',
    yLabel: 'nanoseconds for one operation (median), keys uniform',
    series: unique(chosen.map(({ contender }) => contender)).map((label) => ({
      label,
      points: chosen
        .filter(({ contender }) => contender === label)
        .map(({ entries, nanoseconds }) => [entries, nanoseconds.median] as const),
    })),
  };
}

export const size: Question = {
  name: '7',
  title: 'Cost over size',
  method:
    'Nanoseconds for one operation from 1,000 to 10 million entries, and speed beside lru-cache with as many. Every ' +
    'key is equally likely, which is the hardest for the processor: nothing is near. What grows is the time the ' +
    'memory takes, not the number of steps.',
  notShown: [
    'Larger values, which cost their copying at any size.',
    `quick-lru and tiny-lru beyond ${ALL_UP_TO.toLocaleString('en')} entries.`,
    'The time to fill, and garbage collection between the turns: question 4.',
  ],
  async run(scale: Scale, progress: Progress): Promise<Answer> {
    const absent: string[] = [];
    const figures: Figure[] = [];
    for (const entries of sizes(scale)) figures.push(...(await measure(entries, scale, progress, absent)));
    return {
      tables: operations.map((operation) => tableOf(figures, operation)),
      charts: Object.fromEntries(
        operations.map((operation) => [`size-${operation}`, chartOf(figures, operation)]),
      ),
      figures,
      absent: unique(absent),
    };
  },
};
