import { types } from 'node:util';
import { ownText } from './codec/text.js';
import { VALUE_SCRATCH } from './memory/engine.js';
import type { Seat } from './memory/seat.js';

/** An entry at one of its versions: the address of its record, and what the engine compares. */
export interface EntryVersion {
  readonly record: number;
  readonly version: number;
  /** µs, 0: never. */
  readonly deadline: number;
}

/** A value this thread has decoded, its key, and the entry and version it belongs to. */
export interface NearValue extends EntryVersion {
  readonly key: unknown;
  readonly value: unknown;
}

/** So many entries read once lately are remembered for each value that may be kept; at least, and at most. */
const SEEN_PER_VALUE = 4;
const LEAST_SEEN = 2 ** 12;
const MOST_SEEN = 2 ** 22;
/** Records are 64 bytes apart. */
const RECORD_BITS = 6;
/** After so many lookups that found nothing it is judged whether the tier pays: it does with twice as many that did. */
const TRIAL = 512;
/** For so many lookups it is passed by when it does not. */
const PAUSE = 16_384;

/** Bytes of encoded values that are kept, at most: so many for each value that may be kept. */
const BYTES_PER_VALUE = VALUE_SCRATCH;

type Place = { -readonly [Field in keyof NearValue]: NearValue[Field] } & {
  /** Of its value, when encoded. */
  bytes: number;
};

/**
 * The near tier: decoded values of one thread, for keys it reads again and again. Whether a value is still the one in
 * the cache, the engine says at every hit, by the entry's version; so it is never stale, and recency and statistics are
 * those of the cache. It holds what can be handed out twice: primitives, and what has been frozen.
 *
 * A value is kept when its entry is read for the second time within a while, so that keys read once cost nothing but a
 * lookup. When full, the value kept longest goes: places are used in turn. A key whose value holds no more stays at its
 * place for the next one, since each deletion leaves a hole in a Map that later lookups have to walk over.
 *
 * A lookup and keeping a value cost a third of what a hit saves. So where few lookups find something, since keys are many or
 * are not in the cache, the tier is passed by for a while and then tried again; but not where a hit saves decoding an
 * object.
 */
export class NearTier {
  readonly #places = new Map<unknown, Place>();
  readonly #inTurn: Place[] = [];
  /** Entries read once lately, at their addresses modulo its length, a power of two. */
  readonly #seen: Uint32Array;
  readonly #size: number;
  readonly #mayPause: boolean;
  #next = 0;
  readonly #mostBytes: number;
  #bytes = 0;
  /** The place to be emptied next, when there are too many bytes. */
  #nextEmptied = 0;
  // since it was last judged
  #hits = 0;
  #misses = 0;
  /** Lookups still to pass by. */
  #pause = 0;

  /** @param size Most values kept, at least 1. */
  constructor(size: number, mayPause: boolean) {
    this.#size = size;
    this.#mayPause = mayPause;
    this.#mostBytes = size * BYTES_PER_VALUE;
    const seen = 2 ** Math.ceil(Math.log2(size * SEEN_PER_VALUE));
    this.#seen = new Uint32Array(Math.min(Math.max(seen, LEAST_SEEN), MOST_SEEN));
  }

  /** The value kept for a key, if any: for the engine to say whether it holds; if it does not, {@link missed}. */
  find(key: unknown): NearValue | undefined {
    if (this.#pause > 0) {
      this.#pause--;
      return undefined;
    }
    const place = this.#places.get(key);
    if (place === undefined) this.missed();
    else this.#hits++;
    return place;
  }

  /** A lookup was in vain. */
  missed(): void {
    if (++this.#misses < TRIAL) return;
    if (this.#mayPause && this.#hits < 2 * TRIAL) this.#pause = PAUSE;
    this.#hits = 0;
    this.#misses = 0;
  }

  /** After a hit: the entry that the engine has just read. */
  identify(seat: Seat): EntryVersion {
    const { slotEntry, slotEntryDeadline } = seat.places;
    return {
      record: seat.field(slotEntry),
      version: seat.entryVersion,
      deadline: seat.field64(slotEntryDeadline),
    };
  }

  /** Keeps the value of an entry that was hit, if it was hit lately; `bytes` long when encoded. */
  offer(key: unknown, value: unknown, { record, version, deadline }: EntryVersion, bytes: number): void {
    if (this.#pause > 0 || bytes > this.#mostBytes) return;
    const at = (record >>> RECORD_BITS) & (this.#seen.length - 1);
    if (this.#seen[at] !== record) {
      this.#seen[at] = record;
      return;
    }
    const place = this.#places.get(key) ?? this.#placeFor(key);
    place.value = value;
    place.record = record;
    place.version = version;
    place.deadline = deadline;
    this.#bytes += bytes - place.bytes;
    place.bytes = bytes;
    if (this.#bytes > this.#mostBytes) this.#makeRoom(place);
  }

  /** Empties one place after the other, but for this one, until there are not too many bytes. */
  #makeRoom(kept: Place): void {
    while (this.#bytes > this.#mostBytes) {
      const place = this.#inTurn[this.#nextEmptied++ % this.#inTurn.length] as Place;
      if (place === kept) continue;
      this.#bytes -= place.bytes;
      this.#places.delete(place.key);
      // no key: its own may get another place before this one's turn comes
      Object.assign(place, { key: place, value: undefined, bytes: 0 });
    }
  }

  /** The place whose turn it is, now this key's. */
  #placeFor(givenKey: unknown): Place {
    const key = typeof givenKey === 'string' ? ownText(givenKey) : givenKey;
    let place = this.#inTurn[this.#next];
    if (place === undefined) {
      place = { key, value: undefined, record: 0, version: 0, deadline: 0, bytes: 0 };
      this.#inTurn.push(place);
    } else {
      this.#places.delete(place.key);
      place.key = key;
    }
    this.#next = this.#next + 1 === this.#size ? 0 : this.#next + 1;
    this.#places.set(key, place);
    return place;
  }
}

/**
 * Freezes a value through and through and says whether that makes it immutable: plain objects and arrays of such and
 * of primitives. Anything else (a Date, a Map, a Buffer) can still be changed when frozen; then nothing is frozen.
 *
 * @param isForeign A codec of the user's has made it: it may have what structured clone never makes.
 */
export function deepFreeze(value: object, isForeign: boolean): boolean {
  const parts = new Set<object>([value]);
  for (const part of parts) {
    if ((isForeign && !isData(part)) || !isPlain(part)) return false;
    const children = isForeign
      ? Reflect.ownKeys(part).map((key) => Reflect.get(part, key))
      : Object.values(part);
    for (const child of children) if (typeof child === 'object' && child !== null) parts.add(child);
  }
  for (const part of parts) Object.freeze(part);
  return true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

/** Whether there is no code behind any of its properties. */
function isData(value: object): boolean {
  if (types.isProxy(value)) return false;
  return Reflect.ownKeys(value).every((key) => {
    const property = Reflect.getOwnPropertyDescriptor(value, key);
    return property !== undefined && 'value' in property && typeof property.value !== 'function';
  });
}
