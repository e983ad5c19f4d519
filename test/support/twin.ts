import type { Removal } from '../../src/memory/removal.js';

/** Times are µs; a deadline of 0 is none. */
interface TwinEntry<Value> {
  readonly value: Value;
  readonly deadline: number;
}

/**
 * What a cache must do, written as plainly as possible: a Map from the least to the most recently used entry. The
 * caller brings the time, µs.
 */
export class Twin<Key, Value> {
  readonly stats = { hits: 0, misses: 0, puts: 0, deletes: 0, evictions: 0, expired: 0 };
  readonly #maxSize: number;
  readonly #entries = new Map<Key, TwinEntry<Value>>();

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** From the least to the most recently used. */
  get keys(): Key[] {
    return [...this.#entries.keys()];
  }

  /** Stores a value; the entries that were removed for it, in order. `ttl` 0: it never expires. */
  put(key: Key, value: Value, now: number, ttl: number): { key: Key; cause: Removal['cause'] }[] {
    const removed: { key: Key; cause: Removal['cause'] }[] = [];
    if (this.expire(key, now)) removed.push({ key, cause: 'expired' });
    const victim = this.#entries.keys().next();
    if (!this.#entries.has(key) && this.size === this.#maxSize && !victim.done) {
      const cause = this.expire(victim.value, now) ? 'expired' : 'evicted';
      if (cause === 'evicted') this.evict(victim.value);
      removed.push({ key: victim.value, cause });
    }
    this.#entries.delete(key);
    this.#entries.set(key, { value, deadline: ttl === 0 ? 0 : now + ttl });
    this.stats.puts++;
    return removed;
  }

  /** `expired`: it was there, and has been removed. */
  get(key: Key, now: number): { value: Value | undefined; expired: boolean } {
    const expired = this.expire(key, now);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.stats.misses++;
      return { value: undefined, expired };
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.stats.hits++;
    return { value: entry.value, expired: false };
  }

  peek(key: Key, now: number): Value | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined || isOver(entry, now) ? undefined : entry.value;
  }

  has(key: Key, now: number): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && !isOver(entry, now);
  }

  delete(key: Key, now: number): { deleted: boolean; expired: boolean } {
    const expired = this.expire(key, now);
    const deleted = this.#entries.delete(key);
    if (deleted) this.stats.deletes++;
    return { deleted, expired };
  }

  /** Seconds are the caller's: µs left, Infinity, or undefined when it is not there. */
  ttl(key: Key, now: number): number | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || isOver(entry, now)) return undefined;
    return entry.deadline === 0 ? Number.POSITIVE_INFINITY : entry.deadline - now;
  }

  /** Gives another deadline, `ttl` µs from now, and makes the entry the newest. */
  touch(key: Key, now: number, ttl: number): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined || isOver(entry, now)) return false;
    this.#entries.delete(key);
    this.#entries.set(key, { value: entry.value, deadline: ttl === 0 ? 0 : now + ttl });
    return true;
  }

  /** `expired`: it was there, and has been removed. */
  take(key: Key, now: number): { value: Value | undefined; expired: boolean } {
    const { value, expired } = this.get(key, now);
    this.delete(key, now);
    return { value, expired };
  }

  /** Entries that are there, from the least to the most recently used. */
  entries(now: number): [Key, Value][] {
    return [...this.#entries].flatMap(([key, entry]) => (isOver(entry, now) ? [] : [[key, entry.value]]));
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Removes the entry if its time is over. */
  expire(key: Key, now: number): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined || !isOver(entry, now)) return false;
    this.#entries.delete(key);
    this.stats.expired++;
    return true;
  }

  /** Removes an entry that had to go for another reason than maxSize. */
  evict(key: Key): boolean {
    const evicted = this.#entries.delete(key);
    if (evicted) this.stats.evictions++;
    return evicted;
  }

  /** Keys whose deadline lies before a time. */
  dueBefore(time: number): Key[] {
    return [...this.#entries].filter(([, entry]) => isOver(entry, time - 1)).map(([key]) => key);
  }
}

function isOver({ deadline }: TwinEntry<unknown>, now: number): boolean {
  return deadline !== 0 && deadline <= now;
}
