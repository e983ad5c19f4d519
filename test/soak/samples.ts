/** What a soak measures while its workers rest, and what it says of it in the end. */
import { existsSync, readdirSync } from 'node:fs';
import type { CacheStats } from '../../src/index.js';
import { judge, type Tolerance, type Verdict } from './flatness.js';

const MIB = 2 ** 20;
const TASKS = '/proc/self/task';

/** A figure that has to stay flat. */
interface Figure {
  readonly name: string;
  readonly tolerance: Tolerance;
  readonly unit: '' | 'MiB';
  readonly values: number[];
}

/** The series of all figures. */
export class Samples {
  /** Of caches that are full most of the time. What a leak takes from them shows as a fall of the entries. */
  readonly #bytes = figure('bytes', 'MiB', { share: 0.1, amount: 0, bothWays: true });
  readonly #entries = figure('entries', '', { share: 0.1, amount: 0, bothWays: true });
  readonly #slots = figure('slots', '', { share: 0, amount: 0, bothWays: true });
  /** Cleaners that were told to end may still be there. */
  readonly #threads = figure('threads', '', { share: 0, amount: 2, bothWays: false });
  readonly #resident = figure('resident', 'MiB', { share: 0.1, amount: 0, bothWays: false });

  get count(): number {
    return this.#bytes.values.length;
  }

  /** What the caches hold, while everybody rests. */
  takeCaches(caches: readonly CacheStats[]): void {
    const sum = (of: (stats: CacheStats) => number) => caches.reduce((total, stats) => total + of(stats), 0);
    this.#bytes.values.push(sum((stats) => stats.bytesUsed));
    this.#entries.values.push(sum((stats) => stats.currentSize));
    this.#slots.values.push(sum((stats) => stats.threads));
  }

  /** What the process holds, while there are no workers: their heaps would grow with their age, and say nothing. */
  takeProcess(): void {
    globalThis.gc?.();
    if (existsSync(TASKS)) this.#threads.values.push(readdirSync(TASKS).length);
    this.#resident.values.push(process.memoryUsage.rss());
  }

  /** The last sample. */
  get latest(): string {
    return this.#all.map((each) => `${each.name} ${written(each, each.values.at(-1) ?? 0)}`).join(', ');
  }

  /** What has not stayed flat, with too few samples nothing. */
  get violations(): string[] {
    return this.#verdicts
      .filter(([, verdict]) => verdict?.isFlat === false)
      .map(([each, verdict]) => `${each.name} did not stay flat: ${change(each, verdict)}`);
  }

  /** Every figure from the middle third to the last. */
  get summary(): string {
    return this.#verdicts.map(([each, verdict]) => `${each.name} ${change(each, verdict)}`).join(', ');
  }

  get #all(): Figure[] {
    const all = [this.#bytes, this.#entries, this.#slots, this.#threads, this.#resident];
    return all.filter(({ values }) => values.length > 0);
  }

  get #verdicts(): [Figure, Verdict | undefined][] {
    return this.#all.map((each) => [each, judge(each.values, each.tolerance)]);
  }
}

function figure(name: string, unit: Figure['unit'], tolerance: Tolerance): Figure {
  return { name, unit, tolerance, values: [] };
}

function written({ unit }: Figure, value: number): string {
  return unit === 'MiB' ? `${(value / MIB).toFixed(1)} MiB` : `${value}`;
}

/** From the middle third to the last, and how far they may lie apart. */
function change(each: Figure, verdict: Verdict | undefined): string {
  if (verdict === undefined) return 'not judged (too few samples)';
  const { share, amount, bothWays } = each.tolerance;
  const allowed = share > 0 ? `${share * 100} %` : `${amount}`;
  return `${written(each, verdict.middle)} → ${written(each, verdict.last)} (${bothWays ? '±' : '+'}${allowed})`;
}
