import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { inspect } from 'node:util';
import {
  CacheError,
  type CacheErrorCode,
  cacheError,
  cacheRangeError,
  cacheTypeError,
  describe,
  errorMeanings,
} from '../../src/errors.js';

suite('CacheError', () => {
  test('has a code, a name and a message', () => {
    const error = cacheError('ERR_CACHE_CLOSED', 'Cannot get: closed');
    assert.equal(error.code, 'ERR_CACHE_CLOSED');
    assert.equal(error.name, 'CacheError');
    assert.equal(error.message, 'Cannot get: closed');
    assert.equal('cause' in error, false);
  });

  test('comes in three flavours, each recognised by class', () => {
    const plain = cacheError('ERR_CACHE_CLOSED', '');
    const type = cacheTypeError('ERR_INVALID_KEY', '');
    const range = cacheRangeError('ERR_INVALID_TTL', '');
    const classes = [CacheError, Error, TypeError, RangeError];
    const table = [plain, type, range].map((error) => classes.map((made) => error instanceof made));
    assert.deepEqual(table, [
      [true, true, false, false],
      [true, true, true, false],
      [true, true, false, true],
    ]);
    for (const error of [plain, type, range]) assert.equal(error.name, 'CacheError');
  });

  test('recognises nothing else, and its subclasses recognise only their own', () => {
    class OwnError extends CacheError {}
    const own = new OwnError('ERR_CACHE_CLOSED', '');
    for (const other of [new TypeError(), new Error(), { code: 'ERR_INVALID_KEY' }, null, undefined, 1]) {
      assert.equal((other as unknown) instanceof CacheError, false);
    }
    assert.equal(own instanceof CacheError, true);
    assert.equal(own instanceof OwnError, true);
    assert.equal(cacheTypeError('ERR_INVALID_KEY', '') instanceof OwnError, false);
    assert.equal(cacheError('ERR_INVALID_KEY', '') instanceof OwnError, false);
  });

  test('narrows for TypeScript', () => {
    const error: unknown = cacheTypeError('ERR_INVALID_KEY', '');
    assert(error instanceof CacheError);
    const code: CacheErrorCode = error.code;
    assert.equal(code, 'ERR_INVALID_KEY');
  });

  test('keeps a cause', () => {
    const cause = new Error('why');
    for (const create of [cacheError, cacheTypeError, cacheRangeError]) {
      assert.equal(create('ERR_INVALID_KEY', '', { cause }).cause, cause);
    }
  });

  test('shows name, message and code where it is printed', () => {
    for (const create of [cacheError, cacheTypeError, cacheRangeError]) {
      const error = create('ERR_INVALID_TTL', 'Cannot put');
      assert.match(error.stack ?? '', /^CacheError: Cannot put\n/);
      assert.match(inspect(error), /^CacheError: Cannot put\n[\s\S]*code: 'ERR_INVALID_TTL'/);
      assert.equal(String(error), 'CacheError: Cannot put');
      assert.deepEqual(Object.keys(error), ['code']);
    }
  });

  test('has a one-line meaning for every code', () => {
    for (const [code, meaning] of Object.entries(errorMeanings)) {
      assert.match(code, /^ERR_[A-Z_]+$/);
      assert.match(meaning, /^[^\n]{10,100}$/);
    }
  });
});

suite('describe', () => {
  test('renders primitives as they are written', () => {
    const rendered = [undefined, null, true, -1, -0, Number.NaN, Infinity, 10n, -7n, Symbol('s')].map(
      describe,
    );
    const expected = ['undefined', 'null', 'true', '-1', '-0', 'NaN', 'Infinity', '10n', '-7n', 'Symbol(s)'];
    assert.deepEqual(rendered, expected);
  });

  test('quotes strings on one line', () => {
    assert.equal(describe('a'), "'a'");
    assert.equal(describe(`it's "so"`), `'it\\'s "so"'`);
    assert.equal(describe('a\nb\0\\'), "'a\\nb\\u0000\\\\'");
    assert.equal(describe('\ud800'), "'\\ud800'");
  });

  test('names objects by their class', () => {
    class Point {}
    assert.equal(describe({}), 'an object');
    assert.equal(describe(Object.create(null)), 'an object');
    assert.equal(describe([1, 2]), 'an array of length 2');
    assert.equal(describe(new Point()), 'an instance of Point');
    assert.equal(describe(Buffer.alloc(1)), 'an instance of Buffer');
    assert.equal(
      describe(() => {}),
      'a function',
    );
    assert.equal(describe(class {}), 'a function');
  });

  test('is short whatever the size', () => {
    const Long = { ['L'.repeat(1e5)]: class {} }['L'.repeat(1e5)] ?? Object;
    const large = [
      'x'.repeat(1e6),
      Symbol('x'.repeat(1e6)),
      1n << 1_000_000n,
      -(1n << 1_000_000n),
      new Long(),
    ];
    for (const value of large) assert(describe(value).length < 100);
    assert.equal(describe('x'.repeat(60)), `'${'x'.repeat(60)}'`);
    assert.equal(describe('x'.repeat(61)), `'${'x'.repeat(60)}…'`);
  });

  test('runs nobody’s code and never throws', () => {
    const refuse = (): never => assert.fail('ran code of the value');
    const traps = new Proxy({}, { get: () => refuse });
    const revoked = Proxy.revocable({}, {});
    const revokedArray = Proxy.revocable([], {});
    revoked.revoke();
    revokedArray.revoke();
    const getter = { get: refuse };
    const hostile = [
      new Proxy({}, traps),
      new Proxy(() => {}, traps),
      revoked.proxy,
      revokedArray.proxy,
      Object.create(new Proxy({}, traps)),
      Object.create({ constructor: new Proxy(class {}, traps) }),
      Object.create(Object.defineProperty({}, 'constructor', getter)),
      Object.create({ constructor: Object.defineProperty(class {}, 'name', getter) }),
      Object.defineProperties({}, { toString: getter, [Symbol.toStringTag]: getter, toJSON: getter }),
      { constructor: null },
    ];
    for (const value of hostile) assert.match(describe(value), /^(a Proxy|an object|a function)$/);
  });
});
