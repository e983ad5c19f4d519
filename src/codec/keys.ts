import { types } from 'node:util';
import { type CacheError, cacheRangeError, cacheTypeError, describe } from '../errors.js';
import { bytesOf, copyOut, lengthOfBytes } from './bytes.js';
import { parseHex, readLatin1, readUtf16, tryWriteAscii, tryWriteLatin1, writeUtf16 } from './text.js';

/** What a cache entry is found by. Kinds are distinct: `1` is not `'1'`. */
export type CacheKey = string | number | bigint | boolean | Uint8Array;

/** How the bytes of a key are to be read. Two keys are equal when kind and bytes are. */
export const KeyKind = {
  /** A string without a code unit above 0xff, one byte each. */
  LATIN1: 0,
  /** Any other string, two bytes for each code unit. */
  UTF16: 1,
  /** A finite number as 8 bytes, little-endian; `-0` is `0`. */
  NUMBER: 2,
  /** A bigint as hexadecimal digits, with `-` before them when negative. */
  BIGINT: 3,
  /** One byte, 0 or 1. */
  BOOLEAN: 4,
  /** A Uint8Array as it is. */
  BYTES: 5,
  /** The cache's own: see {@link ReservedKey}. */
  RESERVED: 6,
} as const;

/** A key that no user can name: its entry lives as any other, but is not met in iterations, and nobody is told of it. */
export class ReservedKey {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Its bytes, or `undefined` for what is no such key. Runs no code of what it is given. */
  static bytesOf(key: unknown): Uint8Array | undefined {
    return typeof key === 'object' && key !== null && #bytes in key ? key.#bytes : undefined;
  }
}

/** Longest encoded key in bytes. */
export const MAX_KEY_BYTES = 65_536;

/**
 * Writes a key to the start of `target`, which holds {@link MAX_KEY_BYTES}, and returns
 * `length in bytes * 8 + kind`.
 *
 * Runs no code of the key's author, so the bytes are still there when the engine is called next.
 *
 * @throws {@link CacheError} `ERR_INVALID_KEY`
 */
export function encodeKey(key: unknown, target: Buffer, operation: string): number {
  switch (typeof key) {
    case 'string':
      return encodeString(key, target, operation);
    case 'number':
      return encodeNumber(key, target, operation);
    case 'bigint':
      return encodeBigint(key, target, operation);
    case 'boolean':
      target[0] = key ? 1 : 0;
      return pack(1, KeyKind.BOOLEAN);
    default:
      if (types.isUint8Array(key)) return encodeBytes(key, target, operation);
      return encodeReserved(ReservedKey.bytesOf(key), target) ?? throwWrongKind(key, operation);
  }
}

function pack(length: number, kind: number): number {
  return length * 8 + kind;
}

function encodeString(key: string, target: Buffer, operation: string): number {
  const { length } = key;
  if (length > MAX_KEY_BYTES) throw tooLong(key, length, operation);
  if (tryWriteAscii(target, key) || tryWriteLatin1(target, 0, key)) return pack(length, KeyKind.LATIN1);
  if (length * 2 > MAX_KEY_BYTES) throw tooLong(key, length * 2, operation);
  writeUtf16(target, 0, key);
  return pack(length * 2, KeyKind.UTF16);
}

function encodeNumber(key: number, target: Buffer, operation: string): number {
  if (!Number.isFinite(key)) {
    const message = `Cannot ${operation} ${describe(key)}: the key is not finite, a finite number is required`;
    throw cacheRangeError('ERR_INVALID_KEY', message);
  }
  target.writeDoubleLE(key + 0); // -0 + 0 is 0
  return pack(8, KeyKind.NUMBER);
}

function encodeBigint(key: bigint, target: Buffer, operation: string): number {
  const digits = key.toString(16);
  if (digits.length > MAX_KEY_BYTES) throw tooLong(key, digits.length, operation);
  tryWriteLatin1(target, 0, digits);
  return pack(digits.length, KeyKind.BIGINT);
}

function encodeBytes(key: Uint8Array, target: Buffer, operation: string): number {
  const length = lengthOfBytes(key);
  if (length > MAX_KEY_BYTES) throw tooLong(key, length, operation);
  try {
    target.set(key);
  } catch (cause) {
    const message = `Cannot ${operation} ${describe(key)}: the key's buffer is detached, readable bytes are required`;
    throw cacheTypeError('ERR_INVALID_KEY', message, { cause });
  }
  return pack(length, KeyKind.BYTES);
}

function encodeReserved(bytes: Uint8Array | undefined, target: Buffer): number | undefined {
  if (bytes === undefined) return undefined;
  target.set(bytes);
  return pack(bytes.length, KeyKind.RESERVED);
}

function throwWrongKind(key: unknown, operation: string): never {
  const required = 'a string, finite number, bigint, boolean or Uint8Array is required';
  throw cacheTypeError('ERR_INVALID_KEY', `Cannot ${operation}: the key is ${describe(key)}, ${required}`);
}

function tooLong(key: CacheKey, length: number, operation: string): CacheError {
  const limit = `at most ${MAX_KEY_BYTES} are required`;
  const message = `Cannot ${operation} ${describe(key)}: the key takes ${length} bytes, ${limit}`;
  return cacheRangeError('ERR_INVALID_KEY', message);
}

/** Reads a key back; a string or Uint8Array it returns is a copy of its own. */
export function decodeKey(kind: number, source: Buffer, start: number, length: number): CacheKey {
  switch (kind) {
    case KeyKind.LATIN1:
      return readLatin1(source, start, length);
    case KeyKind.UTF16:
      return readUtf16(source, start, length);
    case KeyKind.NUMBER:
      return source.readDoubleLE(start);
    case KeyKind.BIGINT:
      return parseHex(readLatin1(source, start, length));
    case KeyKind.BOOLEAN:
      return source[start] === 1;
    default:
      return copyOut(source, start, length);
  }
}

/** The same key for somebody who may change its bytes. */
export function copyOfKey<Key>(key: Key): Key {
  return typeof key === 'object' ? (bytesOf(key as Uint8Array).slice() as Key) : key;
}

/** Longest piece of a string key that a log line shows, in code units. */
const SHOWN_UNITS = 78;
/** Most bytes of a bytes key that a log line shows. */
const SHOWN_BYTES = 16;

/** Renders a key for a log line, on one line and shortened: `"a"`, `1`, `10n`, `true`, `<Buffer 01 02 03>`. */
export function formatKey(key: CacheKey): string {
  switch (typeof key) {
    case 'string':
      return key.length > SHOWN_UNITS ? `${JSON.stringify(key.slice(0, SHOWN_UNITS))}…` : JSON.stringify(key);
    case 'object':
      return formatBytes(key);
    default:
      return describe(key);
  }
}

function formatBytes(key: Uint8Array): string {
  const bytes = bytesOf(key);
  const shown = Array.from(
    bytes.subarray(0, SHOWN_BYTES),
    (byte) => ` ${byte.toString(16).padStart(2, '0')}`,
  );
  const rest = bytes.length > SHOWN_BYTES ? ` … ${bytes.length - SHOWN_BYTES} more` : '';
  return `<Buffer${shown.join('')}${rest}>`;
}
