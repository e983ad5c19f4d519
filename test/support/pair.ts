/** A cache and its twin, side by side. */
import assert from 'node:assert/strict';
import { formatKey } from '../../src/codec/keys.js';
import { type CacheKey, type CacheOptions, type RemovalEvent, ThreadSafeCache } from '../../src/index.js';
import { nowMicros } from '../../src/memory/clock.js';
import { assertIntact } from './caches.js';
import type { Clock } from './clock.js';
import { RecordingLogger } from './logger.js';
import { Twin } from './twin.js';

/** What a log line calls the entry of a key. */
function nameOf(key: CacheKey): string {
  return formatKey(key === 0 ? 0 : key);
}

/** As deepEqual, which takes long for many bytes. */
function assertSame(found: unknown, expected: unknown): void {
  if (found instanceof Uint8Array && expected instanceof Uint8Array) {
    assert.equal(Buffer.isBuffer(found), Buffer.isBuffer(expected));
    assert.equal(Buffer.compare(found, expected), 0);
  } else {
    assert.deepEqual(found, expected);
  }
}

/** Cache and twin side by side, at one time. */
export class Pair {
  readonly cache: ThreadSafeCache;
  readonly twin: Twin<string, unknown>;
  readonly #logger = new RecordingLogger();
  readonly #events: RemovalEvent[] = [];
  readonly #clock: Clock;
  readonly #isExact: boolean;
  readonly #defaultTtl: number | undefined;

  /** @param isExact Nothing goes but for maxSize and time: the twin knows what. Else the cache says what had to go. */
  constructor(options: CacheOptions, clock: Clock, isExact: boolean) {
    this.cache = new ThreadSafeCache({ ...options, cleanupInterval: 0, logger: this.#logger });
    this.cache.onRemoval((event) => this.#events.push(event));
    this.twin = new Twin(options.maxSize);
    this.#clock = clock;
    this.#isExact = isExact;
    this.#defaultTtl = options.defaultTtl ?? undefined;
  }

  get now(): number {
    return Math.floor(nowMicros());
  }

  put(key: CacheKey, value: unknown, ttl: number | undefined): void {
    this.cache.put(key, value, ttl);
    this.#store(key, value, this.#micros(ttl));
  }

  putIfAbsent(key: CacheKey, value: unknown, ttl: number | undefined): void {
    const isThere = this.twin.has(nameOf(key), this.now);
    // what evictions for want of bytes took away may have been this one
    const isStored = this.cache.putIfAbsent(key, value, ttl);
    assert.equal(isStored, !isThere);
    if (isStored) this.#store(key, value, this.#micros(ttl));
    else assert.deepEqual(this.#takeTold(), []);
  }

  /** By versions: stores, and then in vain with the version that was. */
  putIfVersion(key: CacheKey, value: unknown, ttl: number | undefined): void {
    const found = this.cache.getVersioned(key);
    const { value: expected } = this.twin.get(nameOf(key), this.now);
    assertSame(found?.value, expected);
    this.#takeTold();
    if (found === undefined) return;
    if (!this.cache.putIfVersion(key, value, found.version, ttl)) {
      this.#goesForItself(key);
      return;
    }
    this.#store(key, value, this.#micros(ttl));
    assert.equal(this.cache.putIfVersion(key, 'never', found.version), false);
  }

  /** Stores a value that is made of the one there. */
  update(key: CacheKey, value: unknown, ttl: number | undefined): void {
    const seen: unknown[] = [];
    const answer = this.cache.update(
      key,
      (before) => {
        seen.push(before);
        return value;
      },
      ttl,
    );
    assertSame(seen[0], this.twin.peek(nameOf(key), this.now));
    assert.equal(answer, value);
    // its own entry may have had to go to make room: then there was nothing any more, and it was asked again
    assert.deepEqual(seen.slice(1), this.#isExact || seen.length === 1 ? [] : [undefined]);
    this.#store(key, value, this.#micros(ttl));
  }

  increment(key: CacheKey, by: number | bigint, ttl: number | undefined): void {
    const name = nameOf(key);
    const left = this.twin.ttl(name, this.now);
    const sum = sumOf(left === undefined ? undefined : { value: this.twin.peek(name, this.now) }, by);
    if (sum === undefined) {
      assert.throws(() => this.cache.increment(key, by, ttl), { code: 'ERR_NOT_A_NUMBER' });
      return;
    }
    assert.equal(this.cache.increment(key, by, ttl), sum);
    const kept = left === Number.POSITIVE_INFINITY ? 0 : left;
    this.#store(key, sum, ttl === undefined && kept !== undefined ? kept : this.#micros(ttl));
  }

  touch(key: CacheKey, ttl: number | undefined): void {
    assert.equal(this.cache.touch(key, ttl), this.twin.touch(nameOf(key), this.now, this.#micros(ttl)));
  }

  take(key: CacheKey): void {
    const { value } = this.twin.take(nameOf(key), this.now);
    assertSame(this.cache.take(key), value);
    this.#takeTold();
  }

  /** Entries, in the order of use and in none. */
  iterate(): void {
    const expected = this.twin.entries(this.now);
    const found = [...this.cache.entries({ order: 'lru' })];
    assert.deepEqual(
      found.map(([key]) => nameOf(key)),
      expected.map(([name]) => name),
    );
    for (const [index, [, value]] of found.entries()) assertSame(value, expected[index]?.[1]);
    const names = Array.from(this.cache.keys(), nameOf);
    assert.deepEqual(names.sort(), expected.map(([name]) => name).sort());
  }

  #micros(ttl: number | undefined): number {
    const lasts = ttl ?? this.#defaultTtl ?? Number.POSITIVE_INFINITY;
    return lasts === Number.POSITIVE_INFINITY ? 0 : Math.ceil(lasts * 1e6);
  }

  #store(key: CacheKey, value: unknown, micros: number): void {
    const replaced = this.#events.filter(({ cause }) => cause === 'replaced');
    const told = this.#takeTold();
    if (!this.#isExact) this.#follow(told);
    const isThere = this.twin.has(nameOf(key), this.now);
    assert.deepEqual(
      replaced.map((event) => nameOf(event.key as CacheKey)),
      isThere ? [nameOf(key)] : [],
    );
    const removed = this.twin.put(nameOf(key), value, this.now, micros);
    const expected = removed.map((removal) => ({ shown: removal.key, cause: removal.cause }));
    assert.deepEqual(this.#isExact ? told : [], expected);
  }

  /** A write that depended on an entry may fail for one reason: the entry had to go to make room for the large value. */
  #goesForItself(key: CacheKey): void {
    assert.ok(!this.#isExact);
    this.#follow(this.#takeTold());
    assert.equal(this.twin.has(nameOf(key), this.now), false);
  }

  /** What logger and listener were told, which is the same; forgets it. */
  #takeTold(): { shown: string; cause: string }[] {
    const told = this.#logger.takeRemovals();
    const events = this.#events.splice(0).flatMap(({ key, cause }) => {
      return cause === 'evicted' || cause === 'expired' ? [{ shown: nameOf(key), cause }] : [];
    });
    assert.deepEqual(events, told);
    return told;
  }

  get(key: CacheKey): void {
    const { value, expired } = this.twin.get(nameOf(key), this.now);
    assertSame(this.cache.get(key), value);
    const told = this.#takeTold();
    assert.deepEqual(told, expired ? [{ shown: nameOf(key), cause: 'expired' }] : []);
  }

  delete(key: CacheKey): void {
    assert.equal(this.cache.delete(key), this.twin.delete(nameOf(key), this.now).deleted);
    this.#takeTold();
  }

  look(key: CacheKey): void {
    assertSame(this.cache.peek(key), this.twin.peek(nameOf(key), this.now));
    assert.equal(this.cache.has(key), this.twin.has(nameOf(key), this.now));
    const [left, expected] = [this.cache.ttl(key), this.twin.ttl(nameOf(key), this.now)];
    if (left === undefined || expected === undefined || left === Number.POSITIVE_INFINITY) {
      assert.equal(left, expected);
    } else {
      // the clock has fractions of a microsecond, deadlines have none
      assert.ok(Math.abs(left * 1e6 - expected) < 2, `${left} s, ${expected} µs`);
    }
  }

  clear(): void {
    this.cache.clear();
    this.twin.clear();
  }

  pass(time: number): void {
    this.#clock.pass(time);
  }

  check(): void {
    const { hits, misses, puts, deletes, evictions, expiredRemovals, bytesUsed, maxBytes } =
      this.cache.getStats();
    assert.deepEqual({ hits, misses, puts, deletes, evictions, expired: expiredRemovals }, this.twin.stats);
    assert.equal(this.cache.size, this.twin.size);
    assert.ok(bytesUsed <= maxBytes);
  }

  checkAll(keys: readonly CacheKey[]): void {
    this.check();
    for (const key of keys) this.look(key);
    this.iterate();
    assertIntact(this.cache);
  }

  #follow(told: readonly { shown: string; cause: string }[]): void {
    for (const { shown, cause } of told) {
      const isOver = this.twin.expire(shown, this.now);
      assert.equal(isOver, cause === 'expired', shown);
      if (!isOver) assert.ok(this.twin.evict(shown), `${shown} went, and was not there`);
    }
  }
}

/** What incrementing must give; undefined: it is refused. */
function sumOf(
  found: { readonly value: unknown } | undefined,
  by: number | bigint,
): number | bigint | undefined {
  if (Number.isNaN(by)) return undefined;
  if (found === undefined) return by;
  const { value } = found;
  if (typeof value === 'bigint') {
    if (typeof by === 'bigint') return value + by;
    return Number.isInteger(by) ? value + BigInt(by) : undefined;
  }
  if (typeof value !== 'number' || typeof by !== 'number' || Number.isNaN(value + by)) return undefined;
  return value + by;
}
