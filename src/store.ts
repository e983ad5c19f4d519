import { Calls, type CallsListener } from './calls.js';
import { type CacheKey, encodeKey, KeyKind } from './codec/keys.js';
import type { ValueCodec } from './codec/values.js';
import { decodeOwned, decodeValue } from './codec/values.js';
import { type Cursor, type KeyHash, Survey } from './cursor.js';
import { nowMicros } from './memory/clock.js';
import { type Engine, Status, VALUE_SCRATCH } from './memory/engine.js';
import type { SharedOptions } from './memory/handle.js';
import type { Seat } from './memory/seat.js';
import { deepFreeze, NearTier } from './near.js';
import { Writer } from './writer.js';

/** Attempts at copying a large value under writers before the reader asks them to wait, and for how long (µs). */
const ATTEMPTS_BEFORE_HOLD = 4;
const HOLD_MICROS = 50_000;

/** Answer of a read that found nothing; `undefined` is a value like any other. */
export const absent = Symbol('absent');

/** A value, and the version of the entry it was read from. */
export interface Versioned {
  readonly value: unknown;
  readonly version: number;
}

/** An entry met on the way through all of them; the value only if it was asked for. */
export interface Item {
  readonly key: CacheKey;
  readonly value: unknown;
}

/**
 * One thread's view of a cache as keys and values: encodes, calls the engine, goes on where it asks to be called
 * again, decodes. What writes is in {@link Store.writer}.
 */
export class Store {
  readonly writer: Writer;
  readonly calls: Calls;
  readonly #calls: Calls;
  readonly #seat: Seat;
  readonly #engine: Engine;
  readonly #codec: ValueCodec | undefined;
  readonly #near: NearTier | undefined;
  readonly #freeze: boolean;
  /** The bytes of the large value that was read last, until it is decoded. A read that was cut off may leave some. */
  #copy: Uint8Array<ArrayBuffer> | undefined;

  constructor(seat: Seat, codec: ValueCodec | undefined, options: SharedOptions, listener: CallsListener) {
    this.calls = new Calls(seat, options.defaultTtlMicros !== 0, listener);
    this.#calls = this.calls;
    this.writer = new Writer(this.#calls, codec);
    this.#seat = seat;
    this.#engine = seat.engine;
    this.#codec = codec;
    this.#near = options.nearSize > 0 ? new NearTier(options.nearSize, !options.freeze) : undefined;
    this.#freeze = options.freeze;
  }

  /** The value, made the most recently used and counted as a hit; or `absent`, counted as a miss. */
  get(key: unknown): unknown {
    try {
      const near = this.#near?.find(key);
      if (near !== undefined) {
        const { record, version, deadline, value } = near;
        const isDue = deadline !== 0 && deadline <= nowMicros();
        if (!isDue && this.#engine.nearHit(record, version, deadline) === Status.OK) return value;
        this.#near?.missed();
      }
      const described = encodeKey(key, this.#seat.keyScratch, 'get');
      const result = this.#engine.get(described, this.#calls.now());
      const info = result >= 0 ? result : this.#goOnReading(described, result, true);
      return info < 0 ? absent : this.#decodeHit(key, info);
    } catch (error) {
      throw this.#seat.recover(error);
    }
  }

  /** The same with the entry's version. */
  getVersioned(key: unknown): Versioned | undefined {
    return this.#readVersioned(key, 'get', true);
  }

  /** The value or `absent`, without any effect. */
  peek(key: unknown): unknown {
    this.#calls.requireOpen();
    const described = encodeKey(key, this.#seat.keyScratch, 'peek');
    const info = this.#readOn(described, false);
    return info < 0 ? absent : this.#decode(info);
  }

  /** The same for an entry that expired less than so many µs ago, too. */
  peekStale(key: unknown, micros: number): unknown {
    this.#calls.requireOpen();
    this.#calls.useClock();
    const described = encodeKey(key, this.#seat.keyScratch, 'load');
    const info = this.#readOn(described, false, micros);
    return info < 0 ? absent : this.#decode(info);
  }

  /** Whether a key is there and will still be in so many µs. */
  hasAhead(key: unknown, micros: number): boolean {
    this.#calls.requireOpen();
    const described = encodeKey(key, this.#seat.keyScratch, 'load');
    return (
      this.#calls.call(() => this.#engine.has(described, nowMicros() + Math.max(0, micros))) === Status.OK
    );
  }

  /** The value that an encoder has turned into these bytes, which stay as they are. */
  decoded(kind: number, bytes: Uint8Array): unknown {
    const value = decodeOwned(kind, new Uint8Array(bytes).buffer, this.#codec);
    this.#settle(value);
    return value;
  }

  /** The same with the entry's version; `operation` is for the message of an error. */
  peekVersioned(key: unknown, operation: string): Versioned | undefined {
    return this.#readVersioned(key, operation, false);
  }

  has(key: unknown): boolean {
    const described = encodeKey(key, this.#seat.keyScratch, 'look for');
    return this.#calls.call(() => this.#engine.has(described, this.#calls.now())) === Status.OK;
  }

  /** µs that the entry has left, or Infinity; `undefined` when it is not there. Without any effect. */
  ttl(key: unknown): number | undefined {
    const described = encodeKey(key, this.#seat.keyScratch, 'ask for the ttl of');
    const micros = this.#calls.call(() => this.#engine.ttl(described, this.#calls.now()));
    return micros === Status.MISS ? undefined : micros;
  }

  /** The next entry after those that the cursor has met; `undefined`: there is none any more. Without any effect. */
  next(cursor: Cursor, withValue: boolean): Item | undefined {
    for (;;) {
      const { bucket, low, high } = cursor;
      const result = this.#calls.call(() =>
        this.#engine.scan(bucket, low, high, this.#calls.now(), withValue ? 1 : 0),
      );
      if (result === Status.MISS) return undefined;
      cursor.moveBehind(this.#seat);
      const item = this.#itemOf(result, withValue);
      if (item) return item;
    }
  }

  /** The entry whose key has this hash, if it is still there. Without any effect. */
  itemAt({ low, high }: KeyHash, withValue: boolean): Item | undefined {
    const result = this.#calls.call(() =>
      this.#engine.scanAt(low, high, this.#calls.now(), withValue ? 1 : 0),
    );
    return result === Status.MISS ? undefined : this.#itemOf(result, withValue);
  }

  /** The hashes of all keys, the least recently used first. Without any effect. */
  byRecency(): Iterable<KeyHash> {
    const survey = new Survey(this.#engine.bucketCount());
    while (!survey.isOver) {
      const count = this.#calls.call(() => this.#engine.survey(survey.bucket, nowMicros()));
      survey.add(this.#seat, count);
    }
    return survey.inOrder();
  }

  clear(): void {
    this.#calls.call(() => this.#engine.clear(this.#calls.now()));
    if (this.#calls.wants('cleared')) this.#calls.tell([{ cause: 'cleared' }]);
  }

  size(): number {
    return this.#calls.call(() => this.#engine.size());
  }

  /** What a step through the entries has found; `undefined` when it is a large value and was gone before it was copied. */
  #itemOf(result: number, withValue: boolean): Item | undefined {
    const described = this.#seat.field(this.#seat.places.slotScanKey);
    if ((described & 7) === KeyKind.RESERVED) return undefined;
    // before decoding: a codec may call the cache
    const key = this.#calls.keyInScratch(described);
    if (!withValue) return { key, value: undefined };
    const info = result >= 0 ? result : this.#calls.guard(() => this.#goOnReading(described, result, false));
    return info < 0 ? undefined : { key, value: this.#decode(info) };
  }

  #readVersioned(key: unknown, operation: string, touch: boolean): Versioned | undefined {
    this.#calls.requireOpen();
    const described = encodeKey(key, this.#seat.keyScratch, operation);
    const info = this.#readOn(described, touch);
    if (info < 0) return undefined;
    // before decoding: a codec may call the cache
    const version = this.#seat.entryVersion;
    return { value: this.#decode(info), version };
  }

  #decode(info: number): unknown {
    const value = this.#raw(info);
    this.#settle(value);
    return value;
  }

  /** What has been read, as it is. */
  #raw(info: number): unknown {
    const copy = isLarge(info) ? this.#copy : undefined;
    this.#copy = undefined;
    return copy === undefined
      ? decodeValue(info & 7, this.#seat.valueScratch, 0, info >>> 3, this.#codec)
      : decodeOwned(info & 7, copy.buffer, this.#codec);
  }

  /** The same after a hit, for the near tier. */
  #decodeHit(key: unknown, info: number): unknown {
    const near = this.#near;
    // a key of bytes can be changed by its owner; large ones are worth a place when that spares decoding objects
    if (near === undefined || typeof key === 'object' || (isLarge(info) && !this.#freeze)) {
      return this.#decode(info);
    }
    // before decoding: a codec may call the cache
    const entry = near.identify(this.#seat);
    const value = this.#raw(info);
    if (this.#settle(value)) near.offer(key, value, entry, info >>> 3);
    return value;
  }

  /** Freezes what shall be frozen; whether the value may be handed out more than once. */
  #settle(value: unknown): boolean {
    if (typeof value === 'object' && value !== null)
      return this.#freeze && deepFreeze(value, this.#codec !== undefined);
    return typeof value !== 'function';
  }

  /**
   * Reads on after a first answer until the value is in the scratch, or copied if it is large: {length, kind}; below 0:
   * it is not there. An entry that has expired in the last `behind` µs is there.
   */
  #goOnReading(described: number, first: number, touch: boolean, behind = 0): number {
    let result = first;
    for (let attempt = 0; result < 0; ) {
      if (result === Status.EXPIRED) this.#calls.tellOf(described, 'expired');
      if (result === Status.MISS || result === Status.EXPIRED) return Status.MISS;
      if (result !== Status.LARGE) this.#calls.mayGoOn(result);
      else if (this.#copyLarge(touch, attempt++, behind))
        return this.#seat.field(this.#seat.places.slotEntryValue);
      result = this.#read(described, touch, behind);
    }
    return result;
  }

  /** Reads a key: as #goOnReading(). */
  #readOn(described: number, touch: boolean, behind = 0): number {
    return this.#calls.guard(() => {
      const first = this.#read(described, touch, behind);
      return first >= 0 ? first : this.#goOnReading(described, first, touch, behind);
    });
  }

  #read(described: number, touch: boolean, behind = 0): number {
    const now = this.#now(behind);
    return touch ? this.#engine.get(described, now) : this.#engine.peek(described, now);
  }

  #now(behind: number): number {
    const now = this.#calls.now();
    // 0 would mean that nobody has asked the clock
    return behind === 0 ? now : Math.max(1, now - behind);
  }

  /** Copies a large value from its block; false when it changed meanwhile. */
  #copyLarge(touch: boolean, attempt: number, behind: number): boolean {
    const { memory, places } = this.#seat;
    const calls = this.#calls;
    calls.useClock();
    const holds = attempt >= ATTEMPTS_BEFORE_HOLD;
    const heldUntil = holds ? calls.now() + HOLD_MICROS : 0;
    if (holds) {
      const held = this.#engine.hold(calls.now(), heldUntil);
      if (held === Status.BUSY) this.#seat.wait();
      if (held !== Status.OK) return false;
    }
    const copy = new Uint8Array(this.#seat.field(places.slotEntryValue) >>> 3);
    copy.set(new Uint8Array(memory.buffer, this.#seat.field(places.slotEntryValueAt), copy.length));
    const unchanged = calls.call(() => this.#engine.confirm(touch ? 1 : 0, this.#now(behind))) === Status.OK;
    if (holds) calls.call(() => this.#engine.endHold(heldUntil));
    if (unchanged) this.#copy = copy;
    return unchanged;
  }
}

/** Whether a value with this {length, kind} does not travel through the scratch. */
function isLarge(info: number): boolean {
  return info >>> 3 > VALUE_SCRATCH;
}
