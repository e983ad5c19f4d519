/** What threads have that share nothing: an lru-cache each with its part of the entries, or a Map as a control. */
import { peerExport } from '../peer.js';
import type { SharedContender } from './contender.js';

interface LruCache {
  get(key: string): unknown;
  set(key: string, value: unknown): unknown;
}

/** Each thread has its part of the same memory. */
export const privateLruCache: SharedContender = {
  name: 'private lru-caches',
  isAsync: false,
  isShared: false,
  evicts: true,
  host: async ({ entries }, threads) => {
    await peerExport('lru-cache', 'LRUCache');
    return { connection: () => ({ data: Math.floor(entries / threads) }), close: () => {} };
  },
  connect: async (data) => {
    const LRUCache = await peerExport<new (options: { max: number }) => LruCache>('lru-cache', 'LRUCache');
    const cache = new LRUCache({ max: data as number });
    return { get: (key) => cache.get(key), put: (key, value) => cache.set(key, value) };
  },
};

/** Each thread has all entries in a Map: how the machine itself scales, when nothing is shared but its memory. */
export const privateMap: SharedContender = {
  name: 'private Maps',
  isAsync: false,
  isShared: false,
  evicts: false,
  host: async () => ({ connection: () => ({ data: undefined }), close: () => {} }),
  connect: async () => {
    const map = new Map<string, string>();
    return { get: (key) => map.get(key), put: (key, value) => map.set(key, value) };
  },
};
