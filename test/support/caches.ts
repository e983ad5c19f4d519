import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type CacheHandle, type CacheKey, type CacheOptions, ThreadSafeCache } from '../../src/index.js';
import { type Engine, instantiate } from '../../src/memory/engine.js';
import type { HandleContent } from '../../src/memory/handle.js';
import type { Scope } from './crew.js';
import { until } from './until.js';

/** A cache without a cleaner unless asked for, which ends with the test. */
export function makeCache<Key extends CacheKey = CacheKey, Value = unknown>(
  scope: Scope,
  options: CacheOptions,
): ThreadSafeCache<Key, Value> {
  const cache = new ThreadSafeCache<Key, Value>({ cleanupInterval: 0, ...options });
  scope.after(() => cache.shutdown());
  return cache;
}

/** The same memory as another cache object of this thread, in a thread slot of its own; ends with the test. */
export function attachAgain(scope: Scope, cache: ThreadSafeCache): ThreadSafeCache {
  const handle = { ...contentOf(cache), id: randomUUID() };
  const again = ThreadSafeCache.attach(handle as unknown as CacheHandle);
  scope.after(() => again.shutdown());
  return again;
}

/** What a handle holds, for tests that look behind it. */
export function contentOf(cache: ThreadSafeCache): HandleContent {
  return cache.handle as unknown as HandleContent;
}

/** The engine over a cache's memory, in no thread slot: for what asks and changes nothing. */
export function engineOf(cache: ThreadSafeCache): Engine {
  const { module, memory } = contentOf(cache);
  return instantiate(module, memory).engine;
}

/** Fails when a law of the engine's structures is broken. All threads must be quiet, the cleaner too. */
export function assertIntact(cache: ThreadSafeCache): void {
  const engine = engineOf(cache);
  const broken = engine.verify();
  assert.equal(broken, 0, `law ${broken} of engine/verify.ts is broken at ${engine.verifyAt()}`);
}

/** The same for a cache whose cleaner is at work: only a law that stays broken is. Everybody else must be quiet. */
export async function untilIntact(cache: ThreadSafeCache, patienceMs?: number): Promise<void> {
  const engine = engineOf(cache);
  await until(() => engine.verify() === 0, 'verify()', patienceMs).catch(() => assertIntact(cache));
}
