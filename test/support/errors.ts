import assert from 'node:assert/strict';
import { CacheError, type CacheErrorCode } from '../../src/index.js';

/** What an error must be. */
export interface ExpectedError {
  readonly code: CacheErrorCode;
  /** The flavour besides CacheError: TypeError for a wrong type, RangeError for a wrong range. */
  readonly type?: typeof TypeError | typeof RangeError;
  readonly message?: RegExp;
}

/** The form every message has: "Cannot <do>: <what is>, <what is required>". */
const form = /^Cannot [^:]+.*: .+, .*(required|did you mean|send its handle).*$/s;

/** Fails unless the call throws that error, of that flavour and no other, with a message of the usual form. */
export function assertCacheError(call: () => unknown, { code, type, message }: ExpectedError): void {
  let thrown: unknown;
  try {
    call();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof CacheError, `expected ${code}, got ${String(thrown)}`);
  assert.equal(thrown.code, code, thrown.message);
  assert.equal(thrown.name, 'CacheError');
  assert.equal(thrown instanceof TypeError, type === TypeError, `${code} instanceof TypeError`);
  assert.equal(thrown instanceof RangeError, type === RangeError, `${code} instanceof RangeError`);
  assert.match(thrown.message, form);
  if (message) assert.match(thrown.message, message);
}

/** What a failed load throws, and what is behind it. */
export interface Failure extends Error {
  readonly code?: unknown;
  readonly cause: Failure;
}

/** What a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const value = await promise.catch((reason: unknown) => ({ reason }));
  if (typeof value === 'object' && value !== null && 'reason' in value) return value.reason as Failure;
  return assert.fail('nothing has failed');
}
