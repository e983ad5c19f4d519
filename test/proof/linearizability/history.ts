/** Histories: what threads asked of a cache, in which order it began and ended, and what they were told. */

/**
 * The operations that are recorded. A record holds the place of its kind in this list. `swap` puts a value and answers
 * the one that was there, in one step: it is `update`, or a loop of `getVersioned` and `putIfVersion`.
 */
export const KINDS = [
  ...(['put', 'get', 'peek', 'has', 'delete', 'clear', 'size'] as const),
  ...(['putIfAbsent', 'take', 'swap', 'increment'] as const),
];

export type Kind = (typeof KINDS)[number];

/** Whether an operation of this kind brings a value along. */
export function bringsValue(kind: Kind): boolean {
  return kind === 'put' || kind === 'putIfAbsent' || kind === 'swap';
}

/** Whether it answers with a value. */
export function answersValue(kind: Kind): boolean {
  return kind === 'get' || kind === 'peek' || kind === 'take' || kind === 'swap' || kind === 'increment';
}

/** Stands for "no value" where the number of a value is asked for. */
export const ABSENT = 0;

/** Stands for a value that nobody has put: torn, cut off, or mixed from two. */
export const BROKEN = -1;

/** Stands for a key where there is none: `clear` and `size`. */
export const NO_KEY = -1;

/** One call of one thread. A thread's calls do not overlap. */
export interface Operation {
  readonly thread: number;
  readonly kind: Kind;
  /** Index of the key, or {@link NO_KEY}. */
  readonly key: number;
  /** Number of the value that is put; {@link ABSENT} for other kinds. Every put has a number of its own. */
  readonly argument: number;
  /**
   * get, peek, take, swap: number of the value read, or {@link ABSENT}, or {@link BROKEN}; increment: the sum; has, delete,
   * putIfAbsent: 1 or 0; size: the size.
   */
  readonly result: number;
  /** Ticks of the shared logical clock; no two are the same. */
  readonly called: number;
  /** Infinity: pending. The thread died in it, so it happens at some moment after the call, or never. */
  readonly returned: number;
  /** The same moments in µs, where they are recorded. */
  readonly calledAt: number;
  readonly returnedAt: number;
}

/** Whether the thread has died in this call. */
export function isPending({ returned }: Operation): boolean {
  return returned === Number.POSITIVE_INFINITY;
}

/** Whether the operation can change what is stored. */
export function isChange({ kind }: Operation): boolean {
  return kind !== 'get' && kind !== 'peek' && kind !== 'has' && kind !== 'size';
}

/** One line of a report: `2: get(k1) = 1048577 [104, 110]`. */
export function describeOperation(operation: Operation): string {
  const { thread, kind, key, argument, called, returned } = operation;
  const given = [key === NO_KEY ? [] : `k${key}`, bringsValue(kind) ? argument : []].flat();
  const answer =
    kind === 'put' || kind === 'clear' || isPending(operation) ? '' : ` = ${answerOf(operation)}`;
  return `${thread}: ${kind}(${given.join(', ')})${answer} [${called}, ${isPending(operation) ? 'never' : returned}]`;
}

function answerOf({ kind, result }: Operation): string {
  if (kind === 'has' || kind === 'delete' || kind === 'putIfAbsent') return String(result === 1);
  if (kind === 'size' || result > ABSENT) return String(result);
  return result === ABSENT ? 'undefined' : 'a value that nobody has put';
}
