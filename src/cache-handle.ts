declare const opaque: unique symbol;

/**
 * What another thread needs to use the same cache: `worker.postMessage(cache.handle)`, then
 * `ThreadSafeCache.attach(handle)` there. Structured-cloneable, and opaque.
 */
export interface CacheHandle {
  readonly [opaque]: true;
}
