import { encodeKey } from './codec/keys.js';
import type { ValueCodec } from './codec/values.js';
import { decodeOwned, decodeValue, ValueEncoder } from './codec/values.js';
import { cacheError, cacheRangeError, describe } from './errors.js';
import { nowMicros } from './memory/clock.js';
import { type Engine, REPORT, Status, VALUE_SCRATCH } from './memory/engine.js';
import type { SharedOptions } from './memory/handle.js';
import { type Removal, readRemoval } from './memory/removal.js';
import type { Seat } from './memory/seat.js';
import { deepFreeze, NearTier } from './near.js';

/** Attempts at copying a large value under writers before the reader asks them to wait, and for how long (µs). */
const ATTEMPTS_BEFORE_HOLD = 4;
const HOLD_MICROS = 50_000;
/** Tries at finding room for a value when other threads have all that is left in hand, a few seconds in all. */
const ATTEMPTS_AT_ROOM = 20_000;
const ATTEMPTS_PER_REAP = 100;

/** Answer of a read that found nothing; `undefined` is a value like any other. */
export const absent = Symbol('absent');

/**
 * One thread's view of a cache as keys and values: encodes, calls the engine, goes on where it asks to be called
 * again, decodes. Encoding a value may run the user's code (getters, a codec), so it comes before anything is written
 * into the thread's scratch; nothing of the user's runs between that and the engine.
 */
export class Store {
  readonly #seat: Seat;
  readonly #engine: Engine;
  readonly #codec: ValueCodec | undefined;
  readonly #encoder: ValueEncoder;
  readonly #onRemovals: ((removals: Removal[]) => void) | undefined;
  readonly #near: NearTier | undefined;
  readonly #freeze: boolean;
  readonly #valueLimit: number;
  /** REPORT, or 0 when nobody wants to know what is removed. */
  readonly #report: number;
  /** The clock costs as much as a short lookup: it is not asked before a deadline has been met. */
  #usesClock: boolean;

  constructor(
    seat: Seat,
    codec: ValueCodec | undefined,
    options: SharedOptions,
    onRemovals: ((removals: Removal[]) => void) | undefined,
  ) {
    this.#seat = seat;
    this.#engine = seat.engine;
    this.#codec = codec;
    this.#encoder = new ValueEncoder(codec);
    this.#near = options.nearSize > 0 ? new NearTier(options.nearSize) : undefined;
    this.#freeze = options.freeze;
    this.#usesClock = options.defaultTtlMicros !== 0;
    this.#onRemovals = onRemovals;
    this.#valueLimit = seat.engine.valueLimit();
    this.#report = onRemovals === undefined ? 0 : REPORT;
  }

  /** The value, made the most recently used and counted as a hit; or `absent`, counted as a miss. */
  get(key: unknown): unknown {
    try {
      const near = this.#near?.get(key);
      if (near !== undefined) {
        const isDue = near.deadline !== 0 && near.deadline <= nowMicros();
        const result = isDue ? Status.EXPIRED : this.#engine.nearHit(near.record, near.version);
        if (result === Status.OK) return near.value;
        if (result !== Status.BUSY) this.#near?.delete(key);
      }
      const described = encodeKey(key, this.#seat.keyScratch, 'get');
      const result = this.#engine.get(described, this.#now());
      return result >= 0 ? this.#decodeHit(key, result) : this.#goOnReading(described, result, true, key);
    } catch (error) {
      throw this.#seat.recover(error);
    }
  }

  /** The value or `absent`, without any effect. */
  peek(key: unknown): unknown {
    try {
      const described = encodeKey(key, this.#seat.keyScratch, 'peek');
      const result = this.#engine.peek(described, this.#now());
      return result >= 0 ? this.#decode(result) : this.#goOnReading(described, result, false, key);
    } catch (error) {
      throw this.#seat.recover(error);
    }
  }

  has(key: unknown): boolean {
    try {
      const described = encodeKey(key, this.#seat.keyScratch, 'look for');
      return this.#call(() => this.#engine.has(described, this.#now())) === Status.OK;
    } catch (error) {
      throw this.#seat.recover(error);
    }
  }

  delete(key: unknown): boolean {
    try {
      const described = encodeKey(key, this.#seat.keyScratch, 'delete');
      const result = this.#call(() => this.#engine.deleteKey(described, this.#now()));
      if (result === Status.EXPIRED) this.#tellExpired(key);
      return result === Status.OK;
    } catch (error) {
      throw this.#seat.recover(error);
    }
  }

  /** `ttl` is µs, 0: never. */
  put(key: unknown, value: unknown, ttl: number): void {
    const encoder = this.#encoder;
    encoder.prepare(value, 'put', key);
    // it may have run the user's code, which may have ended the cache
    if (this.#seat.hasLeft) throw closedError();
    const { byteLength, kind } = encoder;
    const limit = this.#valueLimit;
    if (byteLength > limit) {
      encoder.release();
      throw cacheRangeError(
        'ERR_VALUE_TOO_LARGE',
        `Cannot put ${describe(key)}: the value is ${byteLength} bytes, at most ${limit} bytes (a sixteenth of maxBytes) is required`,
      );
    }
    const described = encodeKey(key, this.#seat.keyScratch, 'put');
    if (ttl !== 0) this.#usesClock = true;
    try {
      this.#store(described, byteLength * 8 + kind, ttl);
    } catch (error) {
      throw this.#seat.recover(error);
    }
  }

  clear(): void {
    try {
      this.#call(() => this.#engine.clear(this.#now()));
    } catch (error) {
      throw this.#seat.recover(error);
    }
  }

  size(): number {
    return this.#call(() => this.#engine.size());
  }

  #now(): number {
    return this.#usesClock ? nowMicros() : 0;
  }

  #decode(info: number): unknown {
    const value = decodeValue(info & 7, this.#seat.valueScratch, 0, info >>> 3, this.#codec);
    this.#settle(value);
    return value;
  }

  /** The same after a hit, for the near tier. */
  #decodeHit(key: unknown, info: number): unknown {
    const near = this.#near;
    // a key of bytes can be changed by its owner
    if (near === undefined || typeof key === 'object') return this.#decode(info);
    // before decoding: a codec may call the cache
    const entry = near.identify(this.#seat);
    const value = decodeValue(info & 7, this.#seat.valueScratch, 0, info >>> 3, this.#codec);
    if (this.#settle(value)) near.offer(key, value, entry);
    return value;
  }

  /** Freezes what shall be frozen; whether the value may be handed out more than once. */
  #settle(value: unknown): boolean {
    if (typeof value === 'object' && value !== null) return this.#freeze && deepFreeze(value);
    return typeof value !== 'function';
  }

  /** Calls until the answer is neither NEEDS_CLOCK nor BUSY; a closed cache throws. */
  #call(operation: () => number): number {
    for (;;) {
      const result = operation();
      if (!this.#mayGoOn(result)) return result;
    }
  }

  /** Whether the same call has to be made again; sees to what it needs. */
  #mayGoOn(result: number): boolean {
    if (result === Status.CLOSED) throw closedError();
    if (result !== Status.NEEDS_CLOCK && result !== Status.BUSY) return false;
    this.#usesClock = true;
    if (result === Status.BUSY) this.#seat.wait();
    return true;
  }

  #goOnReading(described: number, first: number, touch: boolean, key: unknown): unknown {
    const read = touch
      ? () => this.#engine.get(described, this.#now())
      : () => this.#engine.peek(described, this.#now());
    let result = first;
    for (let attempt = 0; ; ) {
      if (result >= 0) return this.#decode(result);
      if (result === Status.EXPIRED) this.#tellExpired(key);
      if (result === Status.MISS || result === Status.EXPIRED) return absent;
      if (result === Status.LARGE) {
        const found = this.#copyLarge(touch, attempt++);
        if (found !== absent) return found;
      } else {
        this.#mayGoOn(result);
      }
      result = read();
    }
  }

  /** Copies a large value from its block; `absent` when it changed meanwhile. */
  #copyLarge(touch: boolean, attempt: number): unknown {
    const { memory, places } = this.#seat;
    this.#usesClock = true;
    const holds = attempt >= ATTEMPTS_BEFORE_HOLD;
    if (holds) {
      const held = this.#engine.hold(this.#now(), this.#now() + HOLD_MICROS);
      if (held === Status.BUSY) this.#seat.wait();
      if (held !== Status.OK) return absent;
    }
    const info = this.#seat.field(places.slotEntryValue);
    const copy = new Uint8Array(info >>> 3);
    copy.set(new Uint8Array(memory.buffer, this.#seat.field(places.slotEntryValueAt), copy.length));
    const unchanged = this.#call(() => this.#engine.confirm(touch ? 1 : 0, this.#now())) === Status.OK;
    if (holds) this.#call(() => this.#engine.endHold());
    if (!unchanged) return absent;
    const value = decodeOwned(info & 7, copy.buffer, this.#codec);
    this.#settle(value);
    return value;
  }

  /** Stores what the encoder has prepared under the key in the scratch. */
  #store(described: number, info: number, ttl: number): void {
    this.#seat.begin();
    if (info >>> 3 <= VALUE_SCRATCH) {
      this.#encoder.write(this.#seat.valueScratch, 0);
      this.#encoder.release();
      const result = this.#engine.put(described, info, this.#now(), ttl, this.#report);
      if (result !== Status.OK) this.#goOnPutting(described, info, ttl, result);
    } else {
      this.#putLarge(described, info, ttl);
    }
  }

  #putLarge(described: number, info: number, ttl: number): void {
    const encoder = this.#encoder;
    const removals: Removal[] = [];
    try {
      this.#untilDone(removals, () => this.#engine.reserve(described, info, this.#now(), this.#report));
      const { memory, places } = this.#seat;
      const block = this.#seat.field(places.slotHand) + places.blockPayload + (described >>> 3);
      encoder.write(Buffer.from(memory.buffer, block, info >>> 3), 0);
      this.#untilDone(removals, () => this.#engine.put(described, info, this.#now(), ttl, this.#report));
    } catch (error) {
      this.#seat.emptyHands();
      throw error;
    } finally {
      encoder.release();
      this.#tell(removals);
    }
  }

  #goOnPutting(described: number, info: number, ttl: number, first: number): void {
    const removals: Removal[] = [];
    try {
      const call = (): number => this.#engine.put(described, info, this.#now(), ttl, this.#report);
      this.#untilDone(removals, call, first);
    } finally {
      this.#tell(removals);
    }
  }

  /** Repeats a call that may remove other entries until it is through; `first` is its first answer, if known. */
  #untilDone(removals: Removal[], call: () => number, first?: number): void {
    let attempts = 0;
    for (let result = first ?? call(); result !== Status.OK; result = call()) {
      if (result === Status.REMOVED) {
        removals.push(readRemoval(this.#seat));
      } else if (result === Status.NO_ROOM) {
        this.#waitForRoom(attempts++);
      } else {
        this.#mayGoOn(result);
      }
    }
  }

  /** All that is left is in other threads' hands: they will be done soon, and dead ones can be found. */
  #waitForRoom(attempt: number): void {
    if (attempt > ATTEMPTS_AT_ROOM) throw noRoomError();
    if (attempt % ATTEMPTS_PER_REAP > 0 || this.#seat.reapAll() === 0) this.#seat.pause();
  }

  #tellExpired(key: unknown): void {
    // -0 is stored as 0
    const stored = key === 0 ? 0 : (key as Removal['key']);
    this.#onRemovals?.([{ key: stored, cause: 'expired' }]);
  }

  #tell(removals: Removal[]): void {
    if (removals.length > 0) this.#onRemovals?.(removals);
  }
}

export function closedError(): Error {
  return cacheError('ERR_CACHE_CLOSED', 'Cannot use the cache: it was shut down, an open cache is required');
}

function noRoomError(): Error {
  return cacheRangeError(
    'ERR_VALUE_TOO_LARGE',
    'Cannot put the value: other threads hold all the memory that is left for seconds, a larger maxBytes is required',
  );
}
