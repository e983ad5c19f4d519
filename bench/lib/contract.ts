/** What a cache must do before its figures count. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyMaker, type ValueKind, valueMaker } from './keys.js';
import type { Contender, LocalCache } from './local-caches.js';

const CAPACITY = 64;
const TTL_SECONDS = 0.05;
const LONGEST_WAIT_MS = 5_000;

/**
 * Checks one contender: what is put is got, a replaced value too; a removed key is gone; a full cache stays within its
 * size and drops what it says it drops; an entry expires.
 *
 * @throws AssertionError naming the contender and what it did.
 */
export async function checkContract(contender: Contender, value: ValueKind): Promise<void> {
  const wanted = { entries: CAPACITY, keyLength: 10, value };
  const key = keyMaker(wanted.keyLength);
  const make = valueMaker(value);
  await withCache(contender, { ...wanted, ttl: undefined }, (cache) => {
    storesAndReplaces(contender.name, cache, key, make);
    removes(contender.name, cache, key);
  });
  if (contender.eviction !== 'none') {
    await withCache(contender, { ...wanted, ttl: undefined }, (cache) => evicts(contender, cache, key, make));
  }
  if (contender.hasTtl) {
    await withCache(contender, { ...wanted, ttl: TTL_SECONDS }, async (cache) => {
      cache.put(key(1), make(1));
      const end = Date.now() + LONGEST_WAIT_MS;
      while (cache.get(key(1)) !== undefined) {
        assert.ok(Date.now() < end, `${contender.name}: an entry does not expire`);
        await sleep(TTL_SECONDS * 1000);
      }
    });
  }
}

async function withCache(
  contender: Contender,
  wanted: Parameters<Contender['open']>[0],
  check: (cache: LocalCache) => void | Promise<void>,
): Promise<void> {
  const cache = await contender.open(wanted);
  try {
    await check(cache);
  } finally {
    cache.close?.();
  }
}

type Make<Made> = (id: number) => Made;

function storesAndReplaces(name: string, cache: LocalCache, key: Make<string>, make: Make<unknown>): void {
  assert.equal(cache.get(key(0)), undefined, `${name}: an empty cache has an entry`);
  for (let id = 0; id < CAPACITY; id++) cache.put(key(id), make(id));
  for (let id = 0; id < CAPACITY; id++) {
    assert.deepEqual(cache.get(key(id)), make(id), `${name}: put, and got something else`);
  }
  assert.equal(cache.size(), CAPACITY, `${name}: the size is wrong`);
  cache.put(key(3), make(99));
  assert.deepEqual(cache.get(key(3)), make(99), `${name}: replaced, and got something else`);
  assert.equal(cache.size(), CAPACITY, `${name}: a replaced value counts twice`);
}

function removes(name: string, cache: LocalCache, key: Make<string>): void {
  if (cache.delete === undefined) return;
  assert.equal(cache.delete(key(5)), true, `${name}: a key that is there cannot be removed`);
  assert.equal(cache.delete(key(5)), false, `${name}: a removed key is removed once more`);
  assert.equal(cache.get(key(5)), undefined, `${name}: a removed key is there`);
}

function evicts(
  { name, eviction }: Contender,
  cache: LocalCache,
  key: Make<string>,
  make: Make<unknown>,
): void {
  for (let id = 0; id < CAPACITY; id++) cache.put(key(id), make(id));
  cache.get(key(0));
  cache.put(key(CAPACITY), make(CAPACITY));
  if (eviction === 'exact') {
    assert.equal(cache.size(), CAPACITY, `${name}: it is larger than it may be`);
    assert.notEqual(cache.get(key(0)), undefined, `${name}: an entry just used was evicted`);
    assert.equal(cache.get(key(1)), undefined, `${name}: the least recently used entry was not evicted`);
  }
  for (let id = 0; id < 10 * CAPACITY; id++) cache.put(key(1000 + id), make(id));
  assert.ok(cache.size() <= 2 * CAPACITY, `${name}: it does not evict`);
  assert.equal(cache.get(key(CAPACITY)), undefined, `${name}: an old entry was not evicted`);
}
