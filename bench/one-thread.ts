/** Question 1: what one thread pays for one operation, beside the caches that only one thread can use. */
import { type Distribution, draws, type ValueKind } from './lib/keys.js';
import { localCaches } from './lib/local-caches.js';
import { digits, ratios, type Spread, spread, spreadText } from './lib/numbers.js';
import { type Answer, type Progress, type Question, type Table, unique } from './lib/report.js';
import type { Scale } from './lib/scale.js';
import type { BarChart } from './lib/svg.js';
import type { Operation, Scene } from './lib/turn-messages.js';
import { Turns } from './lib/turns.js';

/** The reference of all ratios. */
const REFERENCE = 'lru-cache';
const TTL_SECONDS = 3600;
const DRAWS = 2 ** 20;

/** A way to fill the caches, and what is then done with them. */
interface Setting {
  readonly scene: Omit<Scene, 'contender'>;
  readonly distribution: Distribution;
  readonly operations: readonly Operation[];
  /** What differs from the base: the heading of a group. */
  readonly label: string;
}

/** What was measured of one contender in one setting. */
export interface Figure {
  readonly contender: string;
  readonly operation: Operation;
  readonly label: string;
  readonly entries: number;
  readonly nanoseconds: Spread;
  /** Speed beside lru-cache's, round by round: 2 is twice as fast. Absent without lru-cache. */
  readonly speed: Spread | undefined;
  readonly gcMsPerMillion: number;
}

const everything: readonly Operation[] = ['get', 'miss', 'update', 'mixed 95/5', 'mixed 75/25', 'evict'];
const mostUsed: readonly Operation[] = ['get', 'update', 'mixed 95/5', 'evict'];

/** A base, and one thing changed at a time: all combinations would take hours and say little more. */
function settings({ name, small, middle, large }: Scale): Setting[] {
  const base = { entries: middle, keyLength: 10, value: 'string24', ttl: undefined, keys: 'fresh' } as const;
  const vary = (
    label: string,
    changed: Partial<Setting['scene']>,
    operations: readonly Operation[],
    distribution: Distribution = 'zipf',
  ): Setting => ({ label, scene: { ...base, ...changed }, distribution, operations });
  const value = (label: string, kind: ValueKind) => vary(label, { value: kind }, ['get', 'update']);
  const all = [
    vary('hot set', { entries: small }, everything),
    vary('base', {}, everything),
    vary('many entries', { entries: large }, everything),
    value('objects of 300 bytes', 'object300'),
    value('bytes, 1 KB', 'bytes1k'),
    vary('TTL of an hour', { ttl: TTL_SECONDS }, mostUsed),
    vary('keys of 40 characters', { keyLength: 40 }, mostUsed),
    vary('uniform keys', {}, mostUsed, 'uniform'),
    vary('interned keys', { keys: 'interned' }, mostUsed.slice(0, 3)),
  ];
  // these run all code that the others run
  return name === 'tiny'
    ? all.filter(({ scene: { value, ttl, keys } }) => value === 'object300' || ttl || keys === 'interned')
    : all;
}

/** Who takes part: freezing changes objects only. */
function contendersFor({ value, ttl }: Setting['scene']): string[] {
  return localCaches
    .filter(
      ({ name, hasTtl }) =>
        (value === 'object300' || !name.startsWith('heddle, freeze')) && (ttl === undefined || hasTtl),
    )
    .map(({ name }) => name);
}

async function measure(setting: Setting, scale: Scale, progress: Progress) {
  const { scene, label, distribution, operations } = setting;
  progress(`${label}: filling with ${scene.entries.toLocaleString('en')} entries`);
  const asked = draws(scene.entries, distribution, DRAWS);
  const turns = await Turns.open(scene, contendersFor(scene));
  const figures: Figure[] = [];
  try {
    for (const operation of operations) {
      progress(`${label}: ${operation}`);
      const leftOut = operation === 'evict' ? withoutEviction : [];
      const turn = { operation, operations: scale.turn, draws: asked };
      const timings = await turns.run(turn, scale.rounds, leftOut);
      const reference = timings.find(({ contender }) => contender === REFERENCE);
      for (const { contender, nanoseconds, gcMs } of timings) {
        figures.push({
          ...{ contender, operation, label, entries: scene.entries },
          nanoseconds: spread(nanoseconds),
          speed: reference && ratios(reference.nanoseconds, nanoseconds),
          gcMsPerMillion: spread(gcMs).median,
        });
      }
    }
  } finally {
    await turns.close();
  }
  return { figures, refusals: turns.refusals };
}

const withoutEviction = localCaches.filter(({ eviction }) => eviction === 'none').map(({ name }) => name);

function tableOf(label: string, figures: readonly Figure[]): Table {
  const operations = unique(figures.map(({ operation }) => operation));
  const [first] = figures;
  const rows = unique(figures.map(({ contender }) => contender)).map((contender) => [
    contender,
    ...operations.map((operation) => {
      const found = figures.find(
        (figure) => figure.contender === contender && figure.operation === operation,
      );
      if (found === undefined) return '–';
      const time = `${digits(found.nanoseconds.median)} ns`;
      return found.speed === undefined ? time : `${time}, ×${spreadText(found.speed)}`;
    }),
  ]);
  return {
    title: `${label}, ${first?.entries.toLocaleString('en')} entries`,
    columns: ['', ...operations],
    rows,
  };
}

function chartOf(label: string, figures: readonly Figure[]): BarChart {
  return {
    kind: 'bars',
    title: `One thread: ${label}, ${figures[0]?.entries.toLocaleString('en')} entries`,
    unit: 'operations per second, lru-cache = 1 (median and quartiles)',
    mark: 1,
    groups: unique(figures.map(({ operation }) => operation)).map((operation) => ({
      label: operation,
      bars: figures
        .filter((figure) => figure.operation === operation)
        .flatMap(({ contender, speed }) => (speed === undefined ? [] : [{ label: contender, value: speed }])),
    })),
  };
}

export const oneThread: Question = {
  name: '1',
  title: 'One thread',
  method:
    'Nanoseconds for one operation, and speed beside lru-cache (×1 is as fast, more is faster; quartiles in ' +
    'parentheses). Each contender has a thread of its own and a filled cache; they take turns on the same keys, one ' +
    'at a time. The base has Zipf keys (0.99) of 10 characters, new strings each time, values of 24 characters, no ' +
    'TTL; each further table changes one thing. Keys and values are made while the clock stands still.',
  notShown: [
    'Combinations of the changes, such as long interned keys with a TTL.',
    'What making keys and values costs, and garbage that is collected meanwhile: the JSON has it as gcMsPerMillion.',
    'The peers answer the stored object itself, heddle a copy of it, or a frozen one with `freeze`; that is decoded once ' +
      'where `nearSize` lets it be kept: 1,024 of them, or all.',
    'quick-lru holds up to twice the entries; node-cache evicts nothing and refuses entries when it is full, here it ' +
      'runs without cloning; mnemonist has no TTL.',
  ],
  async run(scale: Scale, progress: Progress): Promise<Answer> {
    const results = [];
    for (const setting of settings(scale)) {
      results.push({ label: setting.label, ...(await measure(setting, scale, progress)) });
    }
    const charted = results.filter(({ figures }) => figures.some(({ speed }) => speed !== undefined));
    return {
      tables: results.map(({ label, figures }) => tableOf(label, figures)),
      charts: Object.fromEntries(
        charted.map(({ label, figures }) => [fileName(label), chartOf(label, figures)]),
      ),
      figures: results.flatMap(({ figures }) => figures),
      absent: unique(results.flatMap(({ refusals }) => refusals.map(({ why }) => why))),
    };
  },
};

function fileName(label: string): string {
  return `one-thread-${label.toLowerCase().replace(/\W+/g, '-')}`;
}
