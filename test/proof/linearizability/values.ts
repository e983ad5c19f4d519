/**
 * Values that tell who has put them. A value is made from its number alone, so that whoever reads it can say which
 * one it is, and whether it is whole.
 */
import { BROKEN } from './history.js';

/**
 * `small` ones travel through a thread's scratch, `large` ones are copied from shared memory without a lock; `counts` are
 * not put, but counted.
 */
export type Sizes = 'small' | 'large' | 'mixed' | 'counts';

export type Value = number | string | Uint8Array;

const COUNTER_BITS = 16;
const THREAD_BITS = 3;
const HISTORIES = 4096;

const LEAST_LARGE = 8193;
/** Primes, so that neighbours differ in length. */
const SMALL_SPREAD = 211;
const LARGE_SPREAD = 9001;

/** The number of the value that a thread puts with its n-th operation (from 1) of a history. */
export function valueNumber(history: number, thread: number, operation: number): number {
  return (((history % HISTORIES) << THREAD_BITS) | thread) * 2 ** COUNTER_BITS + operation;
}

/** The value with a number: a number, text or bytes. */
export function makeValue(number: number, sizes: Sizes): Value {
  const isLarge = sizes === 'large' || (sizes === 'mixed' && number % 5 === 0);
  if (isLarge) {
    const length = LEAST_LARGE + ((number * 37) % LARGE_SPREAD);
    return number % 2 === 0 ? textOf(number, length) : bytesOf(number, length);
  }
  const length = 16 + ((number * 13) % SMALL_SPREAD);
  if (number % 4 === 0) return number;
  return number % 4 === 1 ? bytesOf(number, length) : textOf(number, length);
}

/** The number of a value that was read, or {@link BROKEN} when it is not exactly what was put. */
export function numberOf(value: unknown, sizes: Sizes): number {
  const number = claimedNumber(value);
  if (sizes === 'counts') return typeof value === 'number' && value > 0 ? value : BROKEN;
  if (!Number.isSafeInteger(number) || number <= 0 || number >= 2 ** 31) return BROKEN;
  return isSame(value, makeValue(number, sizes)) ? number : BROKEN;
}

function claimedNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return Number.parseInt(value, 10);
  return value instanceof Uint8Array && value.length >= 4 ? (wordsOf(value)[0] ?? 0) : 0;
}

function isSame(read: unknown, expected: Value): boolean {
  if (typeof expected !== 'object') return read === expected;
  return read instanceof Uint8Array && Buffer.compare(read, expected) === 0;
}

function textOf(number: number, length: number): string {
  const text = `${number}:`;
  return text.repeat(Math.ceil(length / text.length)).slice(0, length);
}

/** The number, again and again. */
function bytesOf(number: number, length: number): Uint8Array {
  const words = Math.ceil(length / 4);
  return new Uint8Array(new Int32Array(words).fill(number).buffer);
}

function wordsOf(bytes: Uint8Array): Int32Array {
  return new Int32Array(bytes.slice(0, 4).buffer);
}
