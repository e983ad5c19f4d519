/** Every row of the error table, through the public API: code, class, form of the message; and nothing has changed. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type CacheErrorCode, type CacheKey, type CacheOptions, ThreadSafeCache } from '../../src/index.js';
import { assertIntact, attachAgain, contentOf, engineOf, makeCache } from '../support/caches.js';
import { assertCacheError, type ExpectedError } from '../support/errors.js';

const operations = ['put', 'get', 'peek', 'has', 'delete'] as const;

/** A small full cache, and the check that it is still as it was. */
function filled(test: TestContext) {
  const cache = makeCache(test, { maxSize: 2, maxBytes: '1 MiB' });
  cache.put('old', 'x');
  cache.put('new', { y: 1 }, 1000);
  const before = cache.getStats();
  const assertUnchanged = () => {
    assert.deepEqual(cache.getStats(), before);
    assert.deepEqual([cache.peek('old'), cache.peek('new')], ['x', { y: 1 }]);
    assertIntact(cache);
    cache.put('more', 1);
    assert.equal(cache.has('old'), false);
  };
  return { cache, assertUnchanged };
}

describe('ERR_INVALID_OPTION', () => {
  const code = 'ERR_INVALID_OPTION';
  const wrong: readonly [options: unknown, type: NonNullable<ExpectedError['type']>, message: RegExp][] = [
    [
      undefined,
      TypeError,
      /^Cannot create a cache: options is undefined, an object with at least maxSize is/,
    ],
    [{}, TypeError, /: maxSize is undefined, an integer/],
    [{ maxSize: '10' }, TypeError, /: maxSize is '10', an integer/],
    [{ maxSize: 0 }, RangeError, /: maxSize is 0, an integer from 1/],
    [{ maxSize: 1.5 }, RangeError, /: maxSize is 1.5/],
    [{ maxSize: 10, maxBytes: '10 apples' }, RangeError, /: maxBytes is '10 apples'/],
    [{ maxSize: 10, maxBytes: 2 ** 20 - 1 }, RangeError, /: maxBytes is 1048575/],
    [
      { maxSize: 1e6, maxBytes: 2 ** 20 },
      RangeError,
      /maxBytes is 1048576 for maxSize 1000000, maxBytes of at least \d+/,
    ],
    [
      { maxSize: 2 ** 26, maxBytes: 2 ** 32 },
      RangeError,
      /a maxSize of at most 57\d{6} is required, which takes 4 GiB/,
    ],
    [{ maxSize: 10, defaultTtl: 0 }, RangeError, /: defaultTtl is 0/],
    [{ maxSize: 10, cleanupInterval: true }, TypeError, /: cleanupInterval is true/],
    [{ maxSize: 10, name: '' }, RangeError, /: name is ''/],
    [{ maxSize: 10, logger: {} }, TypeError, /: logger is an object/],
    [{ maxSize: 10, shards: 3 }, RangeError, /: shards is 3, a power of two/],
    [{ maxSize: 10, freeze: 1 }, TypeError, /: freeze is 1/],
    [{ maxSize: 10, nearSize: -1 }, RangeError, /: nearSize is -1/],
    [{ maxSize: 10, codec: { encode: () => {} } }, TypeError, /: codec is an object/],
    [{ maxSize: 10, ttl: 5 }, TypeError, /: 'ttl' is not an option, did you mean defaultTtl\?/],
  ];
  for (const [options, type, message] of wrong) {
    it(`new ThreadSafeCache: ${message.source}`, () => {
      const named =
        typeof options === 'object' && options !== null ? { name: 'never made', ...options } : options;
      assertCacheError(() => new ThreadSafeCache(named as CacheOptions), { code, type, message });
      assert.throws(() => ThreadSafeCache.open('never made'), { code: 'ERR_CACHE_NOT_FOUND' });
    });
  }

  it('the smallest budget that a message names is enough', (test) => {
    let needed = '';
    assert.throws(
      () => new ThreadSafeCache({ maxSize: 50_000, maxBytes: '1 MiB' }),
      ({ message }: Error) => {
        needed = /at least (\d+)/.exec(message)?.[1] ?? '';
        return true;
      },
    );
    const cache = makeCache(test, { maxSize: 50_000, maxBytes: Number(needed) });
    cache.put('a', 'x');
    assert.equal(cache.get('a'), 'x');
    assert.throws(() => new ThreadSafeCache({ maxSize: 50_000, maxBytes: Number(needed) - 1 }), { code });
  });

  it('open and attach', (test) => {
    const codec = { encode: () => new Uint8Array(), decode: () => ({}) };
    const plain = makeCache(test, { name: 'plain', maxSize: 2 });
    const coded = makeCache(test, { name: 'coded', maxSize: 2, codec });
    const wrongOnes: readonly [ThreadSafeCache, options: unknown, message: RegExp][] = [
      [plain, null, /^Cannot attach to the cache: options is null, an object is/],
      [plain, { maxSize: 2 }, /an option is 'maxSize', logger or codec is/],
      [plain, { logger: {} }, /logger is an object, an object with the methods debug/],
    ];
    for (const [cache, options, message] of wrongOnes) {
      const expected = { code, type: TypeError, message } as const;
      assertCacheError(() => ThreadSafeCache.open(cache.name, options as object), expected);
      assertCacheError(() => ThreadSafeCache.attach(cache.handle, options as object), expected);
    }
    // in another thread, which has none yet
    assertCacheError(() => attachAgain(test, coded), {
      code,
      type: TypeError,
      message: /codec is undefined, the codec it was created with is/,
    });
  });
});

describe('ERR_INVALID_KEY', () => {
  const code = 'ERR_INVALID_KEY';
  const wrong: readonly [key: unknown, type: NonNullable<ExpectedError['type']>, message: RegExp][] = [
    [undefined, TypeError, /: the key is undefined, a string, finite number/],
    [null, TypeError, /: the key is null/],
    [{}, TypeError, /: the key is an object/],
    [['a'], TypeError, /: the key is an array of length 1/],
    [() => {}, TypeError, /: the key is a function/],
    [Symbol('a'), TypeError, /: the key is Symbol\(a\)/],
    [new Uint16Array(1), TypeError, /: the key is an instance of Uint16Array/],
    [new String('a'), TypeError, /: the key is an instance of String/],
    [Number.NaN, RangeError, / NaN: the key is not finite/],
    [Number.NEGATIVE_INFINITY, RangeError, / -Infinity: the key is not finite/],
    ['x'.repeat(65_537), RangeError, /: the key takes 65537 bytes, at most 65536 are required/],
    ['☃'.repeat(32_769), RangeError, /: the key takes 65538 bytes/],
    [new Uint8Array(65_537), RangeError, /: the key takes 65537 bytes/],
    [16n ** 65_536n, RangeError, /: the key takes 65537 bytes/],
  ];
  for (const [key, type, message] of wrong) {
    it(message.source, (test) => {
      const { cache, assertUnchanged } = filled(test);
      for (const operation of operations) {
        const name = operation === 'has' ? 'look for' : operation;
        const call = () =>
          (cache[operation] as (key: CacheKey, value?: unknown) => unknown)(key as CacheKey, 'value');
        assertCacheError(call, { code, type, message });
        assertCacheError(call, { code, type, message: new RegExp(`^Cannot ${name}`) });
      }
      assertUnchanged();
    });
  }
});

describe('ERR_INVALID_TTL', () => {
  const wrong: readonly (readonly [ttl: unknown, type: NonNullable<ExpectedError['type']>])[] = [
    ...['1', null, true, 1n, {}].map((ttl) => [ttl, TypeError] as const),
    ...[0, -0, -1, Number.NaN, Number.NEGATIVE_INFINITY].map((ttl) => [ttl, RangeError] as const),
  ];
  it('a TTL that is no positive number', (test) => {
    const { cache, assertUnchanged } = filled(test);
    for (const [ttl, type] of wrong) {
      const message = /^Cannot put 'old': ttl is .+, a positive number of seconds is required$/;
      assertCacheError(() => cache.put('old', 'z', ttl as number), {
        code: 'ERR_INVALID_TTL',
        type,
        message,
      });
    }
    assertCacheError(() => cache.put('old', 'z', -1), {
      code: 'ERR_INVALID_TTL',
      type: RangeError,
      message: / is -1,/,
    });
    assertUnchanged();
  });
});

describe('ERR_VALUE_NOT_CLONEABLE', () => {
  const values: Record<string, unknown> = {
    'a function': () => {},
    'Symbol(a)': Symbol('a'),
    'an instance of Promise': Promise.resolve(),
    'an instance of WeakMap': new WeakMap(),
    'an object': { deep: [() => {}] },
    'a Proxy': new Proxy({}, {}),
    'an instance of URL': new URL('https://heddle.example/'),
    'an instance of Blob': new Blob(['text']),
    'an instance of Secret': new (class Secret {
      readonly #text = 'text';
      get text(): string {
        return this.#text;
      }
    })(),
  };
  for (const [name, value] of Object.entries(values)) {
    it(name, (test) => {
      const { cache, assertUnchanged } = filled(test);
      const message = new RegExp(
        `^Cannot put 'old': the value is ${name.replace(/[()]/g, '\\$&')}, something that can be cloned`,
      );
      assertCacheError(() => cache.put('old', value), {
        code: 'ERR_VALUE_NOT_CLONEABLE',
        type: TypeError,
        message,
      });
      assert.throws(
        () => cache.put('old', value),
        ({ message, cause }: Error) => cause instanceof Error && message.endsWith(` (${cause.message})`),
      );
      assertUnchanged();
    });
  }
});

describe('ERR_VALUE_TOO_LARGE', () => {
  const limit = 65_536;
  const values: readonly [unknown, bytes: number][] = [
    ['x'.repeat(limit + 1), limit + 1],
    ['☃'.repeat(limit / 2 + 1), limit + 2],
    [new Uint8Array(limit + 1), limit + 1],
    [Buffer.alloc(limit * 20), limit * 20],
  ];
  for (const [value, bytes] of values) {
    it(`${typeof value} of ${bytes} bytes`, (test) => {
      const { cache, assertUnchanged } = filled(test);
      assert.equal(engineOf(cache).valueLimit(), limit);
      assertCacheError(() => cache.put('old', value), {
        code: 'ERR_VALUE_TOO_LARGE',
        type: RangeError,
        message: new RegExp(
          `^Cannot put 'old': the value is ${bytes} bytes, at most ${limit} bytes .* is required$`,
        ),
      });
      assertUnchanged();
    });
  }
});

describe('ERR_CACHE_CLOSED', () => {
  it('every operation after shutdown', (test) => {
    const cache = makeCache(test, { maxSize: 2 });
    cache.shutdown();
    const calls: readonly (() => unknown)[] = [
      ...operations.map((operation) => () => (cache[operation] as (key: string) => unknown)('a')),
      () => cache.clear(),
      () => cache.size,
      () => cache.getStats(),
      () => ThreadSafeCache.attach(cache.handle),
    ];
    for (const call of calls)
      assertCacheError(call, {
        code: 'ERR_CACHE_CLOSED',
        message: /^Cannot use the cache: it was shut down/,
      });
  });
});

describe('names', () => {
  it('ERR_CACHE_EXISTS', (test) => {
    const cache = makeCache(test, { name: 'taken', maxSize: 2 });
    cache.put('a', 1);
    assertCacheError(() => new ThreadSafeCache({ name: 'taken', maxSize: 3 }), {
      code: 'ERR_CACHE_EXISTS',
      message: /^Cannot create the cache 'taken': a live one of that name exists, another name is required/,
    });
    assert.equal(ThreadSafeCache.open('taken'), cache);
    assert.equal(cache.get('a'), 1);
  });

  it('ERR_CACHE_NOT_FOUND', (test) => {
    const code = 'ERR_CACHE_NOT_FOUND';
    assertCacheError(() => ThreadSafeCache.open('nobody'), {
      code,
      message: /'nobody': this thread knows none of that name/,
    });
    for (const name of [undefined, 7, {}])
      assertCacheError(() => ThreadSafeCache.open(name as string), { code });
    makeCache(test, { name: 'over', maxSize: 2 }).shutdown();
    assertCacheError(() => ThreadSafeCache.open('over'), { code, message: /attach\(handle\)/ });
  });
});

describe('ERR_TOO_MANY_THREADS', () => {
  it('all slots are taken', (test) => {
    const cache = makeCache(test, { maxSize: 2, maxBytes: '1 MiB' });
    const slots = engineOf(cache).slotCount();
    const others = Array.from({ length: slots - 1 }, () => attachAgain(test, cache));
    const code: CacheErrorCode = 'ERR_TOO_MANY_THREADS';
    for (let count = 0; count < 3; count++) {
      assertCacheError(() => attachAgain(test, cache), {
        code,
        message: new RegExp(`all ${slots} thread slots are taken`),
      });
    }
    assert.equal(cache.getStats().threads, slots);
    others.pop()?.shutdown();
    others.push(attachAgain(test, cache));
    for (const other of others) other.shutdown();
    assert.equal(cache.getStats().threads, 1);
  });
});

describe('ERR_INCOMPATIBLE_HANDLE', () => {
  it('what is no handle, or one of another version', (test) => {
    const cache = makeCache(test, { maxSize: 2, maxBytes: '1 MiB' });
    const content = contentOf(cache);
    const { heddle, ...withoutVersion } = content;
    const blank = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
    const otherLayout = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
    new Uint8Array(otherLayout.buffer).set(new Uint8Array(content.memory.buffer));
    // the layout's version follows the magic number at the start of the header
    const versionAt = new Uint32Array(otherLayout.buffer, 64 + 4, 1);
    assert.equal(versionAt[0], content.layout, 'the host knows another one');
    versionAt[0] = 99;
    const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    const handles: Record<string, unknown> = {
      'of no kind': undefined,
      null: null,
      'a name': cache.name,
      'the cache': cache,
      'an object': {},
      'without a version': withoutVersion,
      'of the next version': { ...content, heddle: heddle + 1 },
      'of another layout': { ...content, layout: content.layout + 1 },
      'without a module': { ...content, module: undefined },
      'with another module': { ...content, id: 'other', module: empty },
      'without memory': { ...content, memory: {} },
      'with empty memory': { ...content, id: 'blank', memory: blank },
      'with memory that is not shared': {
        ...content,
        id: 'own',
        memory: new WebAssembly.Memory({ initial: 16 }),
      },
      'with memory of another layout': { ...content, id: 'layout', memory: otherLayout },
      'without options': { ...content, id: 'bare', options: undefined },
      'with options that are null': { ...content, id: 'null', options: null },
      'sent as JSON': JSON.parse(JSON.stringify(content)),
    };
    const wrong = Object.entries(handles).filter(([, handle]) => {
      try {
        ThreadSafeCache.attach(handle as typeof cache.handle).shutdown();
        return true;
      } catch (error) {
        return (error as { code?: string }).code !== 'ERR_INCOMPATIBLE_HANDLE';
      }
    });
    assert.deepEqual(
      wrong.map(([name]) => name),
      [],
    );
    assertCacheError(() => ThreadSafeCache.attach({} as typeof cache.handle), {
      code: 'ERR_INCOMPATIBLE_HANDLE',
      type: TypeError,
      message:
        /^Cannot attach to the cache: the handle is an object, the handle of a cache made by this version is/,
    });
    assert.equal(cache.getStats().threads, 1);
  });
});
