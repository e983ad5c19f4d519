import { types } from 'node:util';
import { because, cacheTypeError, describe } from '../errors.js';
import { bytesOf, copyOut, requireAttached } from './bytes.js';
import { plainText } from './plain.js';
import { deserialize, serialize } from './structured.js';
import { isWide, parseHex, readLatin1, readUtf16, tryWriteAscii, writeLatin1, writeUtf16 } from './text.js';

/**
 * Turns values into bytes and back, for values that are not string, number, boolean, null, undefined,
 * bigint or bytes. Every thread that uses the cache must be given the same codec.
 */
export interface ValueCodec {
  /** The bytes of a value; what it throws becomes the `cause` of an `ERR_VALUE_NOT_CLONEABLE`. */
  encode(value: unknown): Uint8Array;
  /** The value of the bytes, which are a private copy; what it throws reaches the caller of `get`. */
  decode(bytes: Uint8Array): unknown;
}

/** How the bytes of a value are to be read. */
export const ValueKind = {
  /** A string without a code unit above 0xff, one byte each. */
  LATIN1: 0,
  /** Any other string, two bytes for each code unit. */
  UTF16: 1,
  /** A Uint8Array, whatever its subclass was. */
  BYTES: 2,
  /** A Buffer. */
  BUFFER: 3,
  /** A number as 8 bytes, little-endian, `-0` and NaN included. */
  NUMBER: 4,
  /** A bigint as hexadecimal digits, with `-` before them when negative. */
  BIGINT: 5,
  /** One byte, an index into `constants`. */
  CONSTANT: 6,
  /** Anything else: the bytes of the user's codec, or else JSON text or V8's format. */
  CODEC: 7,
} as const;

const constants = [undefined, null, false, true] as const;

/**
 * Turns one value after the other into bytes, in two steps: {@link prepare} runs whatever code the value and
 * the codec bring along, {@link write} runs none. Between them `kind` and `byteLength` describe the value.
 *
 * One per cache and thread. A getter may call `prepare` again while it runs: it changes its own state only
 * after all such code has ended. What must hold is that nothing of the user's runs between the two steps.
 */
export class ValueEncoder {
  kind: number = ValueKind.CONSTANT;
  byteLength = 0;
  readonly #codec: ValueCodec | undefined;
  readonly #scratch: Buffer | undefined;
  /** The value stands at the start of the scratch already. */
  #isWritten = false;
  /** What `write` writes: the bytes if there are any, else the text or the number, as the kind says. */
  #bytes: Uint8Array | undefined;
  #text = '';
  #number = 0;

  /** @param scratch where values will be written as a rule: a short text goes there at once */
  constructor(codec?: ValueCodec, scratch?: Buffer) {
    this.#codec = codec;
    this.#scratch = scratch;
  }

  /**
   * Takes a value in. `operation` and `key` are for the message of an error only.
   *
   * @throws {@link CacheError} `ERR_VALUE_NOT_CLONEABLE`, a TypeError, with what structured clone, a getter
   * or the codec threw as its `cause`.
   */
  prepare(value: unknown, operation: string, key: unknown): void {
    if (typeof value === 'string') this.#prepareString(value);
    else if (typeof value === 'number') this.#holdNumber(ValueKind.NUMBER, 8, value);
    else if (typeof value === 'bigint') this.#holdText(ValueKind.BIGINT, value.toString(16));
    else if (typeof value === 'boolean') this.#holdNumber(ValueKind.CONSTANT, 1, value ? 3 : 2);
    else if (value === undefined) this.#holdNumber(ValueKind.CONSTANT, 1, 0);
    else if (value === null) this.#holdNumber(ValueKind.CONSTANT, 1, 1);
    else this.#prepareObject(value, operation, key);
  }

  /** Writes the prepared value's `byteLength` bytes; may be repeated. */
  write(memory: Buffer, offset: number): void {
    if (this.#isWritten && memory === this.#scratch && offset === 0) return;
    if (this.#bytes !== undefined) {
      memory.set(this.#bytes, offset);
    } else if (this.kind === ValueKind.NUMBER) {
      memory.writeDoubleLE(this.#number, offset);
    } else if (this.kind === ValueKind.CONSTANT) {
      memory[offset] = this.#number;
    } else if (this.kind === ValueKind.UTF16) {
      writeUtf16(memory, offset, this.#text);
    } else {
      writeLatin1(memory, offset, this.#text);
    }
  }

  /** Copies what is the user's own: it may be changed, or used again by a codec, before the value is written. */
  keep(): void {
    if (this.#bytes !== undefined) this.#bytes = new Uint8Array(this.#bytes);
  }

  /** Forgets the prepared value, so that the encoder does not keep it alive. */
  release(): void {
    this.#bytes = undefined;
    this.#text = '';
  }

  #prepareString(value: string): void {
    const isWritten = this.#scratch !== undefined && tryWriteAscii(this.#scratch, value);
    this.#holdText(!isWritten && isWide(value) ? ValueKind.UTF16 : ValueKind.LATIN1, value);
    this.#isWritten = isWritten;
  }

  #prepareObject(value: unknown, operation: string, key: unknown): void {
    try {
      if (types.isUint8Array(value)) {
        this.#hold(Buffer.isBuffer(value) ? ValueKind.BUFFER : ValueKind.BYTES, attachedBytes(value));
      } else if (this.#codec === undefined) {
        const text = plainText(value);
        if (text === undefined) this.#hold(ValueKind.CODEC, serialize(value));
        else this.#holdText(ValueKind.CODEC, text);
      } else {
        this.#hold(ValueKind.CODEC, encodeWith(this.#codec, value));
      }
    } catch (cause) {
      const problem = `the value is ${describe(value)}, something that can be cloned is required`;
      const message = `Cannot ${operation} ${describe(key)}: ${problem}${because(cause)}`;
      throw cacheTypeError('ERR_VALUE_NOT_CLONEABLE', message, { cause });
    }
  }

  #hold(kind: number, bytes: Uint8Array): void {
    this.kind = kind;
    this.#isWritten = false;
    // a view of fixed length: memory that other threads share may grow before it is written
    this.#bytes = bytesOf(bytes);
    this.byteLength = this.#bytes.length;
  }

  #holdText(kind: number, text: string): void {
    this.kind = kind;
    this.#isWritten = false;
    this.byteLength = kind === ValueKind.UTF16 ? text.length * 2 : text.length;
    this.#bytes = undefined;
    this.#text = text;
  }

  #holdNumber(kind: number, byteLength: number, value: number): void {
    this.kind = kind;
    this.#isWritten = false;
    this.byteLength = byteLength;
    this.#bytes = undefined;
    this.#number = value;
  }
}

function attachedBytes(bytes: Uint8Array): Uint8Array {
  requireAttached(bytes);
  return bytes;
}

function encodeWith(codec: ValueCodec, value: unknown): Uint8Array {
  const bytes: unknown = codec.encode(value);
  if (types.isUint8Array(bytes)) return attachedBytes(bytes);
  throw new TypeError(`codec.encode returned ${describe(bytes)}, a Uint8Array is required`);
}

/**
 * Reads a value out of memory that the next operation overwrites; what it returns shares nothing with it.
 *
 * @throws What {@link decodeOwned} throws.
 */
export function decodeValue(
  kind: number,
  source: Buffer,
  start: number,
  length: number,
  codec?: ValueCodec,
): unknown {
  switch (kind) {
    case ValueKind.LATIN1:
      return readLatin1(source, start, length);
    case ValueKind.UTF16:
      return readUtf16(source, start, length);
    case ValueKind.NUMBER:
      return source.readDoubleLE(start);
    case ValueKind.BIGINT:
      return parseHex(readLatin1(source, start, length));
    case ValueKind.CONSTANT:
      return constants[source[start] ?? 0];
    default:
      if (isPlainText(kind, source[start], codec)) return JSON.parse(readLatin1(source, start, length));
      return decodeOwned(kind, copyOut(source, start, length).buffer, codec);
  }
}

/**
 * Reads a value out of a private copy that covers `buffer` and becomes part of the value. For large values,
 * which are copied out of the cache one by one.
 *
 * @throws What the codec's `decode` throws, and {@link CacheError} `ERR_VALUE_NOT_CLONEABLE` for a value that
 * V8 wrote and cannot read: it does that with a WebAssembly.Module, and says nothing while it writes.
 */
export function decodeOwned(kind: number, buffer: ArrayBuffer, codec?: ValueCodec): unknown {
  const bytes = new Uint8Array(buffer);
  if (kind === ValueKind.BYTES) return bytes;
  if (kind === ValueKind.BUFFER) return Buffer.from(buffer);
  if (kind !== ValueKind.CODEC || isPlainText(kind, bytes[0], codec)) {
    return decodeValue(kind, Buffer.from(buffer), 0, bytes.length);
  }
  return codec === undefined ? deserializeOwned(bytes) : codec.decode(bytes);
}

/** V8's format begins with 0xff, JSON text of an object or array with `{` or `[`. */
function isPlainText(kind: number, firstByte: number | undefined, codec: ValueCodec | undefined): boolean {
  return kind === ValueKind.CODEC && codec === undefined && (firstByte === 0x7b || firstByte === 0x5b);
}

function deserializeOwned(bytes: Uint8Array): unknown {
  try {
    return deserialize(bytes);
  } catch (cause) {
    const message =
      'Cannot read a value: V8 wrote it incompletely, a value without WebAssembly.Module is required';
    throw cacheTypeError('ERR_VALUE_NOT_CLONEABLE', message, { cause });
  }
}
