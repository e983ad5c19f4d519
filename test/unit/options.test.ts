import assert from 'node:assert/strict';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { describe as suite, test } from 'node:test';
import { CacheError } from '../../src/errors.js';
import { type CacheOptions, resolveOptions } from '../../src/options.js';

const KIB = 1024;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

function resolve(options: Record<string, unknown>) {
  return resolveOptions({ maxSize: 10, ...options });
}

/** Asserts that an option is refused with the class of error and a message that names it. */
function refuses(options: unknown, kind: typeof TypeError | typeof RangeError, message: RegExp): void {
  assert.throws(
    () => resolveOptions(options),
    (error) => {
      assert(error instanceof CacheError);
      assert(error instanceof kind, `${error.stack}`);
      assert.equal(error.code, 'ERR_INVALID_OPTION');
      assert.match(error.message, /^Cannot create a cache: .+, .+/);
      assert.match(error.message, message);
      return true;
    },
  );
}

function refusesEach(option: string, kind: typeof TypeError | typeof RangeError, values: unknown[]): void {
  for (const value of values) {
    refuses({ maxSize: 10, [option]: value }, kind, new RegExp(`: ${option} is .+ is required$`));
  }
}

suite('resolveOptions', () => {
  test('fills in every default', () => {
    const { name, shards, ...rest } = resolveOptions({ maxSize: 10_000 });
    assert.match(name, /^cache-[0-9a-f-]{36}$/);
    assert([4, 8, 16].includes(shards));
    assert.deepEqual(rest, {
      maxSize: 10_000,
      maxBytes: Math.ceil((64 * MIB + 10_000 * 2 * KIB) / (64 * KIB)) * 64 * KIB,
      defaultTtlMicros: 0,
      cleanupIntervalMs: 1000,
      logger: undefined,
      freeze: false,
      nearSize: 1024,
      codec: undefined,
    });
  });

  test('takes undefined for a missing option', () => {
    const optional = [
      'maxBytes',
      'defaultTtl',
      'cleanupInterval',
      'logger',
      'shards',
      'freeze',
      'nearSize',
      'codec',
    ];
    const given = Object.fromEntries(optional.map((option) => [option, undefined]));
    assert.deepEqual(resolve({ name: 'a', ...given }), resolve({ name: 'a' }));
    assert.notEqual(resolve({ name: undefined }).name, resolve({ name: undefined }).name);
  });

  test('keeps what is given, in the inner units', () => {
    const codec = { encode: () => new Uint8Array(), decode: () => 1 };
    const options: Required<CacheOptions> = {
      maxSize: 1,
      maxBytes: 2 * MIB,
      defaultTtl: 0.25,
      cleanupInterval: 2.5,
      name: 'users',
      logger: console,
      shards: 2,
      freeze: true,
      nearSize: 0,
      codec,
    };
    const { logger, ...rest } = resolveOptions(options);
    assert.equal(typeof logger?.warn, 'function');
    assert.deepEqual(rest, {
      maxSize: 1,
      maxBytes: 2 * MIB,
      defaultTtlMicros: 250_000,
      cleanupIntervalMs: 2500,
      name: 'users',
      shards: 2,
      freeze: true,
      nearSize: 0,
      codec,
    });
    assert.equal(rest.codec, codec);
  });

  test('refuses what is no object', () => {
    for (const options of [undefined, null, 1, 'a', true, () => {}])
      refuses(options, TypeError, /options is/);
    refuses({}, TypeError, /: maxSize is undefined, an integer from 1 to 67108864 is required$/);
  });

  test('reads every option exactly once', () => {
    const reads: string[] = [];
    const options: object = new Proxy(
      { maxSize: 10, logger: console, codec: { encode() {}, decode() {} } },
      {
        get: (target, property) => {
          reads.push(String(property));
          return Reflect.get(target, property);
        },
      },
    );
    resolveOptions(options);
    assert.equal(reads.length, 10);
    assert.equal(new Set(reads).size, 10);
  });

  test('reads inherited options and passes on what a getter throws', () => {
    assert.equal(resolveOptions(Object.create({ maxSize: 3 })).maxSize, 3);
    const problem = new Error('mine');
    const fail = () => {
      throw problem;
    };
    assert.throws(
      () => resolveOptions(Object.defineProperty({ maxSize: 1 }, 'shards', { get: fail, enumerable: true })),
      (error) => error === problem,
    );
  });

  test('refuses unknown options and suggests what was meant', () => {
    const meant = {
      maxsize: 'maxSize',
      max: 'maxSize',
      maxByte: 'maxBytes',
      ttl: 'defaultTtl',
      cleanUpInterval: 'cleanupInterval',
      shard: 'shards',
      nearsize: 'nearSize',
    };
    for (const [typo, option] of Object.entries(meant)) {
      const message = new RegExp(`: '${typo}' is not an option, did you mean ${option}\\?$`);
      refuses({ maxSize: 1, [typo]: 1 }, TypeError, message);
    }
    refuses(
      { maxSize: 1, capacity: undefined },
      TypeError,
      /'capacity' is not an option, one of maxSize, .* is/,
    );
    refuses({ maxSize: 1, [Symbol('s')]: 1 }, TypeError, /Symbol\(s\) is not an option/);
  });

  test('maxSize is an integer from 1 to 2^26', () => {
    for (const maxSize of [1, 2, 2 ** 26]) assert.equal(resolve({ maxSize }).maxSize, maxSize);
    refusesEach('maxSize', RangeError, [0, -1, 1.5, 2 ** 26 + 1, Number.NaN, Infinity]);
    refusesEach('maxSize', TypeError, [undefined, null, '10', 10n, {}, Symbol('s')]);
  });

  test('maxBytes has a default that follows maxSize up to 1 GiB', () => {
    const page = 64 * KIB;
    assert.equal(resolve({ maxSize: 1 }).maxBytes, 64 * MIB + page);
    assert.equal(resolve({ maxSize: 32 }).maxBytes, 64 * MIB + page);
    assert.equal(resolve({ maxSize: 33 }).maxBytes, 64 * MIB + 2 * page);
    assert.equal(resolve({ maxSize: 491_489 }).maxBytes, GIB);
    assert.equal(resolve({ maxSize: 491_488 }).maxBytes, GIB - page);
    assert.equal(resolve({ maxSize: 2 ** 26 }).maxBytes, GIB);
  });

  test('maxBytes is a number of bytes from 1 MiB to 4 GiB', () => {
    for (const maxBytes of [MIB, MIB + 1, 4 * GIB]) assert.equal(resolve({ maxBytes }).maxBytes, maxBytes);
    refusesEach('maxBytes', RangeError, [0, MIB - 1, 4 * GIB + 1, MIB + 0.5, Number.NaN, Infinity, -MIB]);
    refusesEach('maxBytes', TypeError, [null, true, 1n, {}, []]);
  });

  test('maxBytes may be text', () => {
    const texts = {
      '256 MiB': 256 * MIB,
      '256MiB': 256 * MIB,
      ' 1.5 GiB ': 1.5 * GIB,
      '4 GiB': 4 * GIB,
      '2048 KiB': 2 * MIB,
      '64 MB': 64e6,
      '1.25 GB': 1.25e9,
      '2000 kB': 2e6,
      '2000 KB': 2e6,
      '1048576 B': MIB,
      '1.0000001 MiB': MIB,
    };
    for (const [text, bytes] of Object.entries(texts))
      assert.equal(resolve({ maxBytes: text }).maxBytes, bytes);
    const wrong = [
      '',
      'MiB',
      '256',
      '256 M',
      '256 mib',
      '256 Mb',
      '-256 MiB',
      '1e3 MiB',
      '1,5 GiB',
      '.5 GiB',
    ];
    const outside = [
      '512 KiB',
      '1023.99 KiB',
      '1 MB',
      '4.0001 GiB',
      '1 TiB',
      '256  MiB',
      '256 MiB MiB',
      '1 iB',
    ];
    refusesEach('maxBytes', RangeError, [...wrong, ...outside]);
  });

  test('defaultTtl is a positive number of seconds', () => {
    for (const defaultTtl of [null, undefined, Infinity])
      assert.equal(resolve({ defaultTtl }).defaultTtlMicros, 0);
    assert.equal(resolve({ defaultTtl: 300 }).defaultTtlMicros, 300_000_000);
    refusesEach('defaultTtl', RangeError, [0, -0, -1, Number.NaN, -Infinity]);
    refusesEach('defaultTtl', TypeError, ['1', 1n, false, {}]);
  });

  test('cleanupInterval is 0, false or from 0.01 to 86400 seconds', () => {
    for (const off of [0, -0, false]) assert.equal(resolve({ cleanupInterval: off }).cleanupIntervalMs, 0);
    assert.equal(resolve({ cleanupInterval: 0.01 }).cleanupIntervalMs, 10);
    assert.equal(resolve({ cleanupInterval: 86_400 }).cleanupIntervalMs, 86_400_000);
    refusesEach('cleanupInterval', RangeError, [0.0099, 86_400.1, -1, Number.NaN, Infinity]);
    refusesEach('cleanupInterval', TypeError, [true, null, '1', 1n]);
  });

  test('name has 1 to 256 characters', () => {
    for (const name of ['a', 'é'.repeat(256), '\0']) assert.equal(resolve({ name }).name, name);
    refusesEach('name', RangeError, ['', 'a'.repeat(257)]);
    refusesEach('name', TypeError, [1, null, Symbol('s'), Object('a')]);
  });

  test('shards is a power of two from 1 to 64', () => {
    for (const shards of [1, 2, 4, 8, 16, 32, 64]) assert.equal(resolve({ shards }).shards, shards);
    refusesEach('shards', RangeError, [0, 3, 63, 65, 128, 0.5, -2, Number.NaN, Infinity]);
    refusesEach('shards', TypeError, ['4', null, 4n]);
  });

  test('shards follows the number of cores by default', (t) => {
    t.after(() => {
      t.mock.restoreAll();
      syncBuiltinESMExports();
    });
    const cores = t.mock.method(os, 'availableParallelism', () => 1);
    for (const [count, shards] of [
      [1, 4],
      [2, 4],
      [3, 8],
      [4, 8],
      [5, 16],
      [8, 16],
      [9, 16],
      [128, 16],
    ]) {
      cores.mock.mockImplementation(() => count ?? 0);
      syncBuiltinESMExports();
      assert.equal(resolve({}).shards, shards, `${count} cores`);
    }
  });

  test('freeze is a boolean, nearSize an integer from 0', () => {
    refusesEach('freeze', TypeError, [0, 1, 'true', null]);
    for (const nearSize of [0, 1, 2 ** 23]) assert.equal(resolve({ nearSize }).nearSize, nearSize);
    assert(Object.is(resolve({ nearSize: -0 }).nearSize, 0));
    refusesEach('nearSize', RangeError, [-1, 0.5, 2 ** 23 + 1, Number.NaN, Infinity]);
    refusesEach('nearSize', TypeError, [null, '1', false]);
  });

  test('logger and codec need their methods', () => {
    const { debug, info, warn } = console;
    refusesEach('logger', TypeError, [
      null,
      true,
      'console',
      {},
      { debug, info, warn },
      { ...console, error: 1 },
    ]);
    refusesEach('codec', TypeError, [null, {}, { encode() {} }, { decode() {} }, { encode: 1, decode() {} }]);
    const callable = Object.assign(() => {}, { debug, info, warn, error: console.error });
    assert.notEqual(resolve({ logger: callable }).logger, undefined);
  });

  test('guards the logger', () => {
    const fail = () => {
      throw new Error('disk full');
    };
    resolve({ logger: { debug: fail, info: fail, warn: fail, error: fail } }).logger?.error('x');
  });
});
