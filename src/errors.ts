import { types } from 'node:util';

/** Every error code, with what it means in one line. */
export const errorMeanings = {
  ERR_INVALID_OPTION: 'an option is missing, of the wrong type, out of range, or unknown',
  ERR_INVALID_KEY: 'a key is not a string, finite number, bigint, boolean or Uint8Array, or is too long',
  ERR_INVALID_TTL: 'a time to live is not a number, is NaN, zero or negative',
  ERR_INVALID_ARGUMENT: 'a function, version or list of keys or entries is something else',
  ERR_NOT_A_NUMBER: 'what is to be incremented, or by how much, is not a number',
  ERR_VALUE_NOT_CLONEABLE: 'a value is something structured clone, or the codec, refuses',
  ERR_VALUE_TOO_LARGE: 'a value can never fit the memory budget',
  ERR_LOAD_FAILED: 'the loader failed in another thread, or a moment ago; its error is the cause',
  ERR_LOAD_TIMEOUT: 'a loader took longer than its timeout',
  ERR_LOAD_REENTERED: 'what is computed asks for its own key',
  ERR_CACHE_CLOSED: 'the cache was used after shutdown()',
  ERR_CACHE_EXISTS: 'a live cache of that name exists already',
  ERR_CACHE_NOT_FOUND: 'this thread knows no cache of that name',
  ERR_TOO_MANY_THREADS: 'more threads are attached than there are thread slots',
  ERR_INCOMPATIBLE_HANDLE: 'it is not a handle, or was made by a version with another layout',
  ERR_OUT_OF_MEMORY: 'the address space for a new cache cannot be had',
  ERR_UNSUPPORTED_RUNTIME: 'WebAssembly threads do not exist here',
} as const;

/** The stable code of a {@link CacheError}; programs decide by it, never by the message. */
export type CacheErrorCode = keyof typeof errorMeanings;

/**
 * The class of every error heddle throws on purpose.
 *
 * `code` is stable, `message` is for people. An error about a wrong type is also `instanceof TypeError`,
 * one about a wrong range also `instanceof RangeError`; all of them are `instanceof CacheError`.
 *
 * @example
 * try {
 *   cache.put('a', 1, -1);
 * } catch (error) {
 *   if (error instanceof CacheError) console.log(error.code); // ERR_INVALID_TTL
 * }
 */
export class CacheError extends Error {
  declare readonly name: 'CacheError';
  readonly code: CacheErrorCode;

  constructor(code: CacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

class CacheTypeError extends TypeError {
  readonly code: CacheErrorCode;

  constructor(code: CacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

class CacheRangeError extends RangeError {
  readonly code: CacheErrorCode;

  constructor(code: CacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

// On the prototypes, where the built-in errors have theirs: the first line of `stack` is made from it. And on
// the classes, whose names `util.inspect` would put before it.
for (const flavour of [CacheError, CacheTypeError, CacheRangeError]) {
  const name = { value: 'CacheError', configurable: true, writable: true };
  Object.defineProperty(flavour.prototype, 'name', name);
  Object.defineProperty(flavour, 'name', { ...name, writable: false });
}

// A class has one parent, so the two flavours cannot inherit from CacheError and are recognised here.
Object.defineProperty(CacheError, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    const isFlavour = value instanceof CacheTypeError || value instanceof CacheRangeError;
    return (this === CacheError && isFlavour) || Function.prototype[Symbol.hasInstance].call(this, value);
  },
});

/** Makes an error that is about neither a type nor a range: a state, a name, a limit. */
export function cacheError(code: CacheErrorCode, message: string, options?: ErrorOptions): CacheError {
  return new CacheError(code, message, options);
}

/** Makes an error about a wrong type: also `instanceof TypeError`. */
export function cacheTypeError(code: CacheErrorCode, message: string, options?: ErrorOptions): CacheError {
  return new CacheTypeError(code, message, options) as TypeError as CacheError;
}

/** Makes an error about a wrong range: also `instanceof RangeError`. */
export function cacheRangeError(code: CacheErrorCode, message: string, options?: ErrorOptions): CacheError {
  return new CacheRangeError(code, message, options) as RangeError as CacheError;
}

/** Longest piece of a user's text that a message repeats, in code units. */
const SHOWN_LENGTH = 60;
/** The same of the message of another error. */
const SHOWN_REASON = 120;
/** Beyond it a bigint is only named: turning one into decimals takes quadratic time. */
const LARGEST_SHOWN_BIGINT = 1n << 128n;

/**
 * Renders any value in a few words for an error message: `-1`, `'a'`, `10n`, `an instance of Map`.
 *
 * Never throws, and runs nobody's code: no getter, no `toString`, no trap of a Proxy.
 */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'bigint':
      return -LARGEST_SHOWN_BIGINT < value && value < LARGEST_SHOWN_BIGINT ? `${value}n` : 'a huge bigint';
    case 'symbol':
      return shorten(String(value));
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : describeObject(value);
    default:
      return String(value);
  }
}

function describeObject(value: object): string {
  if (types.isProxy(value)) return 'a Proxy';
  if (Array.isArray(value)) return `an array of length ${value.length}`;
  const className = classNameOf(value);
  return className === undefined || className === 'Object' ? 'an object' : `an instance of ${className}`;
}

/** Reads data properties only: `value.constructor.name` may be a getter, or the prototype a Proxy. */
function classNameOf(value: object): string | undefined {
  const maker = dataPropertyOf(Object.getPrototypeOf(value), 'constructor');
  const name = dataPropertyOf(maker, 'name');
  return typeof name === 'string' && name !== '' ? shorten(name) : undefined;
}

function dataPropertyOf(holder: unknown, property: string): unknown {
  const canHold = (typeof holder === 'object' && holder !== null) || typeof holder === 'function';
  return canHold && !types.isProxy(holder)
    ? Object.getOwnPropertyDescriptor(holder, property)?.value
    : undefined;
}

/** What an error says, in parentheses behind a space, or nothing. As {@link describe}: it runs nobody's code. */
export function because(error: unknown): string {
  const message = types.isNativeError(error) ? dataPropertyOf(error, 'message') : undefined;
  if (typeof message !== 'string' || message === '') return '';
  const text = message.slice(0, SHOWN_REASON).replace(/\s+/g, ' ');
  return ` (${text}${message.length > SHOWN_REASON ? '…' : ''})`;
}

/** A string in single quotes on one line, shortened where it is long. */
function quote(text: string): string {
  const escaped = JSON.stringify(text.slice(0, SHOWN_LENGTH)).slice(1, -1);
  const dots = text.length > SHOWN_LENGTH ? '…' : '';
  return `'${escaped.replaceAll('\\"', '"').replaceAll("'", "\\'")}${dots}'`;
}

function shorten(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}
