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
 * Draws from `0 … count - 1`, the number `k` with a probability proportional to `1 / (k + 1) ** skew`: how often the
 * things of a service are asked for, a few of them all the time and most of them seldom (Breslau et al., INFOCOM 1999).
 */
export function zipfNumbers(count: number, skew: number, random: () => number): () => number {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum += 1 / (k + 1) ** skew;
    sums[k] = sum;
  }
  return () => firstAbove(sums, random() * sum);
}

/** The first index whose sum is above a limit, which the last sum is. */
function firstAbove(sums: Float64Array, limit: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] as number) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
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
