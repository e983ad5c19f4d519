import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import vm from 'node:vm';
import fc from 'fast-check';
import {
  type CacheKey,
  decodeKey,
  encodeKey,
  formatKey,
  KeyKind,
  MAX_KEY_BYTES,
} from '../../src/codec/keys.js';
import { CacheError } from '../../src/errors.js';

/** As in the cache: a window into shared memory, not at its start. */
const memory = new SharedArrayBuffer(4 * MAX_KEY_BYTES);
const target = Buffer.from(memory, 4096, MAX_KEY_BYTES);

function encode(key: unknown): { kind: number; length: number } {
  const packed = encodeKey(key, target, 'put');
  return { kind: packed % 8, length: Math.floor(packed / 8) };
}

/** Encodes a key, moves the bytes to an odd place, and reads them back. */
function roundTrip(key: CacheKey): CacheKey {
  const { kind, length } = encode(key);
  const elsewhere = Buffer.from(memory, 2 * MAX_KEY_BYTES, MAX_KEY_BYTES + 3);
  elsewhere.set(target.subarray(0, length), 3);
  const decoded = decodeKey(kind, elsewhere, 3, length);
  elsewhere.fill(0xaa);
  return decoded;
}

function bytesOf(key: unknown): number[] {
  const { length } = encode(key);
  return [...target.subarray(0, length)];
}

function refuses(key: unknown, kind: typeof TypeError | typeof RangeError, message: string | RegExp): void {
  assert.throws(
    () => encode(key),
    (error) => {
      assert(error instanceof CacheError && error instanceof kind);
      assert.equal(error.code, 'ERR_INVALID_KEY');
      if (typeof message === 'string') assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    },
  );
}

suite('encodeKey', () => {
  test('writes each kind as documented', () => {
    const { LATIN1, UTF16, NUMBER, BIGINT, BOOLEAN, BYTES } = KeyKind;
    const kinds: [CacheKey, number, number[]][] = [
      ['', LATIN1, []],
      ['a\0ÿ', LATIN1, [0x61, 0, 0xff]],
      ['Ā', UTF16, [0, 1]],
      ['a\ud800', UTF16, [0x61, 0, 0, 0xd8]],
      [1, NUMBER, [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]],
      [255n, BIGINT, [0x66, 0x66]],
      [-255n, BIGINT, [0x2d, 0x66, 0x66]],
      [0n, BIGINT, [0x30]],
      [false, BOOLEAN, [0]],
      [true, BOOLEAN, [1]],
      [new Uint8Array([1, 2]), BYTES, [1, 2]],
      [new Uint8Array(), BYTES, []],
    ];
    for (const [key, kind, bytes] of kinds) {
      assert.equal(encode(key).kind, kind);
      assert.deepEqual(bytesOf(key), bytes);
    }
  });

  test('treats -0 as 0', () => {
    assert.deepEqual(bytesOf(-0), bytesOf(0));
    assert(Object.is(roundTrip(-0), 0));
  });

  test('gives equal bytes only to equal keys of a kind', () => {
    const keys = ['1', 1, 1n, true, new Uint8Array([0x31]), '\u3100', '1\0'];
    const seen = new Set(keys.map((key) => `${encode(key).kind}:${bytesOf(key)}`));
    assert.equal(seen.size, keys.length);
  });

  test('does not normalise strings', () => {
    assert.notDeepEqual(bytesOf('é'), bytesOf('e\u0301'));
  });

  test('takes every string length around the fast paths', () => {
    const lengths = [...Array(80).keys(), 254, 255, 256, 257, 258];
    for (const length of lengths) {
      // no two neighbours alike
      const some = Array.from({ length }, (_, index) => String.fromCharCode(33 + (index % 90))).join('');
      const texts = [
        some,
        'ÿ'.repeat(length),
        ...['ÿ', '€', '\ud800', '😀'].flatMap((c) => [some + c, c + some]),
      ];
      for (const text of texts) assert.equal(roundTrip(text), text);
      assert.equal(encode(`${some}ÿ`).kind, KeyKind.LATIN1);
    }
  });

  test('takes strings that V8 stores in another way', () => {
    const rope = ['a', 'b', 'c'].reduce((text, letter) => `${text}${letter.repeat(30)}`, '');
    const slice = `€${'x'.repeat(100)}`.slice(1); // two bytes per unit inside, Latin-1 by content
    assert.equal(roundTrip(rope), rope);
    assert.equal(roundTrip(slice), slice);
    assert.equal(encode(slice).kind, KeyKind.LATIN1);
    assert.equal(encode(`€${'x'.repeat(9)}`.slice(1)).kind, KeyKind.LATIN1);
  });

  test('ends at exactly 65536 bytes for every kind', () => {
    const limit = MAX_KEY_BYTES;
    const longest: [CacheKey, CacheKey][] = [
      ['x'.repeat(limit), 'x'.repeat(limit + 1)],
      ['€'.repeat(limit / 2), '€'.repeat(limit / 2 + 1)],
      [`${'x'.repeat(limit / 2 - 1)}€`, `${'x'.repeat(limit / 2)}€`],
      [16n ** BigInt(limit) - 1n, 16n ** BigInt(limit)],
      [1n - 16n ** BigInt(limit - 1), -(16n ** BigInt(limit - 1))],
      [new Uint8Array(limit).fill(7), new Uint8Array(limit + 1)],
    ];
    for (const [fits, tooLong] of longest) {
      assert.equal(encode(fits).length, limit);
      assert.deepEqual(roundTrip(fits), fits);
      refuses(tooLong, RangeError, /: the key takes 6553[78] bytes, at most 65536 are required$/);
    }
    refuses('€'.repeat(limit + 1), RangeError, /: the key takes 65537 bytes/);
    refuses(
      Buffer.alloc(10 * limit),
      RangeError,
      /Cannot put an instance of Buffer: the key takes 655360 bytes/,
    );
  });

  test('writes nothing outside its bytes', () => {
    const whole = Buffer.from(memory);
    const before = Buffer.alloc(4096, 0xee);
    const after = Buffer.alloc(whole.length - 4096 - MAX_KEY_BYTES, 0xee);
    for (const key of [
      'x'.repeat(MAX_KEY_BYTES),
      '€'.repeat(MAX_KEY_BYTES / 2),
      new Uint8Array(MAX_KEY_BYTES),
    ]) {
      whole.fill(0xee);
      encode(key);
      assert(whole.subarray(0, 4096).equals(before));
      assert(whole.subarray(4096 + MAX_KEY_BYTES).equals(after));
    }
  });

  test('refuses numbers that are not finite', () => {
    for (const key of [Number.NaN, Infinity, -Infinity]) {
      refuses(key, RangeError, `Cannot put ${key}: the key is not finite, a finite number is required`);
    }
  });

  test('refuses everything else', () => {
    const required = 'a string, finite number, bigint, boolean or Uint8Array is required';
    refuses(undefined, TypeError, `Cannot put: the key is undefined, ${required}`);
    refuses(null, TypeError, `Cannot put: the key is null, ${required}`);
    refuses(Symbol('s'), TypeError, `Cannot put: the key is Symbol(s), ${required}`);
    refuses({}, TypeError, `Cannot put: the key is an object, ${required}`);
    refuses(() => {}, TypeError, `Cannot put: the key is a function, ${required}`);
    const others = [[], new Date(), new Map(), Object('a'), Object(1), new Proxy(new Uint8Array(1), {})];
    const views = [
      new ArrayBuffer(1),
      new Uint8ClampedArray(1),
      new Int8Array(1),
      new DataView(new ArrayBuffer(1)),
    ];
    const disguised = [
      Object.create(Uint8Array.prototype),
      { [Symbol.toStringTag]: 'Uint8Array', length: 1 },
    ];
    for (const key of [...others, ...views, ...disguised])
      refuses(key, TypeError, /^Cannot put: the key is an? /);
  });

  test('takes Uint8Arrays of every origin', () => {
    const bytes = [1, 2, 250];
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    shared.set(bytes);
    const window = new Uint8Array([9, ...bytes, 9]).subarray(1, 4);
    const foreign: Uint8Array = vm.runInNewContext('new Uint8Array([1, 2, 250])');
    for (const key of [new Uint8Array(bytes), Buffer.from(bytes), shared, window, foreign]) {
      assert.equal(encode(key).kind, KeyKind.BYTES);
      assert.deepEqual(bytesOf(key), bytes);
    }
  });

  test('runs no code of the key', () => {
    const refuse = (): never => assert.fail('ran code of the key');
    class Hostile extends Uint8Array {
      override get length(): number {
        return refuse();
      }
      override get byteLength(): number {
        return refuse();
      }
      override get buffer(): ArrayBuffer {
        return refuse();
      }
      override [Symbol.iterator](): never {
        return refuse();
      }
      override slice = refuse;
      override subarray = refuse;
      static get [Symbol.species](): never {
        return refuse();
      }
    }
    const key = Reflect.construct(Uint8Array, [[1, 2, 3]], Hostile);
    Object.setPrototypeOf(
      key,
      new Proxy(Hostile.prototype, { get: refuse, getPrototypeOf: refuse, has: refuse }),
    );
    assert.deepEqual(bytesOf(key), [1, 2, 3]);
    const object = new Proxy({}, { get: refuse, getPrototypeOf: refuse, ownKeys: refuse });
    refuses(object, TypeError, /the key is a Proxy/);
    const convertible = { toString: refuse, valueOf: refuse, [Symbol.toPrimitive]: refuse };
    refuses(convertible, TypeError, /the key is an object/);
  });

  test('refuses detached bytes', () => {
    for (const length of [0, 3, 5000]) {
      const key = new Uint8Array(length);
      structuredClone(key.buffer, { transfer: [key.buffer] });
      refuses(key, TypeError, /: the key's buffer is detached, readable bytes are required$/);
    }
  });
});

suite('decodeKey', () => {
  const keys = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    fc.array(fc.integer({ min: 0, max: 0xff })).map((units) => String.fromCharCode(...units)),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.integer(),
    fc.bigInt(),
    fc.bigInt({ min: -(2n ** 2000n), max: 2n ** 2000n }),
    fc.boolean(),
    fc.uint8Array({ maxLength: 5000 }),
  );

  test('gives back what was encoded', () => {
    fc.assert(
      fc.property(keys, (key) => assert.deepEqual(roundTrip(key), key)),
      { numRuns: 1000 },
    );
  });

  test('gives bytes as a plain Uint8Array that owns exactly its memory', () => {
    const decoded = roundTrip(Buffer.from([1, 2, 3]));
    assert(decoded instanceof Uint8Array);
    assert.equal(decoded.constructor, Uint8Array);
    assert(decoded.buffer instanceof ArrayBuffer);
    assert.equal(decoded.buffer.byteLength, 3);
  });
});

suite('formatKey', () => {
  test('renders every kind on one short line', () => {
    assert.equal(formatKey('user:1'), '"user:1"');
    assert.equal(formatKey('a"\n\u2028'), '"a\\"\\n\u2028"');
    assert.equal(formatKey(1.5), '1.5');
    assert.equal(formatKey(10n), '10n');
    assert.equal(formatKey(true), 'true');
    assert.equal(formatKey(new Uint8Array([1, 2, 255])), '<Buffer 01 02 ff>');
    assert.equal(formatKey(Buffer.alloc(0)), '<Buffer>');
    assert.equal(formatKey(Buffer.alloc(17)), `<Buffer${' 00'.repeat(16)} … 1 more>`);
    assert.equal(formatKey('x'.repeat(78)), `"${'x'.repeat(78)}"`);
    assert.equal(formatKey('x'.repeat(79)), `"${'x'.repeat(78)}"…`);
    assert.equal(formatKey(1n << 200_000n), 'a huge bigint');
  });
});
