/** heddle, for several threads. */
import { type CacheHandle, ThreadSafeCache } from '../../../src/index.js';
import { budget } from '../local-caches.js';
import type { SharedContender } from './contender.js';

function variant(name: string, more: { nearSize?: number; freeze?: boolean }): SharedContender {
  return {
    name,
    isAsync: false,
    isShared: true,
    evicts: true,
    host: async (wanted) => {
      const cache = new ThreadSafeCache({ maxSize: wanted.entries, maxBytes: budget(wanted), ...more });
      return { connection: () => ({ data: cache.handle }), close: () => cache.shutdown() };
    },
    connect: async (data) => {
      const cache = ThreadSafeCache.attach<string, string>(data as CacheHandle);
      return {
        get: (key) => cache.get(key),
        put: (key, value) => cache.put(key, value),
        close: () => cache.shutdown(),
      };
    },
  };
}

/** As it comes. */
export const heddle = variant('heddle', {});
/** Every get reads the shared memory. */
export const heddleWithoutNear = variant('heddle, near tier off', { nearSize: 0 });
/** One frozen value for each thread and version. */
export const heddleFrozen = variant('heddle, freeze', { freeze: true });
