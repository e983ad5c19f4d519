/** The caches that work within one thread, heddle and its peers, behind one small interface. */
import { ThreadSafeCache } from '../../src/index.js';
import { type ValueKind, valueBytes } from './keys.js';
import { peerExport } from './peer.js';

/** What is measured. */
export interface LocalCache {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
  /** Absent in caches that cannot remove a key. */
  delete?(key: string): boolean;
  size(): number;
  close?(): void;
}

/** How large a cache is wanted, and for what. */
export interface Wanted {
  readonly entries: number;
  readonly keyLength: number;
  readonly value: ValueKind;
  /** Seconds that each entry lives; undefined: for ever. */
  readonly ttl: number | undefined;
}

/** What a cache does when it is full: drop the least recently used entry, drop old ones sooner or later, refuse. */
export type Eviction = 'exact' | 'approximate' | 'none';

/** One cache that takes part. */
export interface Contender {
  readonly name: string;
  /** The package it comes from; undefined: heddle, or Node.js itself. */
  readonly peer?: string;
  readonly eviction: Eviction;
  readonly hasTtl: boolean;
  open(wanted: Wanted): Promise<LocalCache>;
}

/** What an entry of heddle costs beyond its key and value, with room to spare; see overhead.ts. */
const OVERHEAD_BYTES = 128;
const SPARE_BYTES = 64 * 2 ** 20;
const LARGEST_BYTES = 4 * 2 ** 30;

/** A budget that no entry is evicted for: only the number of entries bounds the caches that are compared. */
export function budget({ entries, keyLength, value }: Omit<Wanted, 'ttl'>): number {
  const wanted = SPARE_BYTES + Math.ceil(entries * (keyLength + valueBytes[value] + OVERHEAD_BYTES) * 1.25);
  return Math.min(LARGEST_BYTES, wanted);
}

class Heddle implements LocalCache {
  readonly #cache: ThreadSafeCache<string>;

  constructor(wanted: Wanted, more: { nearSize?: number; freeze?: boolean }) {
    const { entries, ttl } = wanted;
    this.#cache = new ThreadSafeCache({
      maxSize: entries,
      maxBytes: budget(wanted),
      defaultTtl: ttl,
      ...more,
    });
  }
  get(key: string): unknown {
    return this.#cache.get(key);
  }
  put(key: string, value: unknown): void {
    this.#cache.put(key, value);
  }
  delete(key: string): boolean {
    return this.#cache.delete(key);
  }
  size(): number {
    return this.#cache.size;
  }
  close(): void {
    this.#cache.shutdown();
  }
}

/** The shape that most peers have. */
interface SetCache {
  get(key: string): unknown;
  set(key: string, value: unknown): unknown;
  delete(key: string): unknown;
  readonly size: number;
}

class OverLruMap implements LocalCache {
  readonly #cache: Omit<SetCache, 'delete'>;

  constructor(cache: Omit<SetCache, 'delete'>) {
    this.#cache = cache;
  }
  get(key: string): unknown {
    return this.#cache.get(key);
  }
  put(key: string, value: unknown): void {
    this.#cache.set(key, value);
  }
  size(): number {
    return this.#cache.size;
  }
}

class OverSet extends OverLruMap implements LocalCache {
  readonly #cache: SetCache;

  constructor(cache: SetCache) {
    super(cache);
    this.#cache = cache;
  }
  delete(key: string): boolean {
    const before = this.#cache.size;
    this.#cache.delete(key);
    return this.#cache.size < before;
  }
}

interface NodeCacheShape {
  get(key: string): unknown;
  set(key: string, value: unknown): boolean;
  del(key: string): number;
  getStats(): { keys: number };
  close(): void;
}

class OverNodeCache implements LocalCache {
  readonly #cache: NodeCacheShape;

  constructor(cache: NodeCacheShape) {
    this.#cache = cache;
  }
  get(key: string): unknown {
    return this.#cache.get(key);
  }
  put(key: string, value: unknown): void {
    this.#cache.set(key, value);
  }
  delete(key: string): boolean {
    return this.#cache.del(key) === 1;
  }
  size(): number {
    return this.#cache.getStats().keys;
  }
  close(): void {
    this.#cache.close();
  }
}

const milliseconds = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1000);

/** All of them. The first is heddle as it comes, lru-cache is what ratios are taken to. */
export const localCaches: readonly Contender[] = [
  {
    name: 'heddle',
    eviction: 'exact',
    hasTtl: true,
    open: async (wanted) => new Heddle(wanted, {}),
  },
  {
    name: 'heddle, near tier off',
    eviction: 'exact',
    hasTtl: true,
    open: async (wanted) => new Heddle(wanted, { nearSize: 0 }),
  },
  {
    name: 'heddle, freeze',
    eviction: 'exact',
    hasTtl: true,
    open: async (wanted) => new Heddle(wanted, { freeze: true }),
  },
  {
    name: 'heddle, freeze, all kept near',
    eviction: 'exact',
    hasTtl: true,
    open: async (wanted) => new Heddle(wanted, { freeze: true, nearSize: wanted.entries }),
  },
  {
    name: 'lru-cache',
    peer: 'lru-cache',
    eviction: 'exact',
    hasTtl: true,
    open: async ({ entries, ttl }) => {
      type Class = new (options: { max: number; ttl?: number }) => SetCache;
      const LRUCache = await peerExport<Class>('lru-cache', 'LRUCache');
      const ttlMs = milliseconds(ttl);
      return new OverSet(new LRUCache(ttlMs === undefined ? { max: entries } : { max: entries, ttl: ttlMs }));
    },
  },
  {
    name: 'quick-lru',
    peer: 'quick-lru',
    eviction: 'approximate',
    hasTtl: true,
    open: async ({ entries, ttl }) => {
      type Class = new (options: { maxSize: number; maxAge?: number }) => SetCache;
      const QuickLRU = await peerExport<Class>('quick-lru', 'default');
      const maxAge = milliseconds(ttl);
      return new OverSet(
        new QuickLRU(maxAge === undefined ? { maxSize: entries } : { maxSize: entries, maxAge }),
      );
    },
  },
  {
    name: 'tiny-lru',
    peer: 'tiny-lru',
    eviction: 'exact',
    hasTtl: true,
    open: async ({ entries, ttl }) => {
      const lru = await peerExport<(max: number, ttl?: number) => SetCache>('tiny-lru', 'lru');
      return new OverSet(lru(entries, milliseconds(ttl) ?? 0));
    },
  },
  {
    name: 'mnemonist LRUMap',
    peer: 'mnemonist',
    eviction: 'exact',
    hasTtl: false,
    open: async ({ entries }) => {
      const LRUMap = await peerExport<new (capacity: number) => SetCache>('mnemonist', 'LRUMap');
      return new OverLruMap(new LRUMap(entries));
    },
  },
  {
    name: 'node-cache',
    peer: 'node-cache',
    eviction: 'none',
    hasTtl: true,
    open: async ({ entries, ttl }) => {
      type Class = new (options: { maxKeys: number; stdTTL: number; useClones: boolean }) => NodeCacheShape;
      const NodeCache = await peerExport<Class>('node-cache', 'default');
      // when it is full it refuses to replace a value, too
      return new OverNodeCache(new NodeCache({ maxKeys: entries + 1, stdTTL: ttl ?? 0, useClones: false }));
    },
  },
];

/** The contender of a name. */
export function localCache(name: string): Contender {
  const found = localCaches.find((contender) => contender.name === name);
  if (found === undefined) throw new Error(`Cannot find a contender named '${name}'`);
  return found;
}
