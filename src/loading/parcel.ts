import { types } from 'node:util';
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

/** What structured clone leaves out of an error (of a DOMException the message too), and programs decide by. */
const MARKS = ['name', 'message', 'code'] as const;

/**
 * What a loader threw, as bytes: an error keeps message, stack and cause, as structured clone does, and its name and code.
 * Never throws, whatever code it may run.
 */
export function packFailure(error: unknown): Uint8Array {
  const marks = marksOf(error);
  try {
    // such as DOMException: structured clone makes an object without properties of it
    const isOdd = isError(error) && !types.isNativeError(error);
    return serialize([isOdd ? plainError(error) : error, marks]);
  } catch {
    return serialize([plainError(error), marks]);
  }
}

/** Also of another realm, as Node's own errors are for tests that run in a context of their own. */
function isError(error: unknown): error is Error {
  return types.isNativeError(error) || error instanceof Error;
}

function marksOf(error: unknown): Record<string, unknown> {
  try {
    if (!isError(error)) return {};
    const marks = MARKS.map((name) => [name, (error as unknown as Record<string, unknown>)[name]] as const);
    return Object.fromEntries(
      marks.filter(([, mark]) => typeof mark === 'string' || typeof mark === 'number'),
    );
  } catch {
    // its own code throws
    return {};
  }
}

/** What can be said of something that cannot be cloned. */
function plainError(error: unknown): Error {
  try {
    if (isError(error)) {
      const copy = new Error(String(error.message));
      copy.stack = String(error.stack);
      return copy;
    }
  } catch {
    // its own code throws
  }
  return new Error(`the loader threw ${describe(error)}`);
}

/** The error for a caller in another thread, or for a later one: with the original as its cause. */
export function unpackFailure(key: unknown, bytes: Uint8Array, where: string): Error {
  const [cause, marks] = deserialize(new Uint8Array(bytes)) as [unknown, Record<string, unknown>];
  for (const [name, value] of Object.entries(marks)) {
    // as it is on errors: a code is shown where the error is printed, the others not again
    const property = { value, enumerable: name === 'code', configurable: true, writable: true };
    Object.defineProperty(cause, name, property);
  }
  const what = cause instanceof Error ? cause.message : describe(cause);
  const message = `Cannot load ${describe(key)}: the loader failed ${where}: ${what}`;
  return cacheError('ERR_LOAD_FAILED', message, { cause });
}
