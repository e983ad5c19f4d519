import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { readLatin1 } from '../codec/text.js';
import type { BenchTurn, BenchWork, Mix } from './bench-messages.js';
import { seededRandom, zipfDraw } from './zipf.js';

/** What the requests are answered from. */
export interface BenchCache {
  get(key: string): string | undefined;
  put(key: string, value: string): void;
}

/** Requests between two looks at the clock; the get of the first one is timed. */
const STRETCH = 64;

/** Draws for each key there is until {@link recentKeys} no longer waits for the keys that hardly anybody asks for. */
const PATIENCE = 16;

/** A value is as long as the longest key and a mark at least, so that it can name its key. */
export const LEAST_VALUE_BYTES = 16;

/** The key of a number: a new string at each call, as from a connection, that nobody has hashed yet. */
export function keyFor(id: number): string {
  return `item:${id}`;
}

/**
 * Makes the value of a key, which begins with the key and a mark: as from a connection, too. What JavaScript puts together
 * from strings would be no more than a plan of it, until somebody looks.
 */
export function valueMaker(valueBytes: number): (key: string) => string {
  const bytes = Buffer.alloc(valueBytes, 'x');
  return (key) => {
    bytes.fill('x', 0, LEAST_VALUE_BYTES);
    bytes.write(`${key}=`, 'latin1');
    return readLatin1(bytes, 0, valueBytes);
  };
}

/** Between the seeds of two threads: far apart in the numbers of the generator (2³² by the golden ratio). */
const SEED_STEP = 0x9e3779b9;

/** The random numbers of a thread. */
export function randomOf(seed: number, index: number): () => number {
  return seededRandom(seed + Math.imul(index, SEED_STEP));
}

/**
 * The numbers of the keys that a cache for `maxSize` entries holds after a long time, the most recently used one first:
 * those that the requests before the first one asked for, drawn backwards in time.
 */
export function recentKeys({ table }: Mix, maxSize: number, random: () => number): Uint32Array {
  const keys = table.sums.length;
  const recent = new Uint32Array(Math.min(maxSize, keys));
  const seen = new Uint8Array(keys);
  const draw = zipfDraw(table, random);
  let found = 0;
  const meet = (id: number) => {
    if (seen[id] === 1) return;
    seen[id] = 1;
    recent[found++] = id;
  };
  for (let draws = keys * PATIENCE; found < recent.length && draws > 0; draws--) meet(draw());
  for (let id = 0; found < recent.length; id++) meet(id);
  return recent;
}

/** Fills a cache with what it holds after a long time. Answers how many entries that are. */
export function fill(cache: BenchCache, mix: Mix, maxSize: number, random: () => number): number {
  const recent = recentKeys(mix, maxSize, random);
  const make = valueMaker(mix.valueBytes);
  for (let i = recent.length - 1; i >= 0; i--) {
    const key = keyFor(recent[i] as number);
    cache.put(key, make(key));
  }
  return recent.length;
}

/** The requests of one thread, and what becomes of them. */
export class Requests {
  readonly #cache: BenchCache;
  readonly #reads: number;
  readonly #valueBytes: number;
  readonly #make: (key: string) => string;
  readonly #random: () => number;
  readonly #draw: () => number;
  #isTrial = false;
  #hits = 0;
  #misses = 0;
  #writes = 0;

  constructor(cache: BenchCache, { table, reads, valueBytes }: Mix, random: () => number) {
    this.#cache = cache;
    this.#reads = reads;
    this.#valueBytes = valueBytes;
    this.#make = valueMaker(valueBytes);
    this.#random = random;
    this.#draw = zipfDraw(table, random);
  }

  /**
   * Works until the turn is over, some microseconds longer at most.
   *
   * @throws Error when a value is not the one of its key.
   */
  work({ until, isTrial }: Pick<BenchTurn, 'until' | 'isTrial'>): BenchWork {
    const latencies = createHistogram();
    this.#isTrial = isTrial;
    [this.#hits, this.#misses, this.#writes] = [0, 0, 0];
    let now: bigint;
    do {
      this.#one(latencies);
      for (let i = 1; i < STRETCH; i++) this.#one(undefined);
      now = process.hrtime.bigint();
    } while (now < until);
    return { hits: this.#hits, misses: this.#misses, writes: this.#writes, ended: now, latencies };
  }

  #one(latencies: RecordableHistogram | undefined): void {
    const key = keyFor(this.#draw());
    if (this.#random() < this.#reads) {
      const value = latencies === undefined ? this.#cache.get(key) : this.#timedGet(key, latencies);
      if (value !== undefined) {
        this.#check(key, value);
        this.#hits++;
        return;
      }
      this.#misses++;
    } else this.#writes++;
    this.#cache.put(key, this.#make(key));
  }

  #timedGet(key: string, latencies: RecordableHistogram): string | undefined {
    const start = process.hrtime.bigint();
    const value = this.#cache.get(key);
    // a clock that ticks more slowly than gets end would say 0, which a histogram does not take
    latencies.record(process.hrtime.bigint() - start || 1n);
    return value;
  }

  #check(key: string, value: string): void {
    const isRight = this.#isTrial
      ? value === this.#make(key)
      : value.length === this.#valueBytes && value.startsWith(key) && value[key.length] === '=';
    if (isRight) return;
    throw new Error(`Cannot trust the figures: the value of '${key}' is '${value}', its own is required`);
  }
}

/** What reading the clock twice takes, in nanoseconds: contained in each latency. */
export function clockCost(): number {
  const latencies = createHistogram();
  for (let i = 0; i < 10_000; i++) {
    const start = process.hrtime.bigint();
    latencies.record(process.hrtime.bigint() - start || 1n);
  }
  return latencies.percentile(50);
}
