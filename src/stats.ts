/** What {@link ThreadSafeCache.getStats} answers: figures of all threads together. */
export interface CacheStats {
  /** Reads that found their key: `get`, `getVersioned`, each key of `getMany`, `take`, `getOrLoad`, `getOrCompute`. */
  readonly hits: number;
  /** The same that did not, expired entries included. */
  readonly misses: number;
  /** `hits / totalRequests`, 0 to 1; 0 before the first request. */
  readonly hitRate: number;
  /** `hits + misses`. */
  readonly totalRequests: number;
  /** Entries held now. */
  readonly currentSize: number;
  /** Entries removed to make room, for want of entries or of bytes. */
  readonly evictions: number;
  /** Entries removed because their time had come, on access or by the cleaner. */
  readonly expiredRemovals: number;
  /**
   * Values stored: by `put`, `putMany`, `increment`, `update`, and by `putIfAbsent`, `putIfVersion` and loads when they did.
   * A failure that is remembered is one too.
   */
  readonly puts: number;
  /** Entries removed by `delete`, `deleteMany` and `take`. */
  readonly deletes: number;
  /** The option. */
  readonly maxSize: number;
  /** Bytes of the budget in use: keys, values, records, index and the scratch of the attached threads. */
  readonly bytesUsed: number;
  /** The option, in bytes. */
  readonly maxBytes: number;
  /** Threads that take part, the cleaner among them. */
  readonly threads: number;
  /** Parts of the cache that had to be rebuilt because a thread died inside them; not 0 means a bug in heddle. */
  readonly rebuilds: number;
  /** Runs of loaders: of `getOrLoad`, `getOrCompute` and memoised functions. */
  readonly loads: number;
  /** Those that threw, took too long, or brought what cannot be cloned. */
  readonly loadFailures: number;
  /** Milliseconds that they took, all together. */
  readonly loadTimeMs: number;
  /** Calls that waited for the loader of another one, each once. */
  readonly waits: number;
  /** Calls that got a value past its end, by `staleFor`. */
  readonly staleServed: number;
}

/** The same figures under the names they have outside of a program: in JSON, on a command line, over HTTP. */
export type WireStats = Record<string, number>;

/** `hitRate` becomes `hit_rate`, and so on. */
export function toWire(stats: CacheStats): WireStats {
  const entries = Object.entries(stats).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return Object.fromEntries(entries) as WireStats;
}
