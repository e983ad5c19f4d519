import { randomUUID } from 'node:crypto';
import { type InspectOptions, inspect } from 'node:util';
import { type AttachOptions, resolveAttachOptions } from './attach-options.js';
import type { CacheHandle } from './cache-handle.js';
import { closedError } from './calls.js';
import { CleanerSupervisor } from './cleaner/supervisor.js';
import type { CacheKey } from './codec/keys.js';
import type { ValueCodec } from './codec/values.js';
import { cacheError, cacheTypeError, describe } from './errors.js';
import { CacheEvents } from './events.js';
import { Computing } from './loading/computing.js';
import { Loading } from './loading/loading.js';
import { LoadingOperations } from './loading-operations.js';
import type { CacheLogger } from './logger.js';
import { forget, recall, remember } from './memory/attached.js';
import { createMemory } from './memory/create.js';
import { counters, Status } from './memory/engine.js';
import { type HandleContent, readHandle } from './memory/handle.js';
import { isOpen } from './memory/liveness.js';
import { findHandle, publishHandle, withdrawHandle } from './memory/registry.js';
import { Seat } from './memory/seat.js';
import { requireStack } from './memory/stack.js';
import { type Opened, opened } from './opened.js';
import { type CacheOptions, resolveOptions } from './options.js';
import type { RemovalListener } from './removal-event.js';
import { RemovalLog } from './removal-log.js';
import type { CacheStats } from './stats.js';
import { Store } from './store.js';

/** What a constructor call from attach() looks like: nobody else can make one. */
class Attachment {
  readonly handle: HandleContent;
  readonly codec: ValueCodec | undefined;
  readonly logger: CacheLogger | undefined;

  constructor(handle: HandleContent, codec: ValueCodec | undefined, logger: CacheLogger | undefined) {
    this.handle = handle;
    this.codec = codec;
    this.logger = logger;
  }
}

/**
 * A cache that all threads of the process use at the same time, synchronously: least recently used entries make room,
 * entries expire, memory is bounded. It lives in shared memory, outside of every thread's heap.
 *
 * One object for each cache and thread: `open` and `attach` answer the same one when the thread has it already.
 *
 * Every operation is O(1), may be called from any thread at any time and is linearizable per key; after `shutdown` it
 * throws `ERR_CACHE_CLOSED`. An operation waits only while another thread is inside the same part of the cache, which
 * takes fractions of a microsecond.
 *
 * @example
 * const cache = new ThreadSafeCache<string, string>({ name: 'users', maxSize: 10_000, defaultTtl: 300 });
 * cache.put('user:1', 'Ada');
 * cache.get('user:1'); // 'Ada'
 * cache.shutdown();
 */
export class ThreadSafeCache<Key extends CacheKey = CacheKey, Value = unknown> extends LoadingOperations<
  Key,
  Value
> {
  readonly #handle: HandleContent;
  readonly #isCreator: boolean;
  /** This object has made the cache known by its name. */
  readonly #isPublisher: boolean;
  readonly #events: CacheEvents;
  readonly #cleaner: CleanerSupervisor | undefined;
  readonly #loading: Loading;
  #seat: Seat | undefined;
  #opened: Opened | undefined;

  /**
   * Creates a cache, reserves its memory, and makes it known by its name to this thread and to every worker started
   * from now on. Starts the cleaner's thread, which keeps no process alive.
   *
   * @throws {@link CacheError} `ERR_INVALID_OPTION`; `ERR_CACHE_EXISTS` when this thread knows a live cache of that
   * name; `ERR_OUT_OF_MEMORY` when the process has not as much address space left; `ERR_UNSUPPORTED_RUNTIME`.
   */
  constructor(options: CacheOptions) {
    super();
    requireStack();
    const source: unknown = options;
    this.#isCreator = !(source instanceof Attachment);
    const { handle, codec, logger } = source instanceof Attachment ? source : create(options);
    this.#handle = handle;
    const seat = new Seat(handle.module, handle.memory);
    const events = new CacheEvents(logger && new RemovalLog(logger, handle.name), seat, handle);
    this.#events = events;
    seat.onRebuild = (count) => events.rebuilt(count);
    this.#seat = seat;
    const store = new Store(seat, codec, handle.options, events);
    this.#loading = new Loading(store, handle.id, events);
    const { defaultTtlMicros } = handle.options;
    const computing = new Computing(this.#loading);
    this.#opened = { store, loading: this.#loading, computing, defaultTtlMicros };
    if (handle.options.cleanupIntervalMs > 0) {
      const cleaner = new CleanerSupervisor(handle, seat, events, () => this.shutdown());
      this.#cleaner = cleaner;
      events.onInterest = () => cleaner.followInterest();
      if (this.#isCreator) cleaner.start();
    }
    remember(handle.id, this, seat);
    const known = findHandle(handle.name);
    this.#isPublisher = known?.id !== handle.id && (known === undefined || !isLive(known));
    if (this.#isPublisher) publishHandle(handle);
  }

  /**
   * Opens a cache by its name. It is found when it was created in this thread, or in a thread above this one before
   * this one (or the thread between them) was started; caches that sibling workers have made are not found, and want
   * {@link ThreadSafeCache.attach}, after which they are found too while this thread is attached. In a thread that has the
   * cache already it answers that object, whose logger and codec stay.
   *
   * @throws {@link CacheError} `ERR_CACHE_NOT_FOUND`, `ERR_INVALID_OPTION`, `ERR_TOO_MANY_THREADS`
   */
  static open<Key extends CacheKey = CacheKey, Value = unknown>(
    name: string,
    options: AttachOptions = {},
  ): ThreadSafeCache<Key, Value> {
    const handle = typeof name === 'string' ? findHandle(name) : undefined;
    if (handle === undefined || !isLive(handle)) {
      throw cacheError(
        'ERR_CACHE_NOT_FOUND',
        `Cannot open the cache ${describe(name)}: ${handle ? 'it was shut down' : 'this thread knows none of that name'}, ` +
          'a cache is required that was created in this thread, or in a thread above it before this one was started; ' +
          'to others send its handle and call ThreadSafeCache.attach(handle)',
      );
    }
    return ThreadSafeCache.#enter(handle, options);
  }

  /**
   * Attaches to a cache by the handle that another thread has sent, and makes it known by its name to this thread and the
   * workers that it starts from now on, unless they know another one of that name. As {@link ThreadSafeCache.open} where the
   * thread has it already.
   *
   * @throws {@link CacheError} `ERR_INCOMPATIBLE_HANDLE`, `ERR_CACHE_CLOSED`, `ERR_INVALID_OPTION`,
   * `ERR_TOO_MANY_THREADS`
   */
  static attach<Key extends CacheKey = CacheKey, Value = unknown>(
    handle: CacheHandle,
    options: AttachOptions = {},
  ): ThreadSafeCache<Key, Value> {
    const content = readHandle(handle);
    if (!isOpen(content)) throw closedError();
    return ThreadSafeCache.#enter(content, options);
  }

  // not #attach: Rollup 4.68 takes calls of `attach` for calls of that, and leaves out what is done with the result
  static #enter<Key extends CacheKey, Value>(
    handle: HandleContent,
    options: AttachOptions,
  ): ThreadSafeCache<Key, Value> {
    const present = recall(handle.id);
    const needsCodec = present === undefined && handle.options.hasCodec;
    const { codec, logger } = resolveAttachOptions(options, needsCodec);
    if (present !== undefined) return present as ThreadSafeCache<Key, Value>;
    return new ThreadSafeCache(new Attachment(handle, codec, logger) as unknown as CacheOptions);
  }

  /** The name that {@link ThreadSafeCache.open} finds this cache by. */
  get name(): string {
    return this.#handle.name;
  }

  /** What another thread needs to attach: structured-cloneable, for `postMessage` and `workerData`. */
  get handle(): CacheHandle {
    return this.#handle as unknown as CacheHandle;
  }

  /** Removes every entry, at once for all threads and in constant time. Statistics go on counting. */
  clear(): void {
    this[opened]().store.clear();
  }

  /** Entries held; an expired one counts until it is removed, a put of another thread may count while in flight. */
  get size(): number {
    return this[opened]().store.size();
  }

  /**
   * Tells a listener of every entry that goes: those that this thread's operations remove, expired ones that they come
   * upon included, and in the thread whose cleaner it is (the one that created the cache, while that lives and is not
   * blocked for seconds) those that the cleaner removes, some time after. Other threads listen for themselves.
   *
   * The listener runs when the operation is through, before it returns, and never inside of the cache: it may use the
   * cache. What that removes is told after what came before; a listener that removes something each time it is told of
   * something never comes to an end. What it throws, or the rejection of a promise it returns, is
   * written to the logger as an error, or without one, once, as a warning of the process: it harms neither the operation
   * nor another listener. Costs nothing while nobody listens.
   *
   * @returns A function that takes the listener away again; it may be called more than once.
   * @throws {@link CacheError} `ERR_INVALID_ARGUMENT` when it is no function.
   */
  onRemoval(listener: RemovalListener<Key>): () => void {
    this[opened]();
    if (typeof listener !== 'function') {
      const message = `Cannot listen: the listener is ${describe(listener)}, a function is required`;
      throw cacheTypeError('ERR_INVALID_ARGUMENT', message);
    }
    return this.#events.listen(listener as RemovalListener);
  }

  /** Figures of all threads together, since the cache was created. */
  getStats(): CacheStats {
    const currentSize = this.size;
    const { engine } = this.#seat as Seat;
    const counts = Object.fromEntries(counters.map((name, index) => [name, engine.counter(index)]));
    const { hits = 0, misses = 0, puts = 0, deletes = 0, evictions = 0, expired = 0, rebuilds = 0 } = counts;
    const { loads = 0, loadFailures = 0, loadMicros = 0, waits = 0, staleServed = 0 } = counts;
    const totalRequests = hits + misses;
    return {
      hits,
      misses,
      hitRate: totalRequests === 0 ? 0 : hits / totalRequests,
      totalRequests,
      currentSize,
      evictions,
      expiredRemovals: expired,
      puts,
      deletes,
      maxSize: engine.maxSize(),
      bytesUsed: engine.bytesUsed(),
      maxBytes: this.#handle.options.maxBytes,
      threads: engine.threads(),
      rebuilds,
      loads,
      loadFailures,
      loadTimeMs: loadMicros / 1000,
      waits,
      staleServed,
    };
  }

  /**
   * In the thread that created the cache: ends it for all threads. In a thread that attached: detaches that thread.
   * May be called again.
   */
  shutdown(): void {
    const seat = this.#seat;
    if (seat === undefined) return;
    requireStack();
    this.#opened = undefined;
    if (this.#isCreator) seat.engine.markClosed();
    this.#loading.stop();
    if (this.#isPublisher || seat.engine.size() === Status.CLOSED) withdrawHandle(this.#handle);
    this.#cleaner?.stop();
    this.#events.stop();
    forget(this.#handle.id);
    seat.leave();
    // last: what was cut off goes on with the next call
    this.#seat = undefined;
  }

  /** {@link ThreadSafeCache.shutdown}, for `using`. */
  [Symbol.dispose](): void {
    this.shutdown();
  }

  /** What `console.log` shows of it. @internal */
  [inspect.custom](_depth: number, options: InspectOptions): string {
    const size = this.#seat?.engine.size() ?? Status.CLOSED;
    const shown = size === Status.CLOSED ? { name: this.name, isClosed: true } : { name: this.name, size };
    return `ThreadSafeCache ${inspect(shown, options)}`;
  }

  /** @internal */
  [opened](): Opened {
    const open = this.#opened;
    if (open === undefined || this.#seat?.hasLeft) throw closedError();
    return open;
  }
}

/** Whether a cache that is known by its name is open; if not, its memory is not kept for that name any longer. */
function isLive(known: HandleContent): boolean {
  if (isOpen(known)) return true;
  withdrawHandle(known);
  return false;
}

function create(given: CacheOptions): Attachment {
  const options = resolveOptions(given);
  const known = findHandle(options.name);
  if (known !== undefined && isLive(known)) {
    throw cacheError(
      'ERR_CACHE_EXISTS',
      `Cannot create the cache ${describe(options.name)}: a live one of that name exists, another name is required, or shutdown() first`,
    );
  }
  return new Attachment(createMemory(randomUUID(), options), options.codec, options.logger);
}
