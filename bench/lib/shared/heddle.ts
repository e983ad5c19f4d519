/** heddle, for several threads. */
import { type CacheHandle, ThreadSafeCache } from '../../../src/index.js';
import { budget, type Wanted } from '../local-caches.js';
import type { SharedClient, SharedContender } from './contender.js';

function clientOf(cache: ThreadSafeCache<string, string>): SharedClient {
  return {
    get: (key) => cache.get(key),
    put: (key, value) => cache.put(key, value),
    close: () => cache.shutdown(),
  };
}

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
    connect: async (data) => clientOf(ThreadSafeCache.attach<string, string>(data as CacheHandle)),
  };
}

/** As it comes. */
export const heddle = variant('heddle', {});
/** Every get reads the shared memory. */
export const heddleWithoutNear = variant('heddle, near tier off', { nearSize: 0 });
/** One frozen value for each thread and version. */
export const heddleFrozen = variant('heddle, freeze', { freeze: true });

/** A heddle with all entries for each thread: how it scales when nothing is shared. */
export const privateHeddle: SharedContender = {
  name: 'private heddles',
  isAsync: false,
  isShared: false,
  evicts: true,
  host: async (wanted) => ({ connection: () => ({ data: wanted }), close: () => {} }),
  connect: async (data) => {
    const wanted = data as Wanted;
    return clientOf(new ThreadSafeCache({ maxSize: wanted.entries, maxBytes: budget(wanted) }));
  },
};
