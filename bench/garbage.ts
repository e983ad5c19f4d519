/** Question 4: what a large cache does to the garbage collector, and that to everybody else. */
import { type HeapAnswer, measureHeap } from './lib/heap.js';
import { digits, ratios, type Spread, spread, spreadText } from './lib/numbers.js';
import { type Answer, type Progress, type Question, unique } from './lib/report.js';
import type { Scale } from './lib/scale.js';
import type { BarChart } from './lib/svg.js';

const REFERENCE = 'lru-cache';
const contenders = ['heddle', REFERENCE];
const measures = [
  ['worstTurnMs', 'worst event-loop delay', 'ms', 1],
  ['worstCallMs', 'worst single call', 'ms', 1],
  ['residentBytes', 'resident memory', 'MiB', 2 ** 20],
] as const;

interface Figure {
  readonly contender: string;
  readonly measure: (typeof measures)[number][0];
  readonly value: Spread;
  readonly besideLruCache: Spread;
}

type Measured = Exclude<HeapAnswer, { refused: string }>;

function figuresOf(answers: ReadonlyMap<string, readonly Measured[]>): Figure[] {
  return [...answers].flatMap(([contender, own]) =>
    measures.map(([measure]) => {
      const values = own.map((answer) => answer[measure]);
      const theirs = (answers.get(REFERENCE) ?? []).map((answer) => answer[measure]);
      return { contender, measure, value: spread(values), besideLruCache: ratios(values, theirs) };
    }),
  );
}

function chartOf(figures: readonly Figure[], entries: number): BarChart {
  return {
    kind: 'bars',
    title: `Replacing ${entries.toLocaleString('en')} entries of 200 bytes`,
    unit: 'milliseconds (median and quartiles of the runs)',
    logarithmic: true,
    groups: measures.slice(0, 2).map(([measure, label]) => ({
      label,
      bars: figures
        .filter((figure) => figure.measure === measure)
        .map(({ contender, value }) => ({ label: contender, value })),
    })),
  };
}

export const garbage: Question = {
  name: '4',
  title: 'Garbage collection',
  method:
    'Two million entries of 200 bytes, in a process of its own, then every entry is replaced by a new one, 64 puts in ' +
    'each turn of the event loop. The worst event-loop delay is the longest turn: so long an event had to wait. ' +
    'Resident memory is what the process grew by when the cache was full and garbage was collected. Processes take ' +
    'turns; median and quartiles of their runs, ratios run by run.',
  notShown: [
    'Pauses for other reasons: a busy machine delays both, and bounds the ratio from below.',
    'Garbage that a program makes itself, which a large heap makes dearer to collect.',
  ],
  async run(scale: Scale, progress: Progress): Promise<Answer> {
    const entries = 2 * scale.million;
    const answers = new Map(contenders.map((contender) => [contender, [] as Measured[]]));
    const absent: string[] = [];
    for (let run = 1; run <= scale.heapRuns; run++) {
      for (const contender of contenders) {
        progress(`${contender}, run ${run} of ${scale.heapRuns}`);
        const order = { contender, entries, keyLength: 16, value: 'string200', churn: true } as const;
        const answer = await measureHeap(order);
        if ('refused' in answer) absent.push(answer.refused);
        else answers.get(contender)?.push(answer);
      }
    }
    for (const [contender, own] of answers) if (own.length === 0) answers.delete(contender);
    const figures = figuresOf(answers);
    const rows = measures.map(([measure, label, unit, scaleBy]) => {
      const of = (contender: string) =>
        figures.find((figure) => figure.measure === measure && figure.contender === contender);
      const cells = contenders.map((contender) => {
        const value = of(contender)?.value.median;
        return value === undefined ? '–' : `${digits(value / scaleBy)} ${unit}`;
      });
      const ratio = of('heddle')?.besideLruCache;
      return [label, ...cells, ratio === undefined ? '–' : spreadText(ratio)];
    });
    return {
      tables: [
        {
          title: `${entries.toLocaleString('en')} entries of 200 bytes, all replaced`,
          columns: ['', ...contenders, 'heddle beside lru-cache'],
          rows,
        },
      ],
      charts: { garbage: chartOf(figures, entries) },
      figures,
      absent: unique(absent),
    };
  },
};
