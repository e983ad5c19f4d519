import type { CacheKey } from './codec/keys.js';
import { CollectionOperations } from './collection-operations.js';
import {
  type ComputeOptions,
  type LoadOptions,
  resolveComputeOptions,
  resolveLoadOptions,
} from './loading/options.js';
import { opened } from './opened.js';

/** The operations that fill the cache: over all threads of the process one loads a key, the others wait for it. */
export abstract class LoadingOperations<Key extends CacheKey, Value> extends CollectionOperations<
  Key,
  Value
> {
  /**
   * The value of a key; when it is not there, what the loader brings, which is stored. Over all threads of the process one
   * loader at a time runs for a key, the one given to whoever came first; the other callers wait for it, without blocking
   * their threads, and get its value: each its own copy, as from {@link EntryOperations.get}, the first one too. Waiting
   * keeps the process alive.
   *
   * What is written during the load wins: after a `put`, `delete`, `take`, `increment`, `update` or `clear` of the key, by
   * any thread, what the loader brings still goes to those who wait, and is not stored. Nor is what does not fit, nor
   * what a thread loads by itself since so many keys were loaded at once that it has found no room for half of its timeout.
   *
   * A loader that throws makes all who wait fail: in its own thread with what it threw, in others with
   * `ERR_LOAD_FAILED`, its copy being the `cause`: of an error name, message, stack, `code` and cause. Nothing is stored,
   * and the next call loads again. When the thread that loads is terminated, or its time is over, one of those who wait
   * loads at once.
   *
   * After a shutdown who waits for another thread fails with `ERR_CACHE_CLOSED`; what this thread loads already comes to
   * its end, and is not stored.
   *
   * Counts a hit or a miss, a load for each run of the loader, one wait for each call that waits for another's.
   *
   * @param loader Gets the key; its result, or what its promise brings, is the value. If it waits for the same key, or
   * for one whose loader waits for this one, all of them end by their timeouts.
   * @throws {@link CacheError} as rejections: `ERR_INVALID_KEY`, `ERR_INVALID_OPTION`, `ERR_INVALID_TTL`,
   * `ERR_INVALID_ARGUMENT`; what the loader throws; `ERR_LOAD_FAILED`; `ERR_LOAD_TIMEOUT` when the loader of this thread
   * has taken too long; `ERR_VALUE_NOT_CLONEABLE`; the reason of the signal; `ERR_CACHE_CLOSED`.
   *
   * @example
   * const user = await cache.getOrLoad('user:1', (key) => database.find(key), { ttl: 60, staleFor: 300 });
   */
  async getOrLoad(
    key: Key,
    loader: (key: Key) => Value | PromiseLike<Value>,
    options: LoadOptions = {},
  ): Promise<Value> {
    const { loading, defaultTtlMicros } = this[opened]();
    const plan = resolveLoadOptions(key, options, defaultTtlMicros);
    return (await loading.getOrLoad(key, loader, plan)) as Value;
  }

  /**
   * The same for work that a thread does synchronously: **other threads that ask for the key meanwhile are blocked** until it
   * is done, with their event loops. For work of milliseconds that is worth more than the waiting of all. A thread that
   * loads the key by {@link LoadingOperations.getOrLoad} itself does not wait for itself: it computes, and stores that
   * instead. Nor does one that has loads or computations of its own under way wait when too many are: it computes, and
   * stores nothing.
   *
   * @param compute Gets the key; its result is the value. A promise is not waited for, and cannot be stored. It must not
   * ask for a key that another thread computes while that asks for this one: both would wait until a timeout ends.
   * @throws {@link CacheError} As {@link LoadingOperations.getOrLoad}, but for the timeout, which only lets another thread
   * compute; `ERR_LOAD_REENTERED` when `compute` asks for its own key.
   */
  getOrCompute(key: Key, compute: (key: Key) => Value, options: ComputeOptions = {}): Value {
    const { computing, defaultTtlMicros } = this[opened]();
    const plan = resolveComputeOptions(key, options, defaultTtlMicros);
    return computing.getOrCompute(key, compute, plan) as Value;
  }
}
