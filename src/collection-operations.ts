import type { CacheKey } from './codec/keys.js';
import { Cursor } from './cursor.js';
import { EntryOperations } from './entry-operations.js';
import { cacheTypeError, describe } from './errors.js';
import { opened } from './opened.js';
import { resolveTtl } from './options.js';
import { absent, type Item } from './store.js';

/** How to go through the entries. */
export interface IterationOptions {
  /** `'lru'`: from the least to the most recently used. Left out: in no particular order. */
  readonly order?: 'lru' | undefined;
}

/**
 * The operations on many entries.
 *
 * Iterations are weakly consistent: they go on while any thread changes the cache, hold no lock between two steps, and
 * meet every entry that stays the whole time exactly once and no key twice. An entry that is put, or removed, meanwhile is
 * met or not; one that is removed, or has expired, is not met from then on, and a value is what it is at its step. They
 * touch neither recency nor statistics. A whole iteration takes time in proportion to `maxSize`; with the order `'lru'`
 * also the sorting of the entries there are when it begins, and 28 bytes for each of them; that order is exact when nobody
 * uses the cache meanwhile, and entries put later are not met.
 */
export abstract class CollectionOperations<Key extends CacheKey, Value> extends EntryOperations<Key, Value> {
  /**
   * The keys of all entries.
   *
   * @throws {@link CacheError} `ERR_INVALID_OPTION`; a step: `ERR_CACHE_CLOSED`
   */
  keys(options?: IterationOptions): IterableIterator<Key> {
    return pick(this.#walk(options, 'keys', false), ({ key }) => key as Key);
  }

  /**
   * The values of all entries, each the caller's own copy.
   *
   * @throws {@link CacheError} As {@link CollectionOperations.keys}; a step: what the codec throws.
   */
  values(options?: IterationOptions): IterableIterator<Value> {
    return pick(this.#walk(options, 'values', true), ({ value }) => value as Value);
  }

  /**
   * All entries as `[key, value]`.
   *
   * @throws {@link CacheError} As {@link CollectionOperations.values}.
   */
  entries(options?: IterationOptions): IterableIterator<[Key, Value]> {
    return pick(this.#walk(options, 'entries', true), ({ key, value }) => [key as Key, value as Value]);
  }

  /** {@link CollectionOperations.entries}, for `for … of` and the spread operator. */
  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.entries();
  }

  /**
   * Calls a function for every entry, as a Map does. What it throws ends the iteration.
   *
   * @throws {@link CacheError} `ERR_INVALID_ARGUMENT` when it is no function.
   */
  forEach(callback: (value: Value, key: Key, cache: this) => void, thisArg?: unknown): void {
    this[opened]();
    if (typeof callback !== 'function') {
      const message = `Cannot iterate: the callback is ${describe(callback)}, a function is required`;
      throw cacheTypeError('ERR_INVALID_ARGUMENT', message);
    }
    for (const [key, value] of this.entries()) callback.call(thisArg, value, key, this);
  }

  /**
   * The values of many keys: a Map of those that are there, in the order asked for, with the keys as they were given. For
   * each key as {@link EntryOperations.get}; each is atomic, the whole is not.
   *
   * @throws {@link CacheError} `ERR_INVALID_KEY`, `ERR_INVALID_ARGUMENT` for what is no list; no key was looked up then.
   */
  getMany(keys: Iterable<Key>): Map<Key, Value> {
    const { writer } = this[opened]().store;
    const list = Array.from(listOf(keys, 'get', 'keys'));
    const checked = list.map((key) => writer.checkedKey(key, 'get'));
    const found = new Map<Key, Value>();
    for (const [index, key] of list.entries()) {
      const value = this[opened]().store.get(checked[index]);
      if (value !== absent) found.set(key, value as Value);
    }
    return found;
  }

  /**
   * Stores many entries, for each as {@link EntryOperations.put}; each is atomic, the whole is not. All values are encoded
   * before the first is stored.
   *
   * @param entries `[key, value]` pairs, for example a Map.
   * @param ttl One for all, as for {@link EntryOperations.put}.
   * @throws {@link CacheError} As {@link EntryOperations.put}; `ERR_INVALID_ARGUMENT` for what is no list of pairs; nothing
   * was stored then.
   */
  putMany(entries: Iterable<readonly [Key, Value]>, ttl?: number): void {
    const { store, defaultTtlMicros } = this[opened]();
    const micros = resolveTtl('put', entries, ttl, defaultTtlMicros);
    store.writer.putMany(pairsOf(listOf(entries, 'put', 'entries')), micros);
  }

  /**
   * Removes many keys, for each as {@link EntryOperations.delete}; how many were there. Each is atomic, the whole is not.
   *
   * @throws {@link CacheError} As {@link CollectionOperations.getMany}; nothing was removed then.
   */
  deleteMany(keys: Iterable<Key>): number {
    const { writer } = this[opened]().store;
    const checked = Array.from(listOf(keys, 'delete', 'keys'), (key) => writer.checkedKey(key, 'delete'));
    let count = 0;
    for (const key of checked) if (this[opened]().store.writer.delete(key)) count++;
    return count;
  }

  /** Says at once what is wrong with the call; the steps come later. */
  #walk(options: IterationOptions | undefined, name: string, withValue: boolean): Iterable<Item> {
    this[opened]();
    return isLru(options, name) ? this.#byRecency(withValue) : this.#inNoOrder(withValue);
  }

  *#inNoOrder(withValue: boolean): Generator<Item> {
    const cursor = new Cursor();
    for (;;) {
      const item = this[opened]().store.next(cursor, withValue);
      if (item === undefined) return;
      yield item;
    }
  }

  *#byRecency(withValue: boolean): Generator<Item> {
    for (const hash of this[opened]().store.byRecency()) {
      const item = this[opened]().store.itemAt(hash, withValue);
      if (item !== undefined) yield item;
    }
  }
}

function* pick<Part>(items: Iterable<Item>, part: (item: Item) => Part): Generator<Part> {
  for (const item of items) yield part(item);
}

function isLru(options: IterationOptions | undefined, name: string): boolean {
  if (options === undefined) return false;
  if (typeof options !== 'object' || options === null) {
    throw wrongOption(name, 'options', options, 'an object with the property order');
  }
  const { order, ...unknown } = options;
  const [other] = Reflect.ownKeys(unknown);
  if (other !== undefined) throw wrongOption(name, 'an option', other, 'order');
  if (order !== undefined && order !== 'lru') throw wrongOption(name, 'order', order, "'lru'");
  return order === 'lru';
}

function wrongOption(name: string, option: string, value: unknown, required: string): Error {
  const message = `Cannot go through the ${name}: ${option} is ${describe(value)}, ${required} is required`;
  return cacheTypeError('ERR_INVALID_OPTION', message);
}

/** A text is iterable too, but hardly meant as a list of its characters. */
function listOf<Element>(list: Iterable<Element>, operation: string, what: string): Iterable<Element> {
  const isList = typeof list === 'object' && list !== null && typeof list[Symbol.iterator] === 'function';
  if (isList) return list;
  const problem = `the list of ${what} is ${describe(list)}, an iterable is required`;
  throw cacheTypeError('ERR_INVALID_ARGUMENT', `Cannot ${operation} many: ${problem}`);
}

function* pairsOf<Pair extends readonly [unknown, unknown]>(entries: Iterable<Pair>): Generator<Pair> {
  for (const pair of entries) {
    if (!Array.isArray(pair) || pair.length !== 2) {
      const problem = `an entry is ${describe(pair)}, a pair of key and value is required`;
      throw cacheTypeError('ERR_INVALID_ARGUMENT', `Cannot put many: ${problem}`);
    }
    yield pair;
  }
}
