import { cacheRangeError, cacheTypeError, describe } from '../errors.js';
import { resolveTtl } from '../options.js';
import { suggest } from '../suggest.js';

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
  /**
   * Seconds after which a value that is read is loaded anew in the background; below `ttl`, or the default TTL, one of which
   * it wants. What was put to stay for ever is not refreshed. Default: never.
   */
  readonly refreshAfter?: number | undefined;
  /** Seconds that a loader may take, up to 86,400; then it has failed, and whoever waits may load. Default 30. */
  readonly timeout?: number | undefined;
  /**
   * Seconds for which a failure is remembered, for all threads: calls with this option fail without loading. It is an
   * entry, which counts in `size`, `puts` and `evictions`, but no iteration and no listener meets it. A value of the key
   * goes before it, a `clear` ends it, a `delete` does not. Default: not at all.
   */
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
 * Validates the options of a load and fills in the defaults. `operation` is for the messages of errors only.
 *
 * @throws {@link CacheError} `ERR_INVALID_OPTION`, `ERR_INVALID_TTL`
 */
export function resolveLoadOptions(
  key: unknown,
  options: unknown,
  defaultTtlMicros: number,
  operation = 'load',
): LoadPlan {
  const subject: Subject = { operation, key };
  if (typeof options !== 'object' || options === null) throw wrong(subject, 'options', options, 'an object');
  const given: Partial<Record<keyof LoadOptions, unknown>> = options;
  const { ttl, staleFor, refreshAfter, timeout = DEFAULT_TIMEOUT, negativeTtl, signal, ...unknown } = given;
  refuseUnknown(subject, unknown, ['ttl', 'staleFor', 'refreshAfter', 'timeout', 'negativeTtl', 'signal']);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw wrong(subject, 'signal', signal, 'an AbortSignal');
  }
  const ttlMicros = resolveTtl(operation, key, ttl, defaultTtlMicros);
  return {
    ttl: ttlMicros,
    staleFor: micros(subject, 'staleFor', staleFor, LONGEST),
    refreshAfter: refreshMicros(subject, refreshAfter, ttlMicros),
    timeout: micros(subject, 'timeout', timeout, LONGEST_TIMEOUT),
    negativeTtl: micros(subject, 'negativeTtl', negativeTtl, LONGEST),
    signal,
  };
}

/** The same of `getOrCompute`. */
export function resolveComputeOptions(
  key: unknown,
  options: unknown,
  defaultTtlMicros: number,
): Pick<LoadPlan, 'ttl' | 'timeout'> {
  const subject: Subject = { operation: 'compute', key };
  if (typeof options !== 'object' || options === null) throw wrong(subject, 'options', options, 'an object');
  const given: Partial<Record<keyof ComputeOptions, unknown>> = options;
  const { ttl, timeout = DEFAULT_TIMEOUT, ...unknown } = given;
  refuseUnknown(subject, unknown, ['ttl', 'timeout']);
  return {
    ttl: resolveTtl('compute', key, ttl, defaultTtlMicros),
    timeout: micros(subject, 'timeout', timeout, LONGEST_TIMEOUT),
  };
}

/** What the options are for: an error's message names it. */
interface Subject {
  readonly operation: string;
  readonly key: unknown;
}

/** A typo must not be ignored. */
function refuseUnknown({ operation, key }: Subject, unknown: object, known: readonly string[]): void {
  const [other] = Reflect.ownKeys(unknown);
  if (other === undefined) return;
  const meant = typeof other === 'string' ? suggest(other, known) : undefined;
  const hint = meant === undefined ? `one of ${known.join(', ')} is required` : `did you mean ${meant}?`;
  throw cacheTypeError(
    'ERR_INVALID_OPTION',
    `Cannot ${operation} ${describe(key)}: ${describe(other)} is not an option, ${hint}`,
  );
}

function micros(subject: Subject, option: string, seconds: unknown, longest: number): number {
  if (seconds === undefined) return 0;
  const required = `a positive number of seconds${longest === LONGEST_TIMEOUT ? `, at most ${longest},` : ''}`;
  if (typeof seconds !== 'number') throw wrong(subject, option, seconds, required);
  if (!(seconds > 0) || (longest === LONGEST_TIMEOUT && seconds > longest)) {
    throw outOfRange(subject, option, seconds, required);
  }
  return Math.ceil(Math.min(seconds, longest) * 1e6);
}

function refreshMicros(subject: Subject, seconds: unknown, ttlMicros: number): number {
  const after = micros(subject, 'refreshAfter', seconds, LONGEST);
  if (after === 0 || after < ttlMicros) return after;
  const required = ttlMicros === 0 ? 'a ttl that it is below' : 'a number of seconds below the ttl';
  throw outOfRange(subject, 'refreshAfter', seconds, required);
}

function message({ operation, key }: Subject, option: string, value: unknown, required: string): string {
  return `Cannot ${operation} ${describe(key)}: ${option} is ${describe(value)}, ${required} is required`;
}

function wrong(subject: Subject, option: string, value: unknown, required: string): Error {
  return cacheTypeError('ERR_INVALID_OPTION', message(subject, option, value, required));
}

function outOfRange(subject: Subject, option: string, value: unknown, required: string): Error {
  return cacheRangeError('ERR_INVALID_OPTION', message(subject, option, value, required));
}
