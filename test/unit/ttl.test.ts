import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import fc from 'fast-check';
import { CacheError } from '../../src/errors.js';
import { resolveTtl } from '../../src/options.js';

suite('resolveTtl', () => {
  const micros = (ttl: unknown) => resolveTtl('put', 'a', ttl, 77);

  test('takes the default for undefined only', () => {
    assert.equal(micros(undefined), 77);
    assert.equal(resolveTtl('put', 'a', undefined, 0), 0);
  });

  test('turns seconds into microseconds', () => {
    for (const [seconds, expected] of [
      [1, 1e6],
      [0.5, 5e5],
      [2, 2e6],
      [1e-6, 1],
      [3600, 3.6e9],
      [0.001, 1000],
    ]) {
      assert.equal(micros(seconds), expected);
    }
  });

  test('rounds up, to one microsecond at least', () => {
    for (const seconds of [1e-7, 1e-300, Number.MIN_VALUE]) assert.equal(micros(seconds), 1);
    assert.equal(micros(1.5e-6), 2);
    const ttls = fc.double({ min: 1e-6, max: 3_155_760_000, noNaN: true });
    fc.assert(fc.property(ttls, (ttl) => micros(ttl) >= ttl * 1e6 && micros(ttl) <= ttl * 1e6 + 1));
  });

  test('never expires above 100 years', () => {
    assert.equal(micros(3_155_760_000), 3_155_760_000e6);
    assert(Number.isSafeInteger(micros(3_155_760_000)));
    for (const seconds of [3_155_760_000.1, 1e300, Number.MAX_VALUE, Infinity])
      assert.equal(micros(seconds), 0);
  });

  test('refuses everything else', () => {
    const refusesTtl = (ttl: unknown, kind: typeof TypeError, message: string) => {
      assert.throws(
        () => micros(ttl),
        (error) => {
          assert(error instanceof CacheError && error instanceof kind);
          assert.equal(error.code, 'ERR_INVALID_TTL');
          assert.equal(
            error.message,
            `Cannot put 'a': ttl is ${message}, a positive number of seconds is required`,
          );
          return true;
        },
      );
    };
    for (const ttl of [0, -1, -1e-9, -Infinity, Number.NaN]) refusesTtl(ttl, RangeError, String(ttl));
    refusesTtl(-0, RangeError, '-0');
    refusesTtl(null, TypeError, 'null');
    refusesTtl('5', TypeError, "'5'");
    refusesTtl(5n, TypeError, '5n');
    refusesTtl({ valueOf: () => 5 }, TypeError, 'an object');
    refusesTtl(Symbol('s'), TypeError, 'Symbol(s)');
  });
});
