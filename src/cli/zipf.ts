import { parseTrace, type Trace } from './trace.js';

/** Numbers from 0 (included) to 1, the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * How often each of the numbers `0 … count - 1` is asked for, in shared memory, so that all threads draw from the same
 * one.
 *
 *     sums    p₀ p₀+p₁ p₀+p₁+p₂ … total    of the weights, which need not add up to 1
 *     guide   0 0 1 …                      for each equal part of the total, the first number whose sum is above its start
 */
export interface ZipfTable {
  readonly sums: Float64Array<SharedArrayBuffer>;
  /** A power of two of parts, so that the borders of the parts are exact. */
  readonly guide: Uint32Array<SharedArrayBuffer>;
}

/**
 * The table of Zipf's law: the number `k` has a probability proportional to `1 / (k + 1) ** skew`, as the things of a
 * service are asked for, a few of them all the time and most of them seldom (Breslau et al., INFOCOM 1999).
 */
export function zipfTable(count: number, skew: number): ZipfTable {
  const sums = new Float64Array(new SharedArrayBuffer(count * 8));
  let total = 0;
  for (let k = 0; k < count; k++) {
    total += 1 / (k + 1) ** skew;
    sums[k] = total;
  }
  const parts = 2 ** Math.ceil(Math.log2(count));
  const guide = new Uint32Array(new SharedArrayBuffer(parts * 4));
  for (let part = 0, k = 0; part < parts; part++) {
    while ((sums[k] as number) <= (part / parts) * total) k++;
    guide[part] = k;
  }
  return { sums, guide };
}

/** Draws from a table: a look at the guide, and a step or two from there (Chen and Asau, 1974). */
export function zipfDraw({ sums, guide }: ZipfTable, random: () => number): () => number {
  const total = sums[sums.length - 1] as number;
  const parts = guide.length;
  return () => {
    const share = random();
    const limit = share * total;
    let k = guide[Math.floor(share * parts)] as number;
    while ((sums[k] as number) <= limit) k++;
    return k;
  };
}

/** Draws from `0 … count - 1` by Zipf's law, see {@link zipfTable}. */
export function zipfNumbers(count: number, skew: number, random: () => number): () => number {
  return zipfDraw(zipfTable(count, skew), random);
}

/** A made-up trace, always the same: so many requests for `item:0` … by Zipf's law. */
export function zipfTrace(requests: number, keys: number, skew: number): Trace {
  const draw = zipfNumbers(keys, skew, seededRandom(1));
  // line by line: an array of them all would leave a heap that the demo's measurement of memory could not ignore
  const text = Buffer.alloc(requests * `item:${keys}\n`.length);
  let used = 0;
  for (let i = 0; i < requests; i++) used += text.write(`item:${draw()}\n`, used, 'latin1');
  return parseTrace(text.subarray(0, used), false) as Trace;
}
