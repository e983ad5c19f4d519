import assert from 'node:assert/strict';
import { decodeOwned, decodeValue, type ValueCodec, ValueEncoder } from '../../src/codec/values.js';
import { CacheError } from '../../src/errors.js';

/** As in the cache: shared memory that every operation overwrites. */
export const scratch = Buffer.from(new SharedArrayBuffer(1 << 20));
/** Where values are written, at an odd place on purpose. */
export const OFFSET = 4097;

/** Prepares a value and writes it at the offset, and nothing beside it. */
export function encodeInto(encoder: ValueEncoder, value: unknown): void {
  encoder.prepare(value, 'put', 'a');
  scratch.fill(0xee, 0, OFFSET + encoder.byteLength + 64);
  encoder.write(scratch, OFFSET);
  assert(scratch.subarray(0, OFFSET).every((byte) => byte === 0xee));
  const end = OFFSET + encoder.byteLength;
  assert(scratch.subarray(end, end + 64).every((byte) => byte === 0xee));
}

/** Encodes, decodes both ways, and overwrites the scratch before the value is looked at. */
export function roundTrip(value: unknown, codec?: ValueCodec): unknown {
  const encoder = new ValueEncoder(codec);
  encodeInto(encoder, value);
  const { kind, byteLength } = encoder;
  const copy = new Uint8Array(scratch.subarray(OFFSET, OFFSET + byteLength));
  const decoded = decodeValue(kind, scratch, OFFSET, byteLength, codec);
  scratch.fill(0xee, OFFSET, OFFSET + byteLength);
  assert.deepEqual(decodeOwned(kind, copy.buffer, codec), decoded);
  return decoded;
}

/** Asserts the refusal of a value and returns its cause. */
export function refused(
  value: unknown,
  codec?: ValueCodec,
  message = /^Cannot put 'a': the value is .+ is required \(.+\)$/,
): unknown {
  const encoder = new ValueEncoder(codec);
  try {
    encoder.prepare(value, 'put', 'a');
  } catch (error) {
    assert(error instanceof CacheError && error instanceof TypeError);
    assert.equal(error.code, 'ERR_VALUE_NOT_CLONEABLE');
    assert.match(error.message, message);
    return error.cause;
  }
  return assert.fail('was taken');
}
