/** The few statistics that the reports need. */

/** The middle and the quartiles of some figures. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The quantile (0 … 1) of some figures, between neighbours in proportion. */
export function quantile(figures: readonly number[], at: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error('Cannot take a quantile of no figures');
  return below + (above - below) * (place - Math.floor(place));
}

/** Median and quartiles. */
export function spread(figures: readonly number[]): Spread {
  return { median: quantile(figures, 0.5), low: quantile(figures, 0.25), high: quantile(figures, 0.75) };
}

/** A spread of the ratios of figures taken side by side, round for round. */
export function ratios(figures: readonly number[], reference: readonly number[]): Spread {
  return spread(figures.map((figure, round) => figure / (reference[round] ?? Number.NaN)));
}

/** Three digits, for tables. */
export function digits(figure: number): string {
  if (!Number.isFinite(figure)) return '–';
  if (Math.abs(figure) >= 100) return Math.round(figure).toLocaleString('en');
  return figure
    .toPrecision(3)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

/** A spread as text: the median, and the quartiles. */
export function spreadText({ median, low, high }: Spread): string {
  return `${digits(median)} (${digits(low)}–${digits(high)})`;
}
