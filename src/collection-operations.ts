import type { CacheKey } from './codec/keys.js';
import { Cursor } from './cursor.js';
import { EntryOperations } from './entry-operations.js';
import { cacheTypeError, describe } from './errors.js';
import { opened } from './opened.js';
import type { Item } from './store.js';

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
