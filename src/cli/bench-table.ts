import type { BenchRow } from './bench-row.js';
import type { SideFigures } from './bench-side.js';
import { formatBytes, formatCount, formatShare, type Paint } from './terminal.js';

/** What was asked for and where it ran, under the names that it has on the wire. */
export interface BenchSetting {
  readonly version: string;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  /** Processes that wanted to run, averaged over a minute, when it began. */
  readonly load_before: number;
  /** At most. */
  readonly threads: number;
  readonly entries: number;
  readonly keys: number;
  /** The exponent of Zipf's law. */
  readonly skew: number;
  readonly reads: number;
  readonly value_bytes: number;
  readonly max_bytes: number;
  readonly seconds: number;
  readonly seed: number;
  /** What a latency contains of reading the clock: the median. */
  readonly clock_ns: number;
}

/** What stands above the table. */
export function formatSetting(setting: BenchSetting, paint: Paint): string {
  const { version, node, cpu, cores, load_before: load, entries, keys, skew, value_bytes: bytes } = setting;
  return `${paint('bold', `heddle ${version}`)}  Node.js ${node}, ${cores} × ${cpu}, load average ${load}

  ${formatCount(entries)} entries, ${formatCount(keys)} keys by Zipf's law (${skew}), values of ${formatCount(bytes)} bytes, ${formatShare(setting.reads, 0)} reads`;
}

/** A group of columns: its heading, what stands above each column, and what stands in it. */
interface Group {
  readonly heading: string;
  readonly columns: readonly (readonly [name: string, cell: (row: BenchRow) => string])[];
}

const bySide = (cell: (side: SideFigures) => string): Group['columns'] => [
  ['shared', (row) => cell(row.shared)],
  ['private', (row) => cell(row.private)],
];

const groups: readonly Group[] = [
  { heading: '', columns: [['threads', ({ threads }) => `${threads}`]] },
  {
    heading: 'requests per second',
    columns: [
      ...bySide((side) => formatCount(side.requests_per_second)),
      ['ratio', ({ ratio }) => ratio.toFixed(2)],
    ],
  },
  { heading: 'hit rate', columns: bySide((side) => formatShare(side.hit_rate)) },
  { heading: 'get, µs: p50 / p99', columns: bySide(latency) },
  { heading: 'memory', columns: bySide((side) => formatBytes(side.live_bytes)) },
];

function latency({ get_ns: latencies }: SideFigures): string {
  if (latencies === null) return '–';
  const micros = (nanoseconds: number) => (nanoseconds / 1000).toFixed(nanoseconds < 10_000 ? 2 : 0);
  return `${micros(latencies.p50)} / ${micros(latencies.p99)}`;
}

/** The figures, a line for each number of threads. */
export function formatTable(rows: readonly BenchRow[], paint: Paint): string {
  const blocks = groups.map(({ heading, columns }) => {
    const cells = columns.map(([name, cell]) => [name, ...rows.map(cell)]);
    const widths = cells.map((column) => Math.max(...column.map(({ length }) => length)));
    const lines = cells[0]?.map((_, line) =>
      cells.map((column, at) => column[line]?.padStart(widths[at] ?? 0)).join('  '),
    );
    const all = [heading, ...(lines ?? [])];
    const width = Math.max(...all.map(({ length }) => length));
    return all.map((text) => text.padStart(width));
  });
  const lines = blocks[0]?.map((_, line) => `  ${blocks.map((block) => block[line]).join('    ')}`) ?? [];
  return lines.map((line, at) => (at < 2 ? paint('dim', line) : line)).join('\n');
}

/** What stands below the table: what the figures are, and are not. */
export function formatNotes({ clock_ns: clock }: BenchSetting, paint: Paint): string {
  return paint(
    'dim',
    `  Shared: one heddle. Private: in each thread an LRU cache of a Map and a list, with its part of the entries. A read
  is a get, and on a miss a put; the others are puts. Making keys and values and checking what was read takes its time
  on both sides, and so brings the ratio nearer to 1. One get of 64 is timed, and the clock's own ${formatCount(clock)} ns with it.
  Not shown: what a miss costs you, other processes, how long a Map's garbage stops its thread, a cold start.`,
  );
}
