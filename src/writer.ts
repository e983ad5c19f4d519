import type { Calls } from './calls.js';
import { encodeKey } from './codec/keys.js';
import { type ValueCodec, ValueEncoder, ValueKind } from './codec/values.js';
import { cacheRangeError, describe } from './errors.js';
import { type Engine, type Flight, Status, VALUE_SCRATCH } from './memory/engine.js';
import type { Seat } from './memory/seat.js';
import type { RemovalEvent } from './removal-event.js';

/** The version of what is not there: a put with this condition is a putIfAbsent. */
export const ABSENT_VERSION = 0;

/** A TTL for the engine: the entry's deadline stays. */
export const KEEP_TTL = -1;

/** {length, kind} of a number's bytes. */
const NUMBER_INFO = 8 * 8 + ValueKind.NUMBER;

/**
 * When a put stores its value: if the entry still has this version, if the key is not there ({@link ABSENT_VERSION}), or if
 * the flight that has brought the value may still land.
 */
type Condition = number | Flight | undefined;

/** Answer of {@link Writer.add} for a key that is not there, or whose value is no number. */
export const notAdded = Symbol('notAdded');

/**
 * The writing half of a {@link Store}. Encoding a value may run the user's code (getters, a codec), so it comes before
 * anything is written into the thread's scratch; nothing of the user's runs between that and the engine.
 */
export class Writer {
  readonly #calls: Calls;
  readonly #seat: Seat;
  readonly #engine: Engine;
  readonly #codec: ValueCodec | undefined;
  readonly #encoder: ValueEncoder;
  readonly #valueLimit: number;

  constructor(calls: Calls, codec: ValueCodec | undefined) {
    this.#calls = calls;
    this.#seat = calls.seat;
    this.#engine = calls.engine;
    this.#codec = codec;
    this.#encoder = new ValueEncoder(codec, this.#seat.valueScratch);
    this.#valueLimit = calls.engine.valueLimit();
  }

  /**
   * Stores a value; `ttl` is µs, 0: never. With a version: only if the entry still has it, or with
   * {@link ABSENT_VERSION} only if the key is not there; whether it was stored.
   */
  put(operation: string, key: unknown, value: unknown, ttl: number, version?: number): boolean {
    this.#prepare(this.#encoder, operation, key, value);
    return this.#putEncoded(this.#encoder, operation, key, ttl, version);
  }

  /** Encodes a value that was loaded or computed. */
  encode(operation: string, key: unknown, value: unknown): ValueEncoder {
    const encoder = new ValueEncoder(this.#codec);
    encoder.prepare(value, operation, key);
    return encoder;
  }

  /** Whether an encoded value can be stored at all. */
  fits({ byteLength }: ValueEncoder): boolean {
    return byteLength <= this.#valueLimit;
  }

  /** Stores what a flight has brought, which fits, unless the key was written meanwhile; whether it was stored. */
  land(encoder: ValueEncoder, key: unknown, ttl: number, flight: Flight): boolean {
    return this.#putEncoded(encoder, 'load', key, ttl, flight);
  }

  /** Stores many values. Whatever can be wrong with one of them is found before the first is stored. */
  putMany(entries: Iterable<readonly [key: unknown, value: unknown]>, ttl: number): void {
    const prepared: [key: unknown, encoder: ValueEncoder][] = [];
    for (const [key, value] of entries) {
      const encoder = new ValueEncoder(this.#codec);
      this.#prepare(encoder, 'put', key, value);
      encoder.keep();
      prepared.push([this.checkedKey(key, 'put'), encoder]);
    }
    for (const [key, encoder] of prepared) {
      this.#calls.requireOpen();
      this.#putEncoded(encoder, 'put', key, ttl, undefined);
    }
  }

  /** A key that nobody else can change any more; what is no key throws. */
  checkedKey(key: unknown, operation: string): unknown {
    this.#calls.requireOpen();
    const described = encodeKey(key, this.#calls.seat.keyScratch, operation);
    return typeof key === 'object' ? this.#calls.keyInScratch(described) : key;
  }

  #prepare(encoder: ValueEncoder, operation: string, key: unknown, value: unknown): void {
    // before, since a short text goes into the scratch at once; after, since the value's code may have run
    this.#calls.requireOpen();
    encoder.prepare(value, operation, key);
    this.#calls.requireOpen();
    if (this.fits(encoder)) return;
    const { byteLength } = encoder;
    const limit = this.#valueLimit;
    encoder.release();
    throw cacheRangeError(
      'ERR_VALUE_TOO_LARGE',
      `Cannot ${operation} ${describe(key)}: the value is ${byteLength} bytes, at most ${limit} bytes (a sixteenth of maxBytes) is required`,
    );
  }

  /** Stores what the encoder has prepared. */
  #putEncoded(
    encoder: ValueEncoder,
    operation: string,
    key: unknown,
    ttl: number,
    condition: Condition,
  ): boolean {
    const calls = this.#calls;
    const seat = this.#seat;
    const described = encodeKey(key, seat.keyScratch, operation);
    if (ttl !== 0) calls.useClock();
    try {
      seat.begin();
      const info = infoOf(encoder);
      let isStored = true;
      if (encoder.byteLength <= VALUE_SCRATCH) {
        encoder.write(seat.valueScratch, 0);
        encoder.release();
        const result = this.#store(described, info, ttl, condition);
        if (result !== Status.OK) isStored = this.#goOnPutting(described, info, ttl, condition, result);
      } else {
        isStored = this.#putLarge(encoder, described, ttl, condition);
      }
      calls.tellPressure();
      return isStored;
    } catch (error) {
      throw seat.recover(error);
    }
  }

  /** Whether the key was there, and had not expired. */
  delete(key: unknown): boolean {
    const calls = this.#calls;
    const described = encodeKey(key, calls.seat.keyScratch, 'delete');
    const result = calls.call(() => calls.engine.deleteKey(described, calls.now()));
    if (result === Status.EXPIRED) calls.tellOf(described, 'expired');
    if (result === Status.OK) calls.tellOf(described, 'deleted');
    return result === Status.OK;
  }

  /** The new deadline makes the entry the most recently used; false when it is not there. */
  touch(key: unknown, ttl: number): boolean {
    const calls = this.#calls;
    const described = encodeKey(key, calls.seat.keyScratch, 'touch');
    if (ttl > 0) calls.useClock();
    return calls.call(() => calls.engine.touch(described, calls.now(), ttl)) === Status.OK;
  }

  /** Removes a key at the version that was read, or with {@link ABSENT_VERSION} counts its miss; false: read again. */
  take(key: unknown, version: number): boolean {
    const calls = this.#calls;
    calls.requireOpen();
    const described = encodeKey(key, calls.seat.keyScratch, 'take');
    const result = calls.call(() => calls.engine.take(described, version, calls.now()));
    if (result === Status.EXPIRED) calls.tellOf(described, 'expired');
    if (result === Status.OK) calls.tellOf(described, 'deleted');
    return result !== Status.CONFLICT;
  }

  /** Adds to a number in one step, without reading it first; the sum. The deadline stays with {@link KEEP_TTL}. */
  add(key: unknown, by: number, ttl: number): number | typeof notAdded {
    const calls = this.#calls;
    const { seat, engine } = calls;
    const described = encodeKey(key, seat.keyScratch, 'increment');
    if (ttl > 0) calls.useClock();
    const result = calls.call(() => engine.add(described, NUMBER_INFO, by, calls.now(), ttl));
    if (result !== Status.OK) return notAdded;
    // before anybody is told, who may use the scratch
    const sum = seat.valueScratch.readDoubleLE(0);
    calls.tellOf(described, 'replaced');
    return sum;
  }

  #store(described: number, info: number, ttl: number, condition: Condition): number {
    const calls = this.#calls;
    const engine = this.#engine;
    const now = calls.now();
    if (condition === undefined) return engine.put(described, info, now, ttl, calls.report);
    return typeof condition === 'number'
      ? engine.putIf(described, info, now, ttl, calls.report, condition)
      : engine.landFlight(described, info, now, ttl, calls.report, condition.at, condition.ticket);
  }

  #goOnPutting(described: number, info: number, ttl: number, condition: Condition, first: number): boolean {
    const removals: RemovalEvent[] = [];
    try {
      const again = (): number => this.#store(described, info, ttl, condition);
      return this.#isStored(described, removals, this.#calls.untilDone(removals, again, first));
    } finally {
      this.#calls.tell(removals);
    }
  }

  #putLarge(encoder: ValueEncoder, described: number, ttl: number, condition: Condition): boolean {
    const calls = this.#calls;
    const { seat, engine, report } = calls;
    const info = infoOf(encoder);
    const removals: RemovalEvent[] = [];
    try {
      // before it takes room for a value that is not wanted
      if (condition !== undefined && !this.#isExpected(described, condition)) return false;
      // the room for it is not to be made of the entry that it depends on
      if (typeof condition === 'number' && condition > 0)
        calls.call(() => engine.touch(described, calls.now(), KEEP_TTL));
      calls.untilDone(removals, () => engine.reserve(described, info, calls.now(), report));
      const { memory, places } = seat;
      const block = seat.field(places.slotHand) + places.blockPayload + (described >>> 3);
      encoder.write(Buffer.from(memory.buffer, block, info >>> 3), 0);
      const result = calls.untilDone(removals, () => this.#store(described, info, ttl, condition));
      return this.#isStored(described, removals, result);
    } catch (error) {
      seat.emptyHands();
      throw error;
    } finally {
      encoder.release();
      calls.tell(removals);
    }
  }

  /** Whether a put has stored its value, by its answer; notes what that has replaced. */
  #isStored(described: number, removals: RemovalEvent[], result: number): boolean {
    if (result === Status.REPLACED && this.#calls.wants('replaced')) {
      removals.push({ key: this.#calls.keyInScratch(described), cause: 'replaced' });
    }
    return result !== Status.CONFLICT;
  }

  /** Whether a conditional put of a large value has a prospect. */
  #isExpected(described: number, condition: number | Flight): boolean {
    const calls = this.#calls;
    if (typeof condition === 'object') {
      return calls.engine.isLanding(condition.at, condition.ticket) === Status.OK;
    }
    const result = calls.call(() => calls.engine.peek(described, calls.now()));
    return condition === (result === Status.MISS ? ABSENT_VERSION : calls.seat.entryVersion);
  }
}

/** {length, kind} of what an encoder has prepared. */
function infoOf({ byteLength, kind }: ValueEncoder): number {
  return byteLength * 8 + kind;
}
