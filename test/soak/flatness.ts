/**
 * Whether a figure that was sampled over a long run has stayed flat: the median of the last third against that of the
 * middle third. The first third is for warming up; medians, because single samples meet a cache that was just cleared.
 */

/** What may lie between the two medians: the larger of a share of the middle one and an amount. */
export interface Tolerance {
  readonly share: number;
  readonly amount: number;
  /** Whether a fall counts as well: of what a leak pushes out. */
  readonly bothWays: boolean;
}

export interface Verdict {
  readonly middle: number;
  readonly last: number;
  readonly isFlat: boolean;
}

/** With fewer samples there is no verdict: a third of them says nothing. */
export const FEWEST_SAMPLES = 15;

/** Undefined when there are too few samples. */
export function judge(
  samples: readonly number[],
  { share, amount, bothWays }: Tolerance,
): Verdict | undefined {
  if (samples.length < FEWEST_SAMPLES) return undefined;
  const third = Math.floor(samples.length / 3);
  const middle = median(samples.slice(third, 2 * third));
  const last = median(samples.slice(2 * third));
  const moved = bothWays ? Math.abs(last - middle) : last - middle;
  return { middle, last, isFlat: moved <= Math.max(share * middle, amount) };
}

function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
