/** The classes of the heap's free blocks, as engine/heap.ts promises them and not by its code. */

export const COLUMNS = 32;

/** The list a free block is in. */
interface Place {
  readonly row: number;
  readonly column: number;
}

/** The class of a free block of this size: 8 bytes apart below 256, then 32 to each power of two. */
export function classOf(size: number): Place {
  if (size < 256) return { row: 0, column: size / 8 };
  const power = Math.floor(Math.log2(size));
  return { row: power - 7, column: Math.floor((size - 2 ** power) / 2 ** (power - 5)) };
}

/** The same as one number, in rising order of size. */
export function numberOf(size: number): number {
  const { row, column } = classOf(size);
  return row * COLUMNS + column;
}

/** The number of the first class whose every block is large enough. */
export function classFor(size: number): number {
  const { row } = classOf(size);
  const width = row === 0 ? 8 : 2 ** (row + 2);
  return numberOf(size) + (size % width === 0 ? 0 : 1);
}
