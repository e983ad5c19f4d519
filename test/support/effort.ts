/** How much of what takes long a run does. */

/** Everything: `npm run test:all`, or `HEDDLE_LONG`, which does more than that. The ordinary run takes samples. */
export const ALL: boolean = process.env['HEDDLE_ALL'] === '1' || process.env['HEDDLE_LONG'] === '1';

/** All of them, or in the ordinary run one of so many. */
export function sampled<Item>(items: readonly Item[], every: number): readonly Item[] {
  return ALL ? items : items.filter((_, index) => (index + 1) % every === 0);
}
