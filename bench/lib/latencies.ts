/** How long single operations took. */

/** Percentiles in nanoseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly worst: number;
  readonly samples: number;
}

/** The percentiles of all samples together, exact. */
export function latenciesOf(samples: readonly Float64Array[]): Latencies {
  const sorted = new Float64Array(samples.reduce((total, { length }) => total + length, 0));
  let used = 0;
  for (const some of samples) {
    sorted.set(some, used);
    used += some.length;
  }
  sorted.sort();
  if (used === 0) throw new Error('Cannot take percentiles of no latencies');
  const at = (share: number) => sorted[Math.min(used - 1, Math.floor(used * share))] as number;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), worst: at(1), samples: used };
}
