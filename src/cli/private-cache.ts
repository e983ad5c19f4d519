import { CacheError } from '../errors.js';
import { ThreadSafeCache } from '../index.js';
import type { CacheSource, PrivateKind } from './replay-messages.js';

/** What a replay needs of a cache. */
export interface ReplayCache {
  get(key: string): string | undefined;
  /** Whether it was stored; false: it can never fit. */
  put(key: string, value: string): boolean;
  /** Bytes that the thread has for it alone, outside of its heap. */
  ownBytes(): number;
}

interface LruCache {
  get(key: string): string | undefined;
  set(key: string, value: string): unknown;
}

type LruCacheClass = new (options: { max: number }) => LruCache;

/** lru-cache is a development dependency: it is there in a checkout, and wherever a program has it anyway. */
async function findLruCache(): Promise<LruCacheClass | undefined> {
  try {
    const { LRUCache }: { LRUCache?: unknown } = await import('lru-cache');
    return typeof LRUCache === 'function' ? (LRUCache as LruCacheClass) : undefined;
  } catch {
    return undefined;
  }
}

/** What private caches can be made of here: lru-cache where it is installed, else heddle itself. */
export async function privateKind(): Promise<PrivateKind> {
  return (await findLruCache()) === undefined ? 'heddle' : 'lru-cache';
}

/** Opens the cache that a worker was told to use, or makes it. */
export async function openCache(source: CacheSource): Promise<ReplayCache> {
  if (source.kind === 'shared') return overHeddle(ThreadSafeCache.open<string, string>(source.name), () => 0);
  const { kind, maxSize } = source;
  const LRUCache = kind === 'lru-cache' ? await findLruCache() : undefined;
  if (LRUCache !== undefined) return overLruCache(new LRUCache({ max: maxSize }));
  const cache = new ThreadSafeCache<string, string>({ maxSize, cleanupInterval: false });
  return overHeddle(cache, () => cache.getStats().bytesUsed);
}

function overHeddle(cache: ThreadSafeCache<string, string>, ownBytes: () => number): ReplayCache {
  return {
    ownBytes,
    get: (key) => cache.get(key),
    put: (key, value) => {
      try {
        cache.put(key, value);
        return true;
      } catch (error) {
        if (error instanceof CacheError && error.code === 'ERR_VALUE_TOO_LARGE') return false;
        throw error;
      }
    },
  };
}

function overLruCache(cache: LruCache): ReplayCache {
  return {
    ownBytes: () => 0,
    get: (key) => cache.get(key),
    put: (key, value) => {
      cache.set(key, value);
      return true;
    },
  };
}
