/**
 * heddle: a thread-safe in-memory cache, one for all worker threads of a process.
 *
 * @module
 */
export type { AttachOptions } from './attach-options.js';
export { ThreadSafeCache } from './cache.js';
export type { CacheHandle } from './cache-handle.js';
export type { CacheKey } from './codec/keys.js';
export type { ValueCodec } from './codec/values.js';
export type { CollectionOperations, IterationOptions } from './collection-operations.js';
export type { EntryOperations, Incremented, VersionedValue } from './entry-operations.js';
export { CacheError, type CacheErrorCode } from './errors.js';
export type { ComputeOptions, LoadOptions } from './loading/options.js';
export type { LoadingOperations } from './loading-operations.js';
export type { CacheLogger } from './logger.js';
export { type MemoizeOptions, memoize, type ResultCache } from './memoize.js';
export type { CacheOptions } from './options.js';
export type { RemovalEvent, RemovalListener } from './removal-event.js';
export type { CacheStats } from './stats.js';
