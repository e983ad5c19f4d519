import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { ValueCodec } from './codec/values.js';
import { cacheRangeError, cacheTypeError, describe } from './errors.js';
import { givenCodec, givenLogger } from './given.js';
import type { CacheLogger } from './logger.js';
import { suggest } from './suggest.js';

/** What `new ThreadSafeCache(options)` takes. Every property is read once; an unknown one is an error. */
export interface CacheOptions {
  /** Most entries ever held: an integer from 1 to what fits, 57 million in 4 GiB, 13 million in 1 GiB. Required. */
  maxSize: number;
  /**
   * The whole memory budget in bytes (keys, values, records, index), from 1 MiB to 4 GiB: a number, or text
   * like `'256 MiB'`, `'1.5 GiB'`, `'512 KiB'` (binary) and `'64 MB'` (decimal). Reserved at creation, not
   * touched. Default: 64 MiB and 2 KiB for each entry of `maxSize`, at most 1 GiB.
   */
  maxBytes?: number | string | undefined;
  /** Seconds an entry put without a TTL lives, above 0. Default, and `null` and `Infinity`: for ever. */
  defaultTtl?: number | null | undefined;
  /**
   * Seconds between two looks of the background cleaner, from 0.01 to 86,400. Default 1. `0` or `false`: no
   * cleaner thread, entries expire on access only.
   */
  cleanupInterval?: number | false | undefined;
  /** The name that `ThreadSafeCache.open` finds the cache by, 1 to 256 code units. Default: random. */
  name?: string | undefined;
  /** Where log lines go: anything with `debug`, `info`, `warn` and `error`. Default: nowhere, at no cost. */
  logger?: CacheLogger | undefined;
  /** Number of independently locked parts: a power of two from 1 to 64. Default 4 to 16, by cores. */
  shards?: number | undefined;
  /**
   * Whether `get` returns deep-frozen values where it can: one per thread and version from its second read on, while
   * `nearSize` lets the thread keep it. Default `false`.
   */
  freeze?: boolean | undefined;
  /**
   * Most decoded values kept per thread: an integer from 0 to 8,388,608, and not more than 8 KiB of them for each when
   * encoded. Default 1024; `0`: none. Without `freeze` values above 8 KiB are not kept, and the others are
   * passed by while fewer than two reads of three would find one, since looking for it costs time too.
   */
  nearSize?: number | undefined;
  /** Encodes the values without an encoding of their own. Default: structured clone. */
  codec?: ValueCodec | undefined;
}

/** {@link CacheOptions} after validation: every default filled in, every unit the inner one. */
export interface ResolvedOptions {
  readonly maxSize: number;
  readonly maxBytes: number;
  /** Microseconds; 0: never expires. */
  readonly defaultTtlMicros: number;
  /** Milliseconds; 0: no cleaner. */
  readonly cleanupIntervalMs: number;
  readonly name: string;
  /** Guarded: it never throws. */
  readonly logger: CacheLogger | undefined;
  readonly shards: number;
  readonly freeze: boolean;
  readonly nearSize: number;
  readonly codec: ValueCodec | undefined;
}

/** For suggestions; the destructuring in `resolveOptions` is what decides. */
const optionNames: readonly (keyof CacheOptions)[] = [
  'maxSize',
  'maxBytes',
  'defaultTtl',
  'cleanupInterval',
  'name',
  'logger',
  'shards',
  'freeze',
  'nearSize',
  'codec',
];

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const MAX_ENTRIES = 2 ** 26;
/** A Map holds twice as many, those that were deleted since it has last grown included. */
const MAX_NEAR = 2 ** 23;
const MAX_SHARDS = 64;
const MAX_NAME_LENGTH = 256;
/** 100 Julian years in seconds; a longer TTL is as good as never and counts as that. */
const LONGEST_TTL = 3_155_760_000;

/**
 * Validates what a caller passed to the constructor and fills in the defaults.
 *
 * Reads every option exactly once, and changes nothing.
 *
 * @throws {@link CacheError} `ERR_INVALID_OPTION`, a TypeError for a missing, mistyped or unknown option, a
 * RangeError for one out of range.
 */
export function resolveOptions(options: unknown): ResolvedOptions {
  if (typeof options !== 'object' || options === null) {
    throw wrongType('options', options, 'an object with at least maxSize');
  }
  const given: Partial<Record<keyof CacheOptions, unknown>> = options;
  const {
    maxSize,
    maxBytes,
    defaultTtl = null,
    cleanupInterval = 1,
    name = `cache-${randomUUID()}`,
    logger,
    shards = defaultShards(),
    freeze = false,
    nearSize = 1024,
    codec,
    ...unknown
  } = given;
  refuseUnknown(unknown);
  const size = integer('maxSize', maxSize, 1, MAX_ENTRIES);
  return {
    maxSize: size,
    maxBytes: maxBytes === undefined ? defaultMaxBytes(size) : byteBudget(maxBytes),
    defaultTtlMicros: defaultTtl === null ? 0 : defaultTtlOf(defaultTtl),
    cleanupIntervalMs: cleanupIntervalMs(cleanupInterval),
    name: cacheName(name),
    logger: givenLogger(logger, wrongType),
    shards: shardCount(shards),
    freeze: flag('freeze', freeze),
    nearSize: integer('nearSize', nearSize, 0, MAX_NEAR),
    codec: givenCodec(codec, wrongType),
  };
}

/**
 * Turns the TTL of one operation, in seconds, into microseconds: at least 1, rounded up; 0 means never.
 *
 * `undefined` takes the default, `Infinity` and anything above 100 years never expires.
 *
 * @throws {@link CacheError} `ERR_INVALID_TTL`, a TypeError for what is no number, else a RangeError.
 */
export function resolveTtl(operation: string, key: unknown, ttl: unknown, defaultTtlMicros: number): number {
  if (ttl === undefined) return defaultTtlMicros;
  if (typeof ttl === 'number' && ttl > 0) return toMicros(ttl);
  const create = typeof ttl === 'number' ? cacheRangeError : cacheTypeError;
  const subject = `Cannot ${operation} ${describe(key)}`;
  throw create(
    'ERR_INVALID_TTL',
    `${subject}: ttl is ${describe(ttl)}, a positive number of seconds is required`,
  );
}

function toMicros(seconds: number): number {
  return seconds > LONGEST_TTL ? 0 : Math.ceil(seconds * 1e6);
}

function defaultTtlOf(seconds: unknown): number {
  const required = 'a positive number of seconds, or null for never,';
  if (typeof seconds !== 'number') throw wrongType('defaultTtl', seconds, required);
  if (!(seconds > 0)) throw wrongRange('defaultTtl', seconds, required);
  return toMicros(seconds);
}

function cleanupIntervalMs(seconds: unknown): number {
  const required = '0, false or a number of seconds from 0.01 to 86400';
  if (seconds === false || seconds === 0) return 0;
  if (typeof seconds !== 'number') throw wrongType('cleanupInterval', seconds, required);
  if (!(seconds >= 0.01 && seconds <= 86_400)) throw wrongRange('cleanupInterval', seconds, required);
  return seconds * 1000;
}

function defaultMaxBytes(maxSize: number): number {
  const page = 2 ** 16;
  return Math.ceil(Math.min(GIB, 64 * MIB + maxSize * 2048) / page) * page;
}

function byteBudget(value: unknown): number {
  const required = "a whole number of bytes from 1 MiB to 4 GiB, or text like '256 MiB',";
  if (typeof value !== 'number' && typeof value !== 'string') throw wrongType('maxBytes', value, required);
  const bytes = typeof value === 'string' ? parseBytes(value) : value;
  if (!(Number.isInteger(bytes) && bytes >= MIB && bytes <= 4 * GIB))
    throw wrongRange('maxBytes', value, required);
  return bytes;
}

const bytesPerUnit = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: MIB, GiB: GIB };

/** The bytes that text like `'1.5 GiB'` means, rounded down; NaN for other text. */
function parseBytes(text: string): number {
  const { number, unit } = /^(?<number>\d+(?:\.\d+)?) ?(?<unit>[kKMG]?i?B)$/.exec(text.trim())?.groups ?? {};
  const scale = Object.entries(bytesPerUnit).find(([name]) => name === unit)?.[1];
  return Math.floor(Number(number) * (scale ?? Number.NaN));
}

function cacheName(name: unknown): string {
  const required = `a string of 1 to ${MAX_NAME_LENGTH} characters`;
  if (typeof name !== 'string') throw wrongType('name', name, required);
  if (name.length < 1 || name.length > MAX_NAME_LENGTH) throw wrongRange('name', name, required);
  return name;
}

/** The smallest power of two that gives each core two shards, within 4 … 16. */
function defaultShards(): number {
  const wanted = 2 ** Math.ceil(Math.log2(2 * availableParallelism()));
  return Math.min(16, Math.max(4, wanted));
}

function shardCount(count: unknown): number {
  const required = `a power of two from 1 to ${MAX_SHARDS}`;
  if (typeof count !== 'number') throw wrongType('shards', count, required);
  if (!(count >= 1 && count <= MAX_SHARDS && Number.isInteger(Math.log2(count)))) {
    throw wrongRange('shards', count, required);
  }
  return count;
}

function integer(option: string, value: unknown, least: number, most: number): number {
  const required = `an integer from ${least} to ${most}`;
  if (typeof value !== 'number') throw wrongType(option, value, required);
  if (!(Number.isInteger(value) && value >= least && value <= most))
    throw wrongRange(option, value, required);
  return value + 0; // -0 becomes 0
}

function flag(option: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongType(option, value, 'true or false');
  return value;
}

/** A typo must not be ignored: the cache would silently run without what the caller asked for. */
function refuseUnknown(unknown: object): void {
  const [key] = Reflect.ownKeys(unknown);
  if (key === undefined) return;
  const meant = typeof key === 'string' ? suggest(key, optionNames) : undefined;
  const hint =
    meant === undefined ? `one of ${optionNames.join(', ')} is required` : `did you mean ${meant}?`;
  throw cacheTypeError(
    'ERR_INVALID_OPTION',
    `Cannot create a cache: ${describe(key)} is not an option, ${hint}`,
  );
}

function wrongType(option: string, value: unknown, required: string): Error {
  return cacheTypeError('ERR_INVALID_OPTION', problem(option, value, required));
}

function wrongRange(option: string, value: unknown, required: string): Error {
  return cacheRangeError('ERR_INVALID_OPTION', problem(option, value, required));
}

function problem(option: string, value: unknown, required: string): string {
  return `Cannot create a cache: ${option} is ${describe(value)}, ${required} is required`;
}
