/** Question 3: what a second and a fourth thread add. */
import { Gang, type LoadResult } from './lib/gang.js';
import type { Load } from './lib/gang-messages.js';
import { draws } from './lib/keys.js';
import { digits, ratios, type Spread, spread, spreadText } from './lib/numbers.js';
import type { Answer, Progress, Question, Table } from './lib/report.js';
import type { Scale } from './lib/scale.js';
import type { SharedContender } from './lib/shared/contender.js';
import { heddle, heddleWithoutNear, privateHeddle } from './lib/shared/heddle.js';
import { privateMap } from './lib/shared/private.js';
import type { LineChart } from './lib/svg.js';

const DRAWS = 2 ** 20;
const contenders: readonly SharedContender[] = [heddle, heddleWithoutNear, privateHeddle, privateMap];
const loads: readonly Load[] = ['get', 'mixed 95/5'];

/** What so many threads did together. */
export interface Scaling {
  readonly contender: string;
  readonly keySet: string;
  readonly entries: number;
  readonly load: Load;
  readonly threads: number;
  readonly perSecond: Spread;
  /** All threads together beside one alone, round by round. */
  readonly timesOne: Spread;
}

/** Measures one key set, all contenders and numbers of threads in turn. */
export async function scaling(
  keySet: string,
  entries: number,
  wantedLoads: readonly Load[],
  scale: Scale,
  who: readonly SharedContender[] = contenders,
): Promise<Scaling[]> {
  const wanted = { entries, keyLength: 10, value: 'string24', ttl: undefined } as const;
  const plan = {
    wanted,
    threads: Math.max(...scale.threads),
    draws: draws(entries, 'zipf', DRAWS),
    pool: 2 * scale.turn,
  };
  const gangs: { contender: SharedContender; gang: Gang }[] = [];
  try {
    for (const contender of who) {
      const gang = await Gang.open(contender, plan);
      gangs.push({ contender, gang });
      await gang.fill(entries, contender.isShared);
    }
    const results: Scaling[] = [];
    for (const load of wantedLoads) {
      for (const { contender, rounds } of await inTurn(gangs, load, scale)) {
        const alone = rounds.get(1) ?? [];
        for (const [threads, perSecond] of rounds) {
          const named = { contender: contender.name, keySet, entries, load, threads };
          results.push({ ...named, perSecond: spread(perSecond), timesOne: ratios(perSecond, alone) });
        }
      }
    }
    return results;
  } finally {
    for (const { gang } of gangs) await gang.close();
  }
}

async function inTurn(
  gangs: readonly { contender: SharedContender; gang: Gang }[],
  load: Load,
  { rounds, threads, loadMs }: Scale,
): Promise<{ contender: SharedContender; rounds: Map<number, number[]> }[]> {
  const results = gangs.map(({ contender }) => ({
    contender,
    rounds: new Map(threads.map((count) => [count, [] as number[]])),
  }));
  for (let round = -1; round < rounds; round++) {
    for (const [i, { gang, contender }] of gangs.entries()) {
      for (const count of threads) {
        const result = await gang.load(load, { ms: loadMs }, { threads: count });
        checkHits(contender, result);
        if (round >= 0) results[i]?.rounds.get(count)?.push(result.perSecond);
      }
    }
  }
  return results;
}

function checkHits({ name }: SharedContender, { hitRate }: LoadResult): void {
  if (hitRate !== 1)
    throw new Error(`Cannot measure ${name}: of entries that are all there it found ${hitRate}`);
}

function tableOf(results: readonly Scaling[], load: Load, scale: Scale): Table {
  const rows = results
    .filter((result) => result.load === load && result.threads === 1)
    .map(({ contender, keySet, entries, perSecond }) => [
      contender,
      `${keySet}, ${entries.toLocaleString('en')}`,
      `${digits(perSecond.median / 1e6)} M/s`,
      ...scale.threads
        .filter((count) => count > 1)
        .map((count) => {
          const found = results.find(
            (other) =>
              other.contender === contender &&
              other.keySet === keySet &&
              other.load === load &&
              other.threads === count,
          );
          return found === undefined ? '–' : `×${spreadText(found.timesOne)}`;
        }),
    ]);
  const more = scale.threads.filter((count) => count > 1).map((count) => `${count} threads together`);
  return { title: `${load}, against one thread`, columns: ['', 'keys', '1 thread', ...more], rows };
}

function chartOf(results: readonly Scaling[], keySet: string, load: Load): LineChart {
  const chosen = results.filter((result) => result.keySet === keySet && result.load === load);
  return {
    kind: 'lines',
    title: `Scaling: ${load}, ${keySet} keys`,
    xLabel: 'threads',
    yLabel: 'operations per second of all threads, beside one thread (median)',
    series: [...new Set(chosen.map(({ contender }) => contender))].map((label) => ({
      label,
      points: chosen
        .filter(({ contender }) => contender === label)
        .map(({ threads, timesOne }) => [threads, timesOne.median] as const),
    })),
  };
}

export const scalingQuestion: Question = {
  name: '3',
  title: 'Scaling',
  method:
    'Operations per second of several threads together, beside one of them alone, in the same round. Zipf keys ' +
    '(0.99) of 10 characters, values of 24 characters, every key present. Controls are a private heddle ' +
    'and a private Map for each thread, which share nothing but the machine: more than that nothing can reach here.',
  notShown: [
    'More threads than processors only take turns; the machine above says how many there are.',
    'Keys are strings made beforehand, so that all of the time is spent in the caches: a service does other work too.',
  ],
  async run(scale: Scale, progress: Progress): Promise<Answer> {
    const keySets = [
      ['hot', scale.small],
      ['wide', scale.middle],
    ] as const;
    const results: Scaling[] = [];
    for (const [keySet, entries] of keySets) {
      progress(`${keySet} keys, ${entries.toLocaleString('en')} entries`);
      results.push(...(await scaling(keySet, entries, loads, scale)));
    }
    const charts = keySets.flatMap(([keySet]) =>
      loads.map((load) => [
        `scaling-${keySet}-${load.toLowerCase().replace(/\W+/g, '-')}`,
        chartOf(results, keySet, load),
      ]),
    );
    return {
      tables: loads.map((load) => tableOf(results, load, scale)),
      charts: Object.fromEntries(charts),
      figures: results,
      absent: [],
    };
  },
};
