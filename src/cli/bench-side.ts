import { createHistogram } from 'node:perf_hooks';
import type {
  BenchAnswer,
  BenchCounts,
  BenchMemory,
  BenchOrder,
  BenchTask,
  BenchWork,
  Mix,
} from './bench-messages.js';
import { WorkerTeam } from './worker-team.js';

/** One side's figures, under the names they have on the wire. */
export interface SideFigures {
  /** Entries of the shared cache, or of each private one. */
  readonly max_size_each: number;
  readonly requests: number;
  readonly hits: number;
  readonly misses: number;
  readonly writes: number;
  readonly hit_rate: number;
  readonly seconds: number;
  readonly requests_per_second: number;
  /** The same of each turn. */
  readonly turns: readonly number[];
  /** null: there was no get. */
  readonly get_ns: { readonly p50: number; readonly p99: number; readonly samples: number } | null;
  /** What the cache, and what the workers keep of it, takes of memory at the end, without garbage. */
  readonly live_bytes: number;
}

/** The heap of a thread with a private cache may become as large as the memory budget of the shared one. */
const MOST_HEAP_MB = 6144;

/** One side: worker threads on the shared cache, or with a private one each. */
export class BenchSide {
  readonly #team: WorkerTeam<BenchOrder, BenchAnswer>;
  readonly #latencies = createHistogram();
  readonly #turns: number[] = [];
  #trial: BenchCounts = { hits: 0, misses: 0, writes: 0 };
  #counts: BenchCounts = { hits: 0, misses: 0, writes: 0 };
  #seconds = 0;

  private constructor(team: WorkerTeam<BenchOrder, BenchAnswer>) {
    this.#team = team;
  }

  /** Starts the workers; resolves when each has its cache, a private one filled. */
  static async start(threads: number, mix: Mix, source: BenchTask['source']): Promise<BenchSide> {
    const tasks = Array.from({ length: threads }, (_, index): BenchTask => ({ mix, index, source }));
    const entry = new URL('./bench-worker.js', import.meta.url);
    const resourceLimits = { maxOldGenerationSizeMb: MOST_HEAP_MB };
    return new BenchSide(await WorkerTeam.start(entry, tasks, { resourceLimits }));
  }

  /** Everything that was asked so far, the trial included. */
  get asked(): BenchCounts {
    return sum([this.#trial, this.#counts]);
  }

  /** Works for so many seconds to compile code, and compares each value read to the last byte. */
  async try(seconds: number): Promise<void> {
    const { works } = await this.#work(seconds, true);
    this.#trial = sum(works);
  }

  /** Works for so many seconds; that counts. */
  async turn(seconds: number): Promise<void> {
    const { works, took } = await this.#work(seconds, false);
    const counts = sum(works);
    for (const { latencies } of works) this.#latencies.add(latencies);
    this.#turns.push(requestsOf(counts) / took);
    this.#counts = sum([this.#counts, counts]);
    this.#seconds += took;
  }

  /** What each worker holds for itself. */
  async memory(): Promise<BenchMemory[]> {
    return (await this.#team.order({ kind: 'collect' })) as BenchMemory[];
  }

  /** What the turns have shown. */
  figures(maxSizeEach: number, liveBytes: number): SideFigures {
    const { hits, misses, writes } = this.#counts;
    const requests = requestsOf(this.#counts);
    const samples = this.#latencies.count;
    return {
      max_size_each: maxSizeEach,
      requests,
      hits,
      misses,
      writes,
      hit_rate: hits + misses === 0 ? 0 : hits / (hits + misses),
      seconds: this.#seconds,
      requests_per_second: requests / this.#seconds,
      turns: this.#turns,
      get_ns:
        samples === 0
          ? null
          : { p50: this.#latencies.percentile(50), p99: this.#latencies.percentile(99), samples },
      live_bytes: liveBytes,
    };
  }

  /** Ends the workers. */
  async end(): Promise<void> {
    await this.#team.end();
  }

  /** The time goes from the order to the last worker's end: one that gets no processor counts with what it has not done. */
  async #work(seconds: number, isTrial: boolean): Promise<{ works: BenchWork[]; took: number }> {
    const start = process.hrtime.bigint();
    const until = start + BigInt(Math.round(seconds * 1e9));
    const works = (await this.#team.order({ kind: 'turn', until, isTrial })) as BenchWork[];
    return { works, took: Math.max(...works.map(({ ended }) => Number(ended - start))) / 1e9 };
  }
}

/** All counts together. */
export function sum(counts: readonly BenchCounts[]): BenchCounts {
  const total = (name: keyof BenchCounts) => counts.reduce((all, each) => all + each[name], 0);
  return { hits: total('hits'), misses: total('misses'), writes: total('writes') };
}

function requestsOf({ hits, misses, writes }: BenchCounts): number {
  return hits + misses + writes;
}
