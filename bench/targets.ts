/** The targets: the few ratios that heddle is tuned for, each measured against its reference in the same run. */
import { Gang } from './lib/gang.js';
import type { Load } from './lib/gang-messages.js';
import { measureHeap } from './lib/heap.js';
import { draws } from './lib/keys.js';
import { digits, ratios, type Spread, spread, spreadText } from './lib/numbers.js';
import { NotInstalled } from './lib/peer.js';
import type { Answer, Progress, Question } from './lib/report.js';
import type { Scale } from './lib/scale.js';
import type { SharedContender } from './lib/shared/contender.js';
import { heddle, privateHeddle } from './lib/shared/heddle.js';
import { lmdb } from './lib/shared/lmdb.js';
import { messagePort } from './lib/shared/message-port.js';
import { ioredis, nodeRedis } from './lib/shared/redis.js';
import type { Operation, Scene } from './lib/turn-messages.js';
import { Turns } from './lib/turns.js';
import { scaling } from './scaling.js';

/** One row: a ratio, and what it should be. */
interface Target {
  readonly what: string;
  readonly to: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly ratio: Spread | undefined;
  /** The same from typical batches: steadier where others use the machine too. */
  readonly typical?: Spread | undefined;
  readonly note: string;
}

const DRAWS = 2 ** 20;
const SIZE_BASE = 10_000;

interface Row {
  readonly what: string;
  readonly atLeast: number;
  readonly contender: string;
  readonly operation: Operation;
  readonly scene: Partial<Scene>;
}

const lruCache = 'lru-cache';

function pairs({ small, middle }: Scale): Row[] {
  const hot = { entries: small };
  const wide = { entries: middle };
  const row = (
    what: string,
    atLeast: number,
    scene: Partial<Scene>,
    operation: Operation,
    contender = 'heddle',
  ): Row => ({
    ...{ what, atLeast, scene, operation, contender },
  });
  const frozen = { ...hot, value: 'object300' } as const;
  return [
    row('get hit, hot set, string', 0.8, hot, 'get'),
    row('get hit, hot set, object, freeze', 0.8, frozen, 'get', 'heddle, freeze'),
    row('get hit, near tier off, string, wide set', 0.5, wide, 'get', 'heddle, near tier off'),
    row('put with eviction, wide set', 1.2, wide, 'evict'),
    row('put, update, wide set', 0.6, wide, 'update'),
    row('miss, hot set', 0.5, hot, 'miss'),
    row('miss, wide set', 0.5, wide, 'miss'),
  ];
}

async function oneThread(scale: Scale, progress: Progress): Promise<Target[]> {
  const targets: Target[] = [];
  for (const { what, atLeast, contender, operation, scene } of pairs(scale)) {
    progress(what);
    const whole = { ...base, ...scene };
    const turns = await Turns.open(whole, [contender, lruCache]);
    try {
      const asked = draws(whole.entries, 'zipf', DRAWS);
      const timings = await turns.run({ operation, operations: scale.turn, draws: asked }, scale.rounds);
      const [ours, theirs] = [contender, lruCache].map((name) =>
        timings.find((timing) => timing.contender === name),
      );
      const ratio = ours && theirs && ratios(theirs.nanoseconds, ours.nanoseconds);
      const typical = ours && theirs && ratios(theirs.typical, ours.typical);
      const note = ratio ? `${nanoseconds(ours)} against ${nanoseconds(theirs)}` : refused(turns);
      targets.push({ what, to: lruCache, atLeast, ratio, typical, note });
    } finally {
      await turns.close();
    }
  }
  return targets;
}

const base = { entries: 0, keyLength: 10, value: 'string24', ttl: undefined, keys: 'fresh' } as const;

function nanoseconds({ nanoseconds: figures }: { nanoseconds: readonly number[] }): string {
  return `${digits(spread(figures).median)} ns`;
}

function refused({ refusals }: Turns): string {
  return refusals.map(({ why }) => why).join('; ');
}

async function threads(scale: Scale, progress: Progress): Promise<Target[]> {
  const rows = [
    ['two threads, hot set, reads', scale.small, 'get', 1.7],
    ['two threads, wide set, 95/5', scale.middle, 'mixed 95/5', 1.6],
  ] as const;
  const targets: Target[] = [];
  for (const [what, entries, load, atLeast] of rows) {
    progress(what);
    const who = [heddle, privateHeddle];
    const measured = await scaling(what, entries, [load], { ...scale, threads: [1, 2] }, who);
    const find = ({ name }: SharedContender, count: number) =>
      measured.find(({ contender, threads }) => contender === name && threads === count);
    const alone = find(heddle, 1)?.perSecond.median ?? Number.NaN;
    const apart = find(privateHeddle, 2)?.timesOne.median ?? Number.NaN;
    const note = `one thread ${digits(alone / 1e6)} M/s; with a cache for each thread ×${digits(apart)}`;
    targets.push({ what, to: 'one thread', atLeast, ratio: find(heddle, 2)?.timesOne, note });
  }
  return targets;
}

async function shared(scale: Scale, progress: Progress): Promise<Target[]> {
  const rows = [
    [messagePort, 50],
    [ioredis, 30],
    [nodeRedis, 30],
    [lmdb, 3],
  ] as const;
  const targets: Target[] = [];
  for (const [peer, atLeast] of rows) {
    progress(`two workers, gets, beside ${peer.name}`);
    const what = 'two workers, gets, wide set';
    const result = await besidePeer(peer, 'get', scale);
    targets.push({ what, to: peer.name, atLeast, ...result });
  }
  return targets;
}

async function besidePeer(
  peer: SharedContender,
  load: Load,
  scale: Scale,
): Promise<Pick<Target, 'ratio' | 'note'>> {
  const entries = scale.middle;
  const wanted = { ...base, entries };
  const plan = { wanted, threads: 2, draws: draws(entries, 'zipf', DRAWS), pool: 2 * scale.turn };
  const gangs: Gang[] = [];
  try {
    for (const contender of [heddle, peer]) {
      const gang = await Gang.open(contender, plan);
      gangs.push(gang);
      await gang.fill(entries, true);
    }
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let round = -1; round < scale.rounds; round++) {
      for (const [i, figures] of [ours, theirs].entries()) {
        const { perSecond, hitRate } = await (gangs[i] as Gang).load(load, { ms: scale.loadMs });
        if (hitRate !== 1) throw new Error(`Cannot measure beside ${peer.name}: entries are missing`);
        if (round >= 0) figures.push(perSecond);
      }
    }
    const note = `${digits(spread(ours).median)} against ${digits(spread(theirs).median)} a second`;
    return { ratio: ratios(ours, theirs), note };
  } catch (error) {
    if (!(error instanceof NotInstalled)) throw error;
    return { ratio: undefined, note: error.message };
  } finally {
    for (const gang of gangs) await gang.close();
  }
}

async function heap(scale: Scale, progress: Progress): Promise<Target[]> {
  const memory = { entries: scale.million, keyLength: 16, value: 'string100', churn: false } as const;
  const churn = { entries: 2 * scale.million, keyLength: 16, value: 'string200', churn: true } as const;
  const runs = scale.heapRuns;
  const rows: Target[] = [];
  for (const [what, order, atMost, of, unit] of [
    [
      `resident memory, ${count(memory.entries)} entries of 16 + 100 bytes`,
      memory,
      0.6,
      'residentBytes',
      'MiB',
    ],
    [
      `worst event-loop delay, ${count(churn.entries)} entries of 200 bytes replaced`,
      churn,
      0.1,
      'worstTurnMs',
      'ms',
    ],
  ] as const) {
    const figures: Record<string, number[]> = { heddle: [], [lruCache]: [] };
    for (let run = 0; run < runs; run++) {
      for (const contender of ['heddle', lruCache]) {
        progress(`${what}: ${contender}, ${run + 1} of ${runs}`);
        const answer = await measureHeap({ ...order, contender });
        if ('refused' in answer) throw new Error(answer.refused);
        figures[contender]?.push(answer[of] / (unit === 'MiB' ? 2 ** 20 : 1));
      }
    }
    const [ours = [], theirs = []] = Object.values(figures);
    const note = `${digits(spread(ours).median)} against ${digits(spread(theirs).median)} ${unit}`;
    rows.push({ what, to: lruCache, atMost, ratio: ratios(ours, theirs), note });
  }
  return rows;
}

async function size(scale: Scale, progress: Progress): Promise<Target[]> {
  const few = Math.min(SIZE_BASE, scale.large / 10);
  const rows: Target[] = [];
  const scenes: Turns[] = [];
  const asked = [few, scale.large].map((entries) => draws(entries, 'zipf', DRAWS));
  try {
    for (const entries of [few, scale.large]) {
      progress(`filling with ${entries.toLocaleString('en')} entries`);
      scenes.push(await Turns.open({ ...base, entries }, ['heddle']));
    }
    for (const operation of ['get', 'update', 'evict'] as const) {
      progress(`${operation} at ${scale.large.toLocaleString('en')} entries`);
      const figures: number[][] = [[], []];
      const typical: number[][] = [[], []];
      for (let round = 0; round < scale.rounds; round++) {
        for (const [i, turns] of scenes.entries()) {
          const turn = {
            operation,
            operations: scale.turn,
            draws: asked[i] as Uint32Array<SharedArrayBuffer>,
          };
          const [timing] = await turns.run(turn, 1);
          figures[i]?.push(timing?.nanoseconds[0] as number);
          typical[i]?.push(timing?.typical[0] as number);
        }
      }
      const [small = [], large = []] = figures;
      const what = `${operation}, ${scale.large.toLocaleString('en')} entries`;
      const note = `${digits(spread(large).median)} against ${digits(spread(small).median)} ns`;
      rows.push({
        what,
        to: `${few.toLocaleString('en')} entries`,
        atMost: 4,
        ratio: ratios(large, small),
        typical: ratios(typical[1] ?? [], typical[0] ?? []),
        note,
      });
    }
  } finally {
    for (const turns of scenes) await turns.close();
  }
  return rows;
}

const count = (entries: number) => entries.toLocaleString('en');

/** Whether a target is met: by the median. */
function verdict({ ratio, atLeast = 0, atMost = Number.POSITIVE_INFINITY }: Target): string {
  if (ratio === undefined) return 'not measured';
  return ratio.median >= atLeast && ratio.median <= atMost ? 'yes' : '**no**';
}

export const targets: Question = {
  name: 'targets',
  title: 'Targets',
  method:
    'Ratios that heddle is tuned for, each with its reference in the same run, in turns, median and quartiles of the ' +
    'rounds. Zipf keys (0.99) of 10 characters, new strings each time, values of 24 characters unless the row says ' +
    'otherwise; a hot set has 1,000 entries, a wide one 100,000. The typical ratio is that of the median batches of ' +
    '1,024 operations, which leaves out pauses: those of the garbage collector, and those of a busy machine.',
  notShown: ['Everything else: the questions show it.'],
  async run(scale: Scale, progress: Progress): Promise<Answer> {
    const rounds = scale.name === 'full' ? 3 * scale.rounds : scale.rounds;
    const often = { ...scale, rounds };
    const rows = [
      ...(await oneThread(often, progress)),
      ...(await threads(scale, progress)),
      ...(await shared(scale, progress)),
      ...(await heap(scale, progress)),
      ...(await size(scale, progress)),
    ];
    const table = {
      title: 'Targets',
      columns: ['', 'beside', 'ratio', 'target', 'met', 'figures', 'typical ratio'],
      rows: rows.map((row) => [
        row.what,
        row.to,
        row.ratio === undefined ? '–' : spreadText(row.ratio),
        row.atLeast === undefined ? `≤ ${row.atMost}` : `≥ ${row.atLeast}`,
        verdict(row),
        row.note,
        row.typical === undefined ? '–' : spreadText(row.typical),
      ]),
    };
    const absent = rows.filter(({ ratio }) => ratio === undefined).map(({ note }) => note);
    return { tables: [table], charts: {}, figures: rows, absent };
  },
};
