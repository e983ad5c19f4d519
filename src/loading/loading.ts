import { type CacheKey, copyOfKey } from '../codec/keys.js';
import type { ValueEncoder } from '../codec/values.js';
import { cacheError, cacheTypeError, describe } from '../errors.js';
import { nowMicros } from '../memory/clock.js';
import type { Flight } from '../memory/engine.js';
import { absent, type Store } from '../store.js';
import { Failures } from './failures.js';
import { Flights } from './flights.js';
import { Lease, overdue } from './lease.js';
import { KeyMap, Load, type Outcome } from './load.js';
import type { LoadPlan } from './options.js';
import { Parcel, packFailure, unpackFailure } from './parcel.js';
import { Queue } from './queue.js';
import { Tally } from './tally.js';
import { Waiting } from './waiting.js';

/** The loader of a user, with the key it was called for. */
export type AnyLoader = (key: unknown) => unknown;

/** Who wants to know of what else nobody would notice. */
export interface LoadingListener {
  /** A load has failed for whose value nobody waits. */
  failedBehind(key: CacheKey, error: unknown): void;
  /** A value was loaded that does not fit; may be said again and again. */
  unstored(key: CacheKey, byteLength: number): void;
}

/** What one call of `getOrLoad` is about. */
interface Wish {
  readonly key: unknown;
  readonly loader: AnyLoader;
  readonly plan: LoadPlan;
  /** A value that is there counts as there only when it will still be so many µs ahead. */
  readonly ahead: number;
  /** That this call waits is counted once, and that of a refresh, for which nobody does, not at all. */
  isCounted: boolean;
}

/** What is stored, and how. */
interface Landable {
  readonly key: unknown;
  readonly plan: Pick<LoadPlan, 'ttl'>;
}

/**
 * One thread's loads of a cache. In a thread all callers of a key share one {@link Load}; of all threads one leads, and
 * the others wait for its word.
 */
export class Loading {
  readonly flights: Flights;
  readonly waiting: Waiting;
  readonly tally: Tally;
  readonly store: Store;
  readonly #failures: Failures;
  readonly #loads = new KeyMap<Load>();
  readonly #queue = new Queue();
  readonly #listener: LoadingListener;
  #staleKept = 0;

  constructor(store: Store, cacheId: string, listener: LoadingListener) {
    const { calls } = store;
    this.#listener = listener;
    this.store = store;
    this.flights = new Flights(calls);
    this.waiting = new Waiting(calls.seat, this.flights, cacheId);
    this.tally = new Tally(calls.seat);
    this.#failures = new Failures(store);
  }

  /** The value of a key, loaded when it is not there. See `LoadingOperations.getOrLoad`. */
  async getOrLoad(givenKey: unknown, loader: unknown, plan: LoadPlan): Promise<unknown> {
    const key = this.store.writer.checkedKey(givenKey, 'load');
    if (typeof loader !== 'function') throw noLoader(key, loader);
    plan.signal?.throwIfAborted();
    this.#keepStale(plan.staleFor);
    const wish: Wish = { key, loader: loader as AnyLoader, plan, ahead: 0, isCounted: false };
    const present = this.store.get(key);
    if (present !== absent) {
      this.#refreshInTime(wish);
      return present;
    }
    const stale = plan.staleFor > 0 ? this.store.peekStale(key, plan.staleFor) : absent;
    if (stale !== absent) {
      this.tally.add('staleServed');
      this.#refresh(wish);
      return stale;
    }
    return this.#waitFor(wish);
  }

  /** Whether something is under way that this thread is needed for, maybe. */
  get isBusy(): boolean {
    return this.#loads.size > 0;
  }

  /** The cache is closed for this thread: what it waits for fails, what it loads is not stored. */
  stop(): void {
    this.waiting.stop();
    this.#queue.advance(Number.POSITIVE_INFINITY);
  }

  async #waitFor(wish: Wish): Promise<unknown> {
    for (;;) {
      const present = this.#underWay(wish.key);
      if (present) this.#countWait(wish);
      const outcome = await (present ?? this.#begin(wish)).outcome(wish.plan.signal);
      if (outcome) return this.store.decoded(outcome.kind, outcome.bytes);
      const found = this.store.peek(wish.key);
      if (found !== absent) return found;
    }
  }

  #countWait(wish: Wish): void {
    if (!wish.isCounted) this.tally.add('waits');
    wish.isCounted = true;
  }

  /** The load to wait for: not one that began before a write of the key that may have come before this call. */
  #underWay(key: unknown): Load | undefined {
    const load = this.#loads.get(key);
    return load?.flight && !this.flights.isLanding(load.flight) ? undefined : load;
  }

  #begin(wish: Wish): Load {
    const load = new Load((self) => this.#run(wish, self));
    this.#loads.set(wish.key, load);
    return load;
  }

  /** Loads in the background what is going to expire. */
  #refreshInTime(wish: Wish): void {
    const { ttl, refreshAfter } = wish.plan;
    const ahead = ttl - refreshAfter;
    if (refreshAfter > 0 && !this.store.hasAhead(wish.key, ahead)) this.#refresh({ ...wish, ahead });
  }

  #refresh(wish: Wish): void {
    if (!this.#underWay(wish.key)) this.#begin({ ...wish, isCounted: true });
  }

  #keepStale(micros: number): void {
    if (micros <= this.#staleKept) return;
    this.store.calls.engine.keepStale(micros);
    this.#staleKept = micros;
  }

  async #run(wish: Wish, load: Load): Promise<Outcome> {
    // the constructor of the load is through, and its first caller counted
    await undefined;
    try {
      for (;;) {
        const step = await this.#try(wish, load);
        if (step !== 'again') return step;
      }
    } finally {
      if (this.#loads.get(wish.key) === load) this.#loads.delete(wish.key);
    }
  }

  async #try(wish: Wish, load: Load): Promise<Outcome | 'again'> {
    const { key, plan, ahead } = wish;
    // who comes after a write has begun anew
    if (this.#loads.get(key) !== load) return undefined;
    const remembered = this.#remembered(wish);
    if (remembered) throw unpackFailure(key, remembered, 'a moment ago');
    const claim = this.flights.claim(key, plan.timeout, ahead);
    if (claim.kind === 'present') return undefined;
    load.flight = 'flight' in claim ? claim.flight : undefined;
    if (claim.kind === 'leads') {
      // it may have been remembered since
      const failure = this.#remembered(wish);
      if (!failure) return this.#lead(wish, claim.flight, load);
      this.finish(claim.flight, { failure }, () => {});
      throw unpackFailure(key, failure, 'a moment ago');
    }
    // somebody else refreshes it
    if (!load.hasCallers) return undefined;
    if (claim.kind === 'flying') return this.#follow(wish, claim.flight, load);
    if (claim.kind === 'full') {
      // whoever has the room may be waiting for this one
      load.queuedSince ??= nowMicros();
      if (nowMicros() - load.queuedSince > plan.timeout / 2) return this.#loadWithout(wish, load);
      this.flights.makeRoom();
    }
    await this.#queue.turn();
    return load.hasCallers ? 'again' : undefined;
  }

  /** Loads it without a flight, for its callers up to now: whether a write comes in between nobody knows. */
  #loadWithout(wish: Wish, load: Load): Promise<Outcome | 'again'> {
    if (this.#loads.get(wish.key) === load) this.#loads.delete(wish.key);
    return this.#lead(wish, undefined, load);
  }

  #remembered({ key, plan }: Wish): Uint8Array | undefined {
    return plan.negativeTtl > 0 ? this.#failures.find(key) : undefined;
  }

  /** Waits for another thread's load. */
  async #follow(wish: Wish, flight: Flight, load: Load): Promise<Outcome | 'again'> {
    load.onIdle = () => this.waiting.cancel(flight);
    const landed = this.waiting.for(flight);
    this.#countWait(wish);
    const landing = await landed;
    load.onIdle = undefined;
    if (landing?.failure) throw unpackFailure(wish.key, landing.failure, 'in another thread');
    if (landing?.value) return new Parcel(landing.value.kind, landing.value.bytes);
    return load.hasCallers ? 'again' : undefined;
  }

  /** Loads it; without a flight nothing is stored, and nobody told. */
  async #lead(wish: Wish, flight: Flight | undefined, load: Load): Promise<Outcome | 'again'> {
    const { key, loader, plan } = wish;
    const lease = new Lease(plan.timeout);
    let isOverdue = false;
    const run = this.tally.begin();
    load.onIdle = () => lease.unref();
    load.onCaller = () => lease.ref();
    if (!load.hasCallers) lease.unref();
    try {
      const value = await lease.limit(() => {
        run.start();
        return loader(copyOfKey(key));
      });
      isOverdue = value === overdue;
      if (value === overdue) {
        // who has taken over brings it
        if (flight && this.#isTakenOver(flight)) {
          run.end(false);
          return 'again';
        }
        throw overdueError(key, plan);
      }
      const parcel = this.land(wish, flight, this.store.writer.encode('load', key, value));
      run.end(true);
      return parcel;
    } catch (error) {
      run.end(false);
      this.#fail(wish, flight, error, isOverdue);
      if (!load.hasCallers && this.#isOpen) this.#listener.failedBehind(key as CacheKey, error);
      throw error;
    } finally {
      lease.end();
      this.#queue.advance(1);
      load.onIdle = undefined;
      load.onCaller = undefined;
    }
  }

  #isTakenOver(flight: Flight): boolean {
    return this.#isOpen && this.flights.state(flight) === 'ended';
  }

  get #isOpen(): boolean {
    return !this.store.calls.seat.hasLeft;
  }

  /** Stores what was loaded or computed, if it may be, and hands it to those who wait. */
  land({ key, plan }: Landable, flight: Flight | undefined, encoder: ValueEncoder): Parcel {
    const parcel = Parcel.of(encoder);
    if (!flight) return parcel;
    const { writer } = this.store;
    const fits = writer.fits(encoder);
    this.finish(flight, { value: { kind: parcel.kind, bytes: parcel.bytes } }, () => {
      if (fits) writer.land(encoder, key, plan.ttl, flight);
    });
    if (!fits && this.#isOpen) this.#listener.unstored(key as CacheKey, parcel.bytes.length);
    return parcel;
  }

  #fail({ key, plan }: Wish, flight: Flight | undefined, error: unknown, isOverdue: boolean): void {
    if (!flight) return;
    const failure = packFailure(error);
    // whose lease is over gives way to those who wait; they do not fail with it
    this.finish(flight, isOverdue ? {} : { failure }, () => {
      // who waits elsewhere for what is overdue is going to load it, not to fail with it
      const isOthers = isOverdue && this.flights.isAwaited(flight);
      if (plan.negativeTtl > 0 && !isOthers && this.flights.isLanding(flight)) {
        this.#failures.remember(key, failure, plan.negativeTtl);
      }
    });
  }

  /** Ends a flight, stored or not: what the callers wait for does not depend on that. */
  finish(flight: Flight, landing: Parameters<Waiting['end']>[1], store: () => void): void {
    if (!this.#isOpen) return;
    try {
      store();
    } catch (error) {
      // a failure that does not fit, or the cache was closed meanwhile
      const { code } = error as { code?: unknown };
      if (code !== 'ERR_VALUE_TOO_LARGE' && code !== 'ERR_CACHE_CLOSED') throw error;
    } finally {
      if (this.#isOpen) this.waiting.end(flight, landing);
    }
  }
}

function noLoader(key: unknown, loader: unknown): Error {
  const message = `Cannot load ${describe(key)}: the loader is ${describe(loader)}, a function is required`;
  return cacheTypeError('ERR_INVALID_ARGUMENT', message);
}

function overdueError(key: unknown, { timeout }: LoadPlan): Error {
  const message = `Cannot load ${describe(key)}: the loader has taken ${timeout / 1e6} s, less than the timeout is required`;
  return cacheError('ERR_LOAD_TIMEOUT', message);
}
