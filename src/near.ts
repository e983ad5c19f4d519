import type { Seat } from './memory/seat.js';

/** An entry at one of its versions: the address of its record, and what the engine compares. */
export interface EntryVersion {
  readonly record: number;
  readonly version: number;
  /** µs, 0: never. */
  readonly deadline: number;
}

/** A value this thread has decoded, and the entry and version it belongs to. */
export interface NearValue extends EntryVersion {
  readonly value: unknown;
}

/** Entries read once lately, by address; a power of two. */
const SEEN = 4096;
/** Records are 64 bytes apart. */
const RECORD_BITS = 6;

/**
 * The near tier: decoded values of one thread, for keys it reads again and again. Whether a value is still the one in
 * the cache, the engine says at every hit, by the entry's version; so it is never stale, and recency and statistics are
 * those of the cache. It holds what can be handed out twice: primitives, and what has been frozen.
 *
 * A value is kept when its entry is read for the second time within a while, so that keys read once cost nothing but a
 * lookup. When full, the value kept longest goes.
 */
export class NearTier {
  readonly #values = new Map<unknown, NearValue>();
  readonly #seen = new Uint32Array(SEEN);
  readonly #size: number;

  /** @param size Most values kept, at least 1. */
  constructor(size: number) {
    this.#size = size;
  }

  get(key: unknown): NearValue | undefined {
    return this.#values.get(key);
  }

  delete(key: unknown): void {
    this.#values.delete(key);
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

  /** Keeps the value of an entry that was hit, if it was hit lately. */
  offer(key: unknown, value: unknown, { record, version, deadline }: EntryVersion): void {
    const at = (record >>> RECORD_BITS) & (SEEN - 1);
    if (this.#seen[at] !== record) {
      this.#seen[at] = record;
      return;
    }
    if (this.#values.size >= this.#size && !this.#values.has(key)) {
      for (const oldest of this.#values.keys()) {
        this.#values.delete(oldest);
        break;
      }
    }
    this.#values.set(key, { record, version, deadline, value });
  }
}

/**
 * Freezes a value through and through and says whether that makes it immutable: plain objects and arrays of such and
 * of primitives. Anything else (a Date, a Map, a Buffer) can still be changed when frozen; then nothing is frozen.
 */
export function deepFreeze(value: object): boolean {
  const parts = new Set<object>([value]);
  for (const part of parts) {
    if (!isPlain(part)) return false;
    for (const child of Object.values(part))
      if (typeof child === 'object' && child !== null) parts.add(child);
  }
  for (const part of parts) Object.freeze(part);
  return true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
