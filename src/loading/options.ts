import { cacheRangeError, cacheTypeError, describe } from '../errors.js';
import { resolveTtl } from '../options.js';

/** How `getOrLoad` loads a key. Those of the caller that begins a load hold for it. */
export interface LoadOptions {
  /** Seconds that a loaded value lives, as for `put`. Default: the cache's default TTL. */
  readonly ttl?: number | undefined;
  /**
   * Seconds after its end during which `getOrLoad` still answers the value, at once, while one thread loads it anew, or
   * fails to. Everybody else does not see it any more. From the first use on, expired entries of the whole cache stay
   * for so long, until room is needed. Default: not at all.
   */
  readonly staleFor?: number | undefined;
  /** Seconds after which a value that is read is loaded anew in the background; below `ttl`. Default: never. */
  readonly refreshAfter?: number | undefined;
  /** Seconds that a loader may take, up to 86,400; then it has failed, and whoever waits may load. Default 30. */
  readonly timeout?: number | undefined;
  /** Seconds for which a failure is remembered, for all threads: calls fail without loading. Default: not at all. */
  readonly negativeTtl?: number | undefined;
  /** Ends the waiting of this caller, with the signal's reason; the load goes on for the others. */
  readonly signal?: AbortSignal | undefined;
}

/** What `getOrCompute` takes; see {@link LoadOptions}. */
export interface ComputeOptions {
  /** Seconds that a computed value lives, as for `put`. Default: the cache's default TTL. */
  readonly ttl?: number | undefined;
  /** Seconds after which another thread computes what this one has not; up to 86,400. Default 30. */
  readonly timeout?: number | undefined;
}

/** {@link LoadOptions} after validation, in µs; 0: not at all. */
export interface LoadPlan {
  readonly ttl: number;
  readonly staleFor: number;
  readonly refreshAfter: number;
  readonly timeout: number;
  readonly negativeTtl: number;
  readonly signal: AbortSignal | undefined;
}

const DEFAULT_TIMEOUT = 30;
const LONGEST_TIMEOUT = 86_400;
/** 100 Julian years in seconds. */
const LONGEST = 3_155_760_000;

/**
 * Validates the options of a load and fills in the defaults.
 *
 * @throws {@link CacheError} `ERR_INVALID_OPTION`, `ERR_INVALID_TTL`
 */
export function resolveLoadOptions(key: unknown, options: unknown, defaultTtlMicros: number): LoadPlan {
  if (typeof options !== 'object' || options === null) throw wrong(key, 'options', options, 'an object');
  const given: Partial<Record<keyof LoadOptions, unknown>> = options;
  const { ttl, staleFor, refreshAfter, timeout = DEFAULT_TIMEOUT, negativeTtl, signal, ...unknown } = given;
  const [other] = Reflect.ownKeys(unknown);
  if (other !== undefined) {
    const names = 'ttl, staleFor, refreshAfter, timeout, negativeTtl or signal';
    throw wrong(key, 'an option', other, names);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw wrong(key, 'signal', signal, 'an AbortSignal');
  }
  const ttlMicros = resolveTtl('load', key, ttl, defaultTtlMicros);
  return {
    ttl: ttlMicros,
    staleFor: micros(key, 'staleFor', staleFor, LONGEST),
    refreshAfter: refreshMicros(key, refreshAfter, ttlMicros),
    timeout: micros(key, 'timeout', timeout, LONGEST_TIMEOUT),
    negativeTtl: micros(key, 'negativeTtl', negativeTtl, LONGEST),
    signal,
  };
}

/** The same of `getOrCompute`. */
export function resolveComputeOptions(
  key: unknown,
  options: unknown,
  defaultTtlMicros: number,
): Pick<LoadPlan, 'ttl' | 'timeout'> {
  if (typeof options !== 'object' || options === null) throw wrong(key, 'options', options, 'an object');
  const given: Partial<Record<keyof ComputeOptions, unknown>> = options;
  const { ttl, timeout = DEFAULT_TIMEOUT, ...unknown } = given;
  const [other] = Reflect.ownKeys(unknown);
  if (other !== undefined) throw wrong(key, 'an option', other, 'ttl or timeout');
  return {
    ttl: resolveTtl('compute', key, ttl, defaultTtlMicros),
    timeout: micros(key, 'timeout', timeout, LONGEST_TIMEOUT),
  };
}

function micros(key: unknown, option: string, seconds: unknown, longest: number): number {
  if (seconds === undefined) return 0;
  const required = `a positive number of seconds${longest === LONGEST_TIMEOUT ? `, at most ${longest},` : ''}`;
  if (typeof seconds !== 'number') throw wrong(key, option, seconds, required);
  if (!(seconds > 0) || (longest === LONGEST_TIMEOUT && seconds > longest)) {
    throw outOfRange(key, option, seconds, required);
  }
  return Math.ceil(Math.min(seconds, longest) * 1e6);
}

function refreshMicros(key: unknown, seconds: unknown, ttlMicros: number): number {
  const after = micros(key, 'refreshAfter', seconds, LONGEST);
  if (after === 0 || after < ttlMicros) return after;
  throw outOfRange(key, 'refreshAfter', seconds, 'a number of seconds below the ttl');
}

function message(key: unknown, option: string, value: unknown, required: string): string {
  return `Cannot load ${describe(key)}: ${option} is ${describe(value)}, ${required} is required`;
}

function wrong(key: unknown, option: string, value: unknown, required: string): Error {
  return cacheTypeError('ERR_INVALID_OPTION', message(key, option, value, required));
}

function outOfRange(key: unknown, option: string, value: unknown, required: string): Error {
  return cacheRangeError('ERR_INVALID_OPTION', message(key, option, value, required));
}
