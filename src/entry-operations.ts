import { increment, take, update } from './atomic.js';
import type { CacheKey } from './codec/keys.js';
import { cacheTypeError, describe } from './errors.js';
import { type Opened, opened } from './opened.js';
import { resolveTtl } from './options.js';
import { absent } from './store.js';
import { ABSENT_VERSION } from './writer.js';

/** A value with the version of its entry, for {@link EntryOperations.putIfVersion}. */
export interface VersionedValue<Value = unknown> {
  readonly value: Value;
  /**
   * A positive integer, opaque: to be given back, or compared by `===`. It changes with every write of the key, and no
   * version of a key ever comes again, not after a delete, an eviction or a clear either.
   */
  readonly version: number;
}

/** What incrementing gives: of a cache's values those that are numbers, or either kind where that is not known. */
export type Incremented<Value> = Value & (number | bigint);

/** The operations on one entry. Each is atomic over all threads, linearizable per key, and O(1). */
export abstract class EntryOperations<Key extends CacheKey, Value> {
  /** @internal */
  abstract [opened](): Opened;

  /**
   * Stores a value and makes the entry the most recently used. A value that was there is replaced, its TTL too. When
   * the cache is full, the least recently used entries go. Counts a put.
   *
   * @param ttl Seconds until it expires, above 0; left out: the default TTL; `Infinity`: never, whatever the default.
   * @throws {@link CacheError} `ERR_INVALID_KEY`, `ERR_INVALID_TTL`, `ERR_VALUE_NOT_CLONEABLE`, `ERR_VALUE_TOO_LARGE`;
   * nothing has changed then.
   */
  put(key: Key, value: Value, ttl?: number): void {
    const { store, defaultTtlMicros } = this[opened]();
    store.writer.put('put', key, value, resolveTtl('put', key, ttl, defaultTtlMicros));
  }

  /**
   * The value of a key, as the caller's own copy, or `undefined` when it is not there. The entry becomes the most
   * recently used; a hit or a miss is counted. An entry that has expired is removed and is a miss.
   *
   * @throws {@link CacheError} `ERR_INVALID_KEY`
   */
  get(key: Key): Value | undefined {
    const value = this[opened]().store.get(key);
    return value === absent ? undefined : (value as Value);
  }

  /**
   * The value of a key without touching recency or statistics, or `undefined`.
   *
   * @throws {@link CacheError} `ERR_INVALID_KEY`
   */
  peek(key: Key): Value | undefined {
    const value = this[opened]().store.peek(key);
    return value === absent ? undefined : (value as Value);
  }

  /**
   * Whether a key is there and has not expired; touches neither recency nor statistics.
   *
   * @throws {@link CacheError} `ERR_INVALID_KEY`
   */
  has(key: Key): boolean {
    return this[opened]().store.has(key);
  }

  /**
   * Removes a key; whether it was there and had not expired. Counts a delete when it was.
   *
   * @throws {@link CacheError} `ERR_INVALID_KEY`
   */
  delete(key: Key): boolean {
    return this[opened]().store.writer.delete(key);
  }

  /**
   * Seconds that an entry has left, above 0, with fractions down to a microsecond; `Infinity` when it never expires,
   * `undefined` when it is not there. Touches neither recency nor statistics.
   *
   * @throws {@link CacheError} `ERR_INVALID_KEY`
   */
  ttl(key: Key): number | undefined {
    const micros = this[opened]().store.ttl(key);
    return micros === undefined ? undefined : micros / 1e6;
  }

  /**
   * Gives an entry a new time to live, from now on, and makes it the most recently used, without reading its value;
   * whether it was there. Its version stays, and nothing is counted.
   *
   * @param ttl As for {@link EntryOperations.put}: left out, the default TTL, and without one it never expires.
   * @throws {@link CacheError} `ERR_INVALID_KEY`, `ERR_INVALID_TTL`
   */
  touch(key: Key, ttl?: number): boolean {
    const { store, defaultTtlMicros } = this[opened]();
    return store.writer.touch(key, resolveTtl('touch', key, ttl, defaultTtlMicros));
  }

  /**
   * Stores a value unless the key is there; whether it was stored. As {@link EntryOperations.put} when it was, else
   * without any effect. Of several threads that try it at once, one succeeds.
   *
   * @throws {@link CacheError} As {@link EntryOperations.put}.
   */
  putIfAbsent(key: Key, value: Value, ttl?: number): boolean {
    const { store, defaultTtlMicros } = this[opened]();
    const micros = resolveTtl('put', key, ttl, defaultTtlMicros);
    return store.writer.put('put', key, value, micros, ABSENT_VERSION);
  }

  /**
   * Removes a key and answers its value, or `undefined` when it was not there: of several threads that take a key, one
   * gets its value. Counts a hit and a delete, or a miss.
   *
   * @throws {@link CacheError} `ERR_INVALID_KEY`
   */
  take(key: Key): Value | undefined {
    const value = take(this[opened]().store, key);
    return value === absent ? undefined : (value as Value);
  }

  /**
   * Adds to a number and answers the sum; a key that is not there starts from 0. Of any number of threads that
   * increment a key, none is lost. Safe integers and bigints are added exactly, other numbers as doubles, which also
   * holds for sums beyond the safe integers. Counts a put, makes the entry the most recently used.
   *
   * @param by A number or bigint; default 1. To a bigint integers are added as bigints; a bigint is not added to a
   * number.
   * @param ttl As for {@link EntryOperations.put}, but left out it leaves the deadline of an entry that is there as it
   * is: that of the first increment stays, as a rate limit needs it.
   * @throws {@link CacheError} `ERR_NOT_A_NUMBER` when the value or `by` is no number, or NaN, or the sum is;
   * `ERR_INVALID_KEY`, `ERR_INVALID_TTL`; nothing has changed then.
   */
  increment(key: Key, by?: number | bigint, ttl?: number): Incremented<Value> {
    const { store, defaultTtlMicros } = this[opened]();
    const firstTtl = resolveTtl('increment', key, ttl, defaultTtlMicros);
    const laterTtl = ttl === undefined ? undefined : firstTtl;
    return increment(store, key, by, laterTtl, firstTtl) as Incremented<Value>;
  }

  /**
   * Stores what a function makes of the value, and answers that. When another thread writes the key in between, the
   * function runs again with what is there then; so it may run several times, and must not write this key itself. What
   * it throws reaches the caller, and nothing has changed. Counts a put; as {@link EntryOperations.put} for recency and
   * TTL.
   *
   * @param fn Gets the value, the caller's own copy, or `undefined` when the key is not there. A promise is not waited
   * for, and cannot be stored.
   * @param ttl As for {@link EntryOperations.put}.
   * @throws {@link CacheError} As {@link EntryOperations.put}; `ERR_INVALID_ARGUMENT` when `fn` is no function.
   */
  update(key: Key, fn: (value: Value | undefined) => Value, ttl?: number): Value {
    const { store, defaultTtlMicros } = this[opened]();
    if (typeof fn !== 'function') throw wrongArgument('update', key, 'fn', fn, 'a function');
    const micros = resolveTtl('update', key, ttl, defaultTtlMicros);
    return update(store, key, (value) => fn(value as Value | undefined), micros);
  }

  /**
   * The value of a key with the version of its entry, or `undefined` when it is not there. As
   * {@link EntryOperations.get} for recency and statistics.
   *
   * @throws {@link CacheError} `ERR_INVALID_KEY`
   */
  getVersioned(key: Key): VersionedValue<Value> | undefined {
    return this[opened]().store.getVersioned(key) as VersionedValue<Value> | undefined;
  }

  /**
   * Stores a value if the entry still has the version that {@link EntryOperations.getVersioned} has answered, so that
   * nobody has written the key since; whether it was stored. As {@link EntryOperations.put} when it was, else without
   * any effect.
   *
   * @throws {@link CacheError} As {@link EntryOperations.put}; `ERR_INVALID_ARGUMENT` for what cannot be a version.
   */
  putIfVersion(key: Key, value: Value, version: number, ttl?: number): boolean {
    const { store, defaultTtlMicros } = this[opened]();
    if (!(Number.isSafeInteger(version) && version > 0)) {
      throw wrongArgument('put', key, 'version', version, 'a version from getVersioned');
    }
    const micros = resolveTtl('put', key, ttl, defaultTtlMicros);
    return store.writer.put('put', key, value, micros, version);
  }
}

function wrongArgument(
  operation: string,
  key: unknown,
  name: string,
  value: unknown,
  required: string,
): Error {
  const message = `Cannot ${operation} ${describe(key)}: ${name} is ${describe(value)}, ${required} is required`;
  return cacheTypeError('ERR_INVALID_ARGUMENT', message);
}
