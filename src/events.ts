import type { CallsListener } from './calls.js';
import type { CleanerReport } from './cleaner/messages.js';
import type { CleanerListener } from './cleaner/supervisor.js';
import { type CacheKey, copyOfKey, formatKey } from './codec/keys.js';
import type { LoadingListener } from './loading/loading.js';
import type { HandleContent } from './memory/handle.js';
import type { Removal } from './memory/removal.js';
import type { Seat } from './memory/seat.js';
import { onRejection } from './rejection.js';
import type { RemovalEvent, RemovalListener } from './removal-event.js';
import type { RemovalLog } from './removal-log.js';

/** One registration of a listener; the same function may be registered twice. */
interface Registration {
  readonly listener: RemovalListener;
  hasFailed: boolean;
}

/**
 * What one thread's operations on a cache have to tell, to its logger and its listeners, when they are through.
 *
 * Listeners may use the cache. What that removes is told when they have all heard of what came before, by the call that
 * is telling already: everything is told in the order it happened, and a listener that removes again and again does not
 * overflow the stack.
 */
export class CacheEvents implements CallsListener, CleanerListener, LoadingListener {
  readonly #log: RemovalLog | undefined;
  readonly #name: string;
  readonly #maxBytes: number;
  /** One word for all threads: whether somebody has been warned that bytes are short. */
  readonly #warned: Int32Array;
  readonly #registrations = new Set<Registration>();
  /** To be told; those before `#told` have been. */
  #queue: RemovalEvent[] = [];
  #told = 0;
  #isTelling = false;
  #isWatched = false;
  #isUnstoredTold = false;
  /** Called when it is no longer, or from now on, of interest what the cleaner removes. */
  onInterest: (() => void) | undefined;

  constructor(log: RemovalLog | undefined, { memory, places }: Seat, { name, options }: HandleContent) {
    this.#log = log;
    this.#name = name;
    this.#maxBytes = options.maxBytes;
    this.#warned = new Int32Array(memory.buffer, places.pressureWarned, 1);
  }

  /** Whether anybody wants to know which entries go: a logger or a listener. */
  get isInterested(): boolean {
    return this.#log !== undefined || this.#registrations.size > 0;
  }

  /** Whether somebody wants to know more than what a logger is told: deletes, replacements and clears too. */
  get hasListeners(): boolean {
    return this.#registrations.size > 0;
  }

  /** Adds a listener; the function that takes it away again. */
  listen(listener: RemovalListener): () => void {
    const registration: Registration = { listener, hasFailed: false };
    this.#registrations.add(registration);
    this.onInterest?.();
    return () => {
      if (this.#registrations.delete(registration)) this.onInterest?.();
    };
  }

  /** Forgets all listeners. */
  stop(): void {
    this.#registrations.clear();
    this.#queue = [];
    this.#told = 0;
  }

  removed(removals: readonly RemovalEvent[]): void {
    // all of them, before a logger uses the cache: what that removes has come after them
    if (this.#registrations.size > 0) for (const event of removals) this.#queue.push(event);
    for (const event of removals) {
      if (event.cause === 'evicted' || event.cause === 'expired') this.#log?.removal(event as Removal);
    }
    this.#tellListeners();
  }

  /** Once for all threads: the first that had to evict for want of bytes says so. */
  pressed(): void {
    const warned = this.#warned;
    if (this.#log && Atomics.load(warned, 0) === 0 && Atomics.exchange(warned, 0, 1) === 0) {
      this.#log.pressure(this.#maxBytes);
    }
  }

  failedBehind(key: CacheKey, error: unknown): void {
    this.#log?.failedBehind(key, textOf(error));
  }

  /** Once in each thread. */
  unstored(key: CacheKey, byteLength: number): void {
    if (!this.#isUnstoredTold) this.#log?.unstored(key, byteLength);
    this.#isUnstoredTold = true;
  }

  started(): void {
    this.#log?.started();
  }

  stopped(): void {
    this.#log?.stopped();
  }

  failed(error: unknown): void {
    this.#log?.failed(error);
  }

  /** What the cleaner of this thread has done. */
  report({ keys, round, rebuilt }: CleanerReport): void {
    if (rebuilt !== undefined) this.rebuilt(rebuilt);
    this.removed(keys.map((key) => ({ key, cause: 'expired' })));
    if (round) this.#log?.round(round);
  }

  /**
   * Parts of the cache had to be rebuilt because a thread died inside them. That comes to light in the middle of an
   * operation, so it is told after it: a logger may call the cache.
   */
  rebuilt(count: number): void {
    queueMicrotask(() => this.#log?.rebuilt(count));
  }

  #tellListeners(): void {
    if (this.#isTelling) {
      this.#watchTelling();
      return;
    }
    this.#isTelling = true;
    try {
      for (let event = this.#next(); event !== undefined; event = this.#next()) {
        // those who listen now: one that is taken away meanwhile is not told any more
        for (const registration of [...this.#registrations]) {
          if (this.#registrations.has(registration)) this.#tell(registration, event);
        }
      }
    } finally {
      this.#isTelling = false;
    }
  }

  /** Not by shift(), which moves all that follow: a listener may have removed a hundred thousand. */
  #next(): RemovalEvent | undefined {
    const event = this.#queue[this.#told++];
    if (event !== undefined && this.#told < this.#queue.length) return event;
    this.#queue = [];
    this.#told = 0;
    return event;
  }

  /** Who is telling goes on with the queue, unless a time limit of vm has cut it off: nobody tells from an empty stack. */
  #watchTelling(): void {
    if (this.#isWatched) return;
    queueMicrotask(() => {
      this.#isWatched = false;
      this.#isTelling = false;
      this.#tellListeners();
    });
    // after: that may be cut off
    this.#isWatched = true;
  }

  #tell(registration: Registration, event: RemovalEvent): void {
    try {
      const returned = registration.listener(ownEvent(event));
      onRejection(returned, (error) => this.#listenerFailed(registration, event, error));
    } catch (error) {
      this.#listenerFailed(registration, event, error);
    }
  }

  /** Each time to the logger; without one, once for each listener as a warning of the process. */
  #listenerFailed(registration: Registration, event: RemovalEvent, error: unknown): void {
    const subject = event.cause === 'cleared' ? 'a clear' : `${event.cause} ${formatKey(event.key)}`;
    const text = `a removal listener failed, told of ${subject}: ${textOf(error)}`;
    if (this.#log) this.#log.failedListener(text);
    else if (!registration.hasFailed) process.emitWarning(`heddle ${JSON.stringify(this.#name)}: ${text}`);
    registration.hasFailed = true;
  }
}

/** An event of the listener's own, which it may change. */
function ownEvent(event: RemovalEvent): RemovalEvent {
  if (event.cause === 'cleared') return { cause: 'cleared' };
  const { key, cause } = event;
  return { key: copyOfKey(key), cause };
}

/** What an error says, whatever it is. */
function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'something that cannot be shown';
  }
}
