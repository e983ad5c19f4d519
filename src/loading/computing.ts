import { cacheTypeError, describe } from '../errors.js';
import { absent } from '../store.js';
import type { Flight } from './flights.js';
import type { Loading } from './loading.js';
import type { LoadPlan } from './options.js';
import { Parcel, packFailure, unpackFailure } from './parcel.js';

/** The synchronous sibling of {@link Loading.getOrLoad}, over the same flights: whoever waits is blocked. */
export class Computing {
  readonly #loading: Loading;

  constructor(loading: Loading) {
    this.#loading = loading;
  }

  /** The value of a key, computed when it is not there. See `LoadingOperations.getOrCompute`. */
  getOrCompute(givenKey: unknown, compute: unknown, plan: Pick<LoadPlan, 'ttl' | 'timeout'>): unknown {
    const { store, flights } = this.#loading;
    const key = store.writer.checkedKey(givenKey, 'compute');
    if (typeof compute !== 'function') {
      const message = `Cannot compute ${describe(key)}: compute is ${describe(compute)}, a function is required`;
      throw cacheTypeError('ERR_INVALID_ARGUMENT', message);
    }
    let found = store.get(key);
    while (found === absent) {
      const claim = flights.claim(key, plan.timeout, 0);
      if (claim.kind === 'leads')
        return this.#lead(key, compute as (key: unknown) => unknown, plan, claim.flight);
      // this thread loads it and is needed for that: it cannot wait for itself
      if (claim.kind === 'own') return this.#alone(key, compute as (key: unknown) => unknown, plan);
      if (claim.kind === 'flying') {
        const parcel = this.#follow(key, claim.flight);
        if (parcel) return store.decoded(parcel.kind, parcel.bytes);
      }
      if (claim.kind === 'full') store.calls.seat.pause();
      found = store.peek(key);
    }
    return found;
  }

  #follow(key: unknown, flight: Flight): Parcel | undefined {
    const { waiting, tally } = this.#loading;
    const landing = waiting.blockedFor(flight, () => tally.add('waits'));
    if (landing?.failure) throw unpackFailure(key, landing.failure, 'in another thread');
    return landing?.value && new Parcel(landing.value.kind, landing.value.bytes);
  }

  #lead(key: unknown, compute: (key: unknown) => unknown, { ttl }: { ttl: number }, flight: Flight): unknown {
    const { store, tally } = this.#loading;
    const run = tally.begin();
    try {
      run.start();
      const encoder = store.writer.encode(key, compute(key));
      const parcel = Parcel.of(encoder);
      this.#loading.finish(flight, { value: { kind: parcel.kind, bytes: parcel.bytes } }, () => {
        store.writer.land(encoder, key, ttl, flight);
      });
      run.end(true);
      return store.decoded(parcel.kind, parcel.bytes);
    } catch (error) {
      run.end(false);
      this.#loading.finish(flight, { failure: packFailure(error) }, () => {});
      throw error;
    }
  }

  /** Without a flight; what it stores is a put, which fences the load that is under way. */
  #alone(key: unknown, compute: (key: unknown) => unknown, { ttl }: { ttl: number }): unknown {
    const { store, tally } = this.#loading;
    const run = tally.begin();
    let hasSucceeded = false;
    try {
      run.start();
      const value = compute(key);
      store.writer.put('compute', key, value, ttl);
      const encoder = store.writer.encode(key, value);
      const parcel = Parcel.of(encoder);
      hasSucceeded = true;
      return store.decoded(parcel.kind, parcel.bytes);
    } finally {
      run.end(hasSucceeded);
    }
  }
}
