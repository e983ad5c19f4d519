/** Most edits between a typo and what was meant. */
const CLOSE = 2;

/**
 * Finds the known word that a mistyped one most likely stands for, or `undefined` when none is close: at
 * most two edits away, or containing it (`ttl` in `defaultTtl`), whatever the case.
 */
export function suggest(word: string, known: readonly string[]): string | undefined {
  if (word.length < 3 || word.length > 64) return undefined;
  const typed = word.toLowerCase();
  const ranked = known
    .map((name) => ({ name, edits: editDistance(typed, name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const [nearest] = ranked;
  if (nearest !== undefined && nearest.edits <= CLOSE) return nearest.name;
  return known.find((name) => name.toLowerCase().includes(typed));
}

/** Levenshtein's distance, row by row. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
