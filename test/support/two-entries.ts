/** Caches of two entries, which show what an operation does to recency. */
import type { TestContext } from 'node:test';
import type { CacheKey, CacheOptions, ThreadSafeCache } from '../../src/index.js';
import { assertIntact, makeCache } from './caches.js';

/** A cache that is full with two entries. */
export function small(
  test: TestContext,
  options: Partial<CacheOptions> = {},
): ThreadSafeCache<CacheKey, unknown> {
  return makeCache(test, { maxSize: 2, maxBytes: '4 MiB', ...options });
}

/** Which of 'a' and 'b' a further put evicts: the least recently used. */
export function victim(cache: ThreadSafeCache<CacheKey, unknown>): string {
  cache.put('c', 1);
  assertIntact(cache);
  return cache.has('a') ? 'b' : 'a';
}
