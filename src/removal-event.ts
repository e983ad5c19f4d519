import type { CacheKey } from './codec/keys.js';

/**
 * What a listener of {@link ThreadSafeCache.onRemoval} is told: which entry is gone, and why. `replaced`: its value, by
 * another one. A clear is one event, without a key.
 */
export type RemovalEvent<Key extends CacheKey = CacheKey> =
  | { readonly key: Key; readonly cause: 'evicted' | 'expired' | 'deleted' | 'replaced' }
  | { readonly key?: never; readonly cause: 'cleared' };

/** What {@link ThreadSafeCache.onRemoval} takes. What it returns is ignored, but for a promise that is rejected. */
export type RemovalListener<Key extends CacheKey = CacheKey> = (event: RemovalEvent<Key>) => unknown;
