import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import vm from 'node:vm';
import fc from 'fast-check';
import { decodeValue, type ValueCodec, ValueEncoder, ValueKind } from '../../src/codec/values.js';
import { CacheError } from '../../src/errors.js';
import { encodeInto, OFFSET, refused, roundTrip, scratch } from '../support/values.js';

function kindOf(value: unknown): number {
  const encoder = new ValueEncoder();
  encoder.prepare(value, 'put', 'a');
  return encoder.kind;
}

suite('direct encodings', () => {
  test('keep every primitive', () => {
    const strings = [
      '',
      'a',
      'a\0ÿ',
      'Ā',
      '\ud800',
      'x'.repeat(40),
      `€${'x'.repeat(40)}`,
      `€${'x'.repeat(40)}`.slice(1),
    ];
    const numbers = [0, -0, 1.5, Number.NaN, Infinity, -Infinity, Number.MIN_VALUE, 2 ** 53];
    const bigints = [0n, -1n, 255n, -(1n << 4000n), 1n << 4000n];
    for (const value of [...strings, ...numbers, ...bigints, undefined, null, false, true]) {
      assert(Object.is(roundTrip(value), value));
    }
  });

  test('have the documented kinds', () => {
    const { LATIN1, UTF16, BYTES, BUFFER, NUMBER, BIGINT, CONSTANT, CODEC } = ValueKind;
    const values: [unknown, number][] = [
      ['ÿ', LATIN1],
      ['Ā', UTF16],
      [new Uint8Array(1), BYTES],
      [Buffer.alloc(1), BUFFER],
      [1, NUMBER],
      [1n, BIGINT],
      [undefined, CONSTANT],
      [null, CONSTANT],
      [true, CONSTANT],
      [{}, CODEC],
      [[], CODEC],
      [new Int8Array(1), CODEC],
      [Object(1), CODEC],
    ];
    for (const [value, kind] of values) assert.equal(kindOf(value), kind);
  });

  test('keep any string, number, bigint and bytes', () => {
    const values = fc.oneof(
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
      fc.array(fc.integer({ min: 0, max: 0xff })).map((units) => String.fromCharCode(...units)),
      fc.double(),
      fc.bigInt(),
      fc.uint8Array(),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    const property = fc.property(values, (value) => {
      const decoded = roundTrip(value);
      assert.deepEqual(decoded, value);
      assert.equal(Buffer.isBuffer(decoded), Buffer.isBuffer(value));
    });
    fc.assert(property, { numRuns: 1000 });
  });

  test('give bytes that own exactly their memory', () => {
    for (const value of [new Uint8Array([1, 2]), Buffer.from([1, 2])]) {
      const decoded = roundTrip(value);
      assert(decoded instanceof Uint8Array && decoded.buffer instanceof ArrayBuffer);
      assert.equal(decoded.buffer.byteLength, 2);
      assert.equal(decoded.constructor, value.constructor);
    }
  });

  test('take bytes of every origin', () => {
    class Packet extends Uint8Array {
      override get length(): number {
        return assert.fail('ran code of the value');
      }
      override get byteLength(): number {
        return assert.fail('ran code of the value');
      }
    }
    const packet = Reflect.construct(Uint8Array, [[1, 2, 3]], Packet);
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    shared.set([1, 2, 3]);
    const foreign: Uint8Array = vm.runInNewContext('new Uint8Array([1, 2, 3])');
    const window = new Uint8Array([0, 1, 2, 3, 0]).subarray(1, 4);
    for (const value of [packet, shared, foreign, window]) {
      const decoded = roundTrip(value);
      assert.deepEqual(decoded, new Uint8Array([1, 2, 3]));
      assert.equal(decoded?.constructor, Uint8Array);
    }
  });

  test('write no more than announced when shared bytes grow meanwhile', () => {
    const Growable = SharedArrayBuffer as new (length: number, options: object) => SharedArrayBuffer;
    const memory = new Growable(4, { maxByteLength: 64 }) as SharedArrayBuffer & {
      grow(length: number): void;
    };
    const encoder = new ValueEncoder();
    encoder.prepare(new Uint8Array(memory), 'put', 'a');
    assert.equal(encoder.byteLength, 4);
    memory.grow(64);
    scratch.fill(0xee, 0, 200);
    encoder.write(scratch, 100);
    assert(scratch.subarray(104, 200).every((byte) => byte === 0xee));
  });

  test('refuse detached bytes', () => {
    for (const length of [0, 3, 5000]) {
      const bytes = new Uint8Array(length);
      structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
      assert(refused(bytes) instanceof TypeError);
      assert(refused({ nested: bytes }) instanceof TypeError);
    }
  });

  test('refuse views that their buffer has become too small for', () => {
    const Resizable = ArrayBuffer as new (length: number, options: object) => ArrayBuffer;
    const buffer = new Resizable(16, { maxByteLength: 16 }) as ArrayBuffer & { resize(length: number): void };
    const views = [new Uint8Array(buffer, 8), new BigInt64Array(buffer, 8, 1), new DataView(buffer, 8, 8)];
    buffer.resize(4);
    for (const view of views) {
      assert(refused({ nested: view }) instanceof TypeError);
      assert(refused(view) instanceof TypeError);
    }
  });
});

suite('any other value', () => {
  test('agrees with structuredClone on anything', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    const property = fc.property(anything, (value) =>
      assert.deepEqual(roundTrip(value), structuredClone(value)),
    );
    fc.assert(property, { numRuns: 1000 });
  });

  test('wraps what the value throws', () => {
    const problem = new Error('mine');
    const throwing = {
      a: 1,
      get b() {
        throw problem;
      },
    };
    assert.equal(refused(throwing), problem);
    assert.equal(refused(new Map([[1, throwing]])), problem);
    const odd = {
      get a() {
        throw null;
      },
    };
    assert.equal(refused(odd, undefined, /, something that can be cloned is required$/), null);
  });

  test('refuses what is too deep', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 1e5; level++) deep = [deep];
    assert(refused(deep) instanceof RangeError);
  });

  test('says so when a value cannot be read back', () => {
    const module = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    assert.throws(() => roundTrip({ module }), { name: 'CacheError', code: 'ERR_VALUE_NOT_CLONEABLE' });
  });
});

suite('ValueEncoder', () => {
  test('writes a short text at once into the scratch it was given, and elsewhere as any other', () => {
    const memory = Buffer.from(new SharedArrayBuffer(1024));
    const elsewhere = Buffer.alloc(1024);
    const encoder = new ValueEncoder(undefined, memory);
    const plain = new ValueEncoder();
    for (const length of [0, 1, 15, 16, 17, 18, 31, 254, 255, 256, 257, 258]) {
      const some = 'x'.repeat(length);
      for (const text of [some, ...['ÿ', '€', '\ud800'].flatMap((c) => [some + c, c + some])]) {
        plain.prepare(text, 'put', 'a');
        encoder.prepare(text, 'put', 'a');
        assert.deepEqual([encoder.kind, encoder.byteLength], [plain.kind, plain.byteLength]);
        for (const target of [memory, elsewhere]) {
          encoder.write(target, 0);
          assert.equal(decodeValue(encoder.kind, target, 0, encoder.byteLength), text);
        }
      }
      // what comes next is written
      encoder.prepare(length, 'put', 'a');
      encoder.write(memory, 0);
      assert.equal(decodeValue(encoder.kind, memory, 0, encoder.byteLength), length);
    }
  });

  test('may be entered again by the value it prepares', () => {
    const encoder = new ValueEncoder();
    const nested = (inner: unknown, outer: unknown) => ({
      get a() {
        encodeInto(encoder, inner);
        return outer;
      },
    });
    for (const [inner, outer] of [
      ['x', 1],
      [{ b: 2 }, 'y'],
      [new Date(0), 1],
      [Buffer.from('b'), new Date(1)],
    ]) {
      encodeInto(encoder, nested(inner, outer));
      assert.deepEqual(decodeValue(encoder.kind, scratch, OFFSET, encoder.byteLength), { a: outer });
    }
  });

  test('may be entered again by its codec', () => {
    const codec: ValueCodec = {
      encode: () => {
        encodeInto(encoder, 'inner');
        return new Uint8Array([1, 2, 3]);
      },
      decode: (bytes) => [...bytes],
    };
    const encoder = new ValueEncoder(codec);
    encodeInto(encoder, {});
    assert.deepEqual(decodeValue(encoder.kind, scratch, OFFSET, encoder.byteLength, codec), [1, 2, 3]);
  });

  test('takes one value after the other, whatever their kinds', () => {
    const encoder = new ValueEncoder();
    const values = [
      1,
      'a',
      Buffer.from('b'),
      null,
      { a: 1 },
      'Ā',
      new Date(1),
      5n,
      new Uint8Array(2),
      true,
      [],
      -0,
    ];
    for (const first of values) {
      for (const second of values) {
        encodeInto(encoder, first);
        encodeInto(encoder, second);
        assert.deepEqual(decodeValue(encoder.kind, scratch, OFFSET, encoder.byteLength), second);
      }
    }
  });

  test('writes again as often as wanted', () => {
    const encoder = new ValueEncoder();
    for (const value of ['a', { a: 1 }, new Date(1), Buffer.from('b')]) {
      encoder.prepare(value, 'put', 'a');
      for (const offset of [0, 1, 1000]) {
        encoder.write(scratch, offset);
        assert.deepEqual(decodeValue(encoder.kind, scratch, offset, encoder.byteLength), value);
      }
    }
  });

  test('keeps its state when a value is refused', () => {
    const encoder = new ValueEncoder();
    encoder.prepare('kept', 'put', 'a');
    assert.throws(() => encoder.prepare(() => {}, 'put', 'a'), CacheError);
    encoder.write(scratch, 0);
    assert.equal(decodeValue(encoder.kind, scratch, 0, encoder.byteLength), 'kept');
  });

  test('forgets the value on release', () => {
    const encoder = new ValueEncoder();
    encoder.prepare(Buffer.from('b'), 'put', 'a');
    encoder.release();
    encodeInto(encoder, 1);
    assert.equal(decodeValue(encoder.kind, scratch, OFFSET, encoder.byteLength), 1);
  });
});
