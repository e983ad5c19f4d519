import { deserialize, serialize } from '../codec/structured.js';
import type { ValueEncoder } from '../codec/values.js';
import { cacheError, describe } from '../errors.js';

/** A loaded value as bytes: each caller gets its own copy out of it. */
export class Parcel {
  readonly kind: number;
  readonly bytes: Uint8Array;

  constructor(kind: number, bytes: Uint8Array) {
    this.kind = kind;
    this.bytes = bytes;
  }

  /** What an encoder has prepared. */
  static of(encoder: ValueEncoder): Parcel {
    const bytes = Buffer.from(new ArrayBuffer(encoder.byteLength));
    encoder.write(bytes, 0);
    return new Parcel(encoder.kind, bytes);
  }
}

/**
 * What a loader threw, as bytes: an error keeps name, message, stack and cause, as structured clone does. Never throws,
 * whatever code it may run.
 */
export function packFailure(error: unknown): Uint8Array {
  try {
    return serialize(error);
  } catch {
    return serialize(plainError(error));
  }
}

/** What can be said of something that cannot be cloned. */
function plainError(error: unknown): Error {
  try {
    if (error instanceof Error) {
      const copy = new Error(String(error.message));
      copy.name = String(error.name);
      return copy;
    }
  } catch {
    // its own code throws
  }
  return new Error(`the loader threw ${describe(error)}`);
}

/** The error for a caller in another thread, or for a later one: with the original as its cause. */
export function unpackFailure(key: unknown, bytes: Uint8Array, where: string): Error {
  const cause = deserialize(new Uint8Array(bytes));
  const what = cause instanceof Error ? cause.message : describe(cause);
  const message = `Cannot load ${describe(key)}: the loader failed ${where}: ${what}`;
  return cacheError('ERR_LOAD_FAILED', message, { cause });
}
