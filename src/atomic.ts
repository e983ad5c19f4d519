/** Operations that read a key and write it in one step, whatever other threads do meanwhile. */
import { type CacheError, cacheTypeError, describe } from './errors.js';
import { absent, type Store } from './store.js';
import { ABSENT_VERSION, KEEP_TTL, notAdded } from './writer.js';

/** Removes a key; its value, or `absent`. */
export function take(store: Store, key: unknown): unknown {
  for (;;) {
    // read and decode first: when that fails, it is still there
    const found = store.peekVersioned(key, 'take');
    if (store.writer.take(key, found?.version ?? ABSENT_VERSION)) return found ? found.value : absent;
  }
}

/** Stores what `compute` makes of the value (`undefined`: not there); what that was. `ttl` is µs, 0: never. */
export function update<Value>(
  store: Store,
  key: unknown,
  compute: (value: unknown) => Value,
  ttl: number,
): Value {
  for (;;) {
    const found = store.peekVersioned(key, 'update');
    const next = compute(found?.value);
    if (store.writer.put('update', key, next, ttl, found?.version ?? ABSENT_VERSION)) return next;
  }
}

/**
 * Adds to a number or bigint; the sum. `ttl` and `firstTtl` are µs, 0: never; `firstTtl` is for a key that is not
 * there, `ttl` for one that is: `undefined` leaves its deadline as it is.
 *
 * @throws {@link CacheError} `ERR_NOT_A_NUMBER`
 */
export function increment(
  store: Store,
  key: unknown,
  by: unknown,
  ttl: number | undefined,
  firstTtl: number,
): number | bigint {
  if (by !== undefined && !isNumber(by)) throw notANumber(key, 'by', by);
  for (;;) {
    if (typeof by !== 'bigint') {
      const result = store.writer.add(key, by ?? 1, ttl ?? KEEP_TTL);
      if (result !== notAdded) return result;
    }
    const found = store.peekVersioned(key, 'increment');
    if (found === undefined) {
      const start = by ?? 1;
      if (store.writer.put('increment', key, start, firstTtl, ABSENT_VERSION)) return start;
    } else {
      const next = sum(key, found.value, by);
      if (store.writer.put('increment', key, next, ttl ?? KEEP_TTL, found.version)) return next;
    }
  }
}

function sum(key: unknown, value: unknown, by: number | bigint | undefined): number | bigint {
  if (!isNumber(value)) throw notANumber(key, 'the value', value);
  if (typeof value === 'bigint') {
    const step = typeof by === 'number' && Number.isInteger(by) ? BigInt(by) : (by ?? 1n);
    if (typeof step === 'number') throw notANumber(key, 'by', step, 'an integer to add to a bigint');
    return value + step;
  }
  if (typeof by === 'bigint') throw notANumber(key, 'the value', value, 'a bigint to add a bigint to');
  const next = value + (by ?? 1);
  if (Number.isNaN(next)) throw notANumber(key, 'the sum', next);
  return next;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value));
}

function notANumber(key: unknown, what: string, value: unknown, required = 'a number or bigint'): CacheError {
  const message = `Cannot increment ${describe(key)}: ${what} is ${describe(value)}, ${required} is required`;
  return cacheTypeError('ERR_NOT_A_NUMBER', message);
}
