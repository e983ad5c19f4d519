import { copyOfKey } from '../codec/keys.js';
import { cacheError, cacheTypeError, describe } from '../errors.js';
import type { Flight } from '../memory/engine.js';
import { requireStack } from '../memory/stack.js';
import { absent } from '../store.js';
import type { Claim } from './flights.js';
import { KeyMap } from './load.js';
import type { Loading } from './loading.js';
import type { LoadPlan } from './options.js';
import { Parcel, packFailure, unpackFailure } from './parcel.js';

type ComputePlan = Pick<LoadPlan, 'ttl' | 'timeout'>;

/** One call of `getOrCompute`. */
interface Wish {
  readonly key: unknown;
  readonly compute: (key: unknown) => unknown;
  readonly plan: ComputePlan;
  /** That this call waits is counted once. */
  isCounted: boolean;
  /** The flight that it has begun. */
  flight: Flight | undefined;
}

/** The synchronous sibling of {@link Loading.getOrLoad}, over the same flights: whoever waits is blocked. */
export class Computing {
  readonly #loading: Loading;
  /** What this thread computes just now, one inside of the other. */
  #underWay = new KeyMap<true>();
  /** Calls that have not come to their end: their flights may be left. */
  readonly #unsettled = new Set<Wish>();
  #isWatched = false;

  constructor(loading: Loading) {
    this.#loading = loading;
  }

  /** The value of a key, computed when it is not there. See `LoadingOperations.getOrCompute`. */
  getOrCompute(givenKey: unknown, compute: unknown, plan: ComputePlan): unknown {
    const { store, flights } = this.#loading;
    const key = store.writer.checkedKey(givenKey, 'compute');
    if (typeof compute !== 'function') {
      const message = `Cannot compute ${describe(key)}: compute is ${describe(compute)}, a function is required`;
      throw cacheTypeError('ERR_INVALID_ARGUMENT', message);
    }
    const wish: Wish = {
      key,
      compute: compute as Wish['compute'],
      plan,
      isCounted: false,
      flight: undefined,
    };
    let found = store.get(key);
    if (found === absent) this.#watch(wish);
    while (found === absent) {
      if (this.#underWay.get(key)) throw reentered(key);
      const claim = flights.claim(key, plan.timeout, 0);
      // before anything is called, for which there may be no stack
      if (claim.kind === 'leads') wish.flight = claim.flight;
      if (claim.kind === 'leads' || claim.kind === 'own') return this.#compute(wish, claim);
      if (claim.kind === 'flying') {
        const parcel = this.#follow(wish, claim.flight);
        if (parcel) return store.decoded(parcel.kind, parcel.bytes);
      }
      // there may be no room before this thread is through with what it does besides
      if (claim.kind === 'full' && (this.#loading.isBusy || this.#underWay.size > 0)) {
        return this.#compute(wish, claim);
      }
      if (claim.kind === 'full') this.#waitForRoom();
      found = store.peek(key);
    }
    this.#unsettled.delete(wish);
    return found;
  }

  /**
   * Before a flight is claimed. On an empty stack nothing is being computed: what has not come to its end was cut off by a
   * stack overflow or a time limit of vm, and nobody shall be blocked until its timeout.
   */
  #watch(wish: Wish): void {
    requireStack();
    if (!this.#isWatched) queueMicrotask(() => this.#tidy());
    this.#isWatched = true;
    this.#unsettled.add(wish);
  }

  #tidy(): void {
    this.#isWatched = false;
    this.#underWay = new KeyMap();
    const left = [...this.#unsettled];
    this.#unsettled.clear();
    for (const { flight } of left) if (flight) this.#loading.finish(flight, {}, () => {});
  }

  #waitForRoom(): void {
    this.#loading.flights.makeRoom();
    this.#loading.store.calls.seat.pause();
  }

  #follow(wish: Wish, flight: Flight): Parcel | undefined {
    const { waiting, tally } = this.#loading;
    const landing = waiting.blockedFor(flight, () => {
      if (!wish.isCounted) tally.add('waits');
      wish.isCounted = true;
    });
    if (landing?.failure) throw unpackFailure(wish.key, landing.failure, 'in another thread');
    return landing?.value && new Parcel(landing.value.kind, landing.value.bytes);
  }

  /**
   * Computes it. With a flight that a load of this thread has begun it does not wait for itself: it ends that, and when it
   * fails leaves it. Without one, for want of room, nothing is stored.
   */
  #compute(wish: Wish, claim: Claim): unknown {
    const { key, compute } = wish;
    const { store, tally } = this.#loading;
    const flight = 'flight' in claim ? claim.flight : undefined;
    const run = tally.begin();
    this.#underWay.set(key, true);
    try {
      run.start();
      const encoder = store.writer.encode('compute', key, compute(copyOfKey(key)));
      const parcel = this.#loading.land(wish, flight, encoder);
      this.#unsettled.delete(wish);
      run.end(true);
      return store.decoded(parcel.kind, parcel.bytes);
    } catch (error) {
      run.end(false);
      if (flight && claim.kind === 'leads') {
        this.#loading.finish(flight, { failure: packFailure(error) }, () => {});
      }
      this.#unsettled.delete(wish);
      throw error;
    } finally {
      this.#underWay.delete(key);
    }
  }
}

function reentered(key: unknown): Error {
  const message = `Cannot compute ${describe(key)}: this thread is computing it already, a function that does not ask for its own key is required`;
  return cacheError('ERR_LOAD_REENTERED', message);
}
