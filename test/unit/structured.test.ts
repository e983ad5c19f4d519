import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { describe as suite, test } from 'node:test';
import { deserialize, serialize } from '../../src/codec/structured.js';

function roundTrip(value: unknown): unknown {
  return deserialize(new Uint8Array(serialize(value)));
}

suite('serialize and deserialize', () => {
  test('keeps what structured clone keeps', () => {
    const date = new Date(5);
    const shared = { a: 1 };
    const cycle: { self?: object } = {};
    cycle.self = cycle;
    const values = [
      {},
      [],
      { a: undefined, b: -0, c: Number.NaN, d: 10n, e: [Infinity] },
      { date, map: new Map([[date, new Set([1, 'a'])]]), regexp: /a+/giu },
      new Map([[new Map(), 1]]),
      Object.assign(new Array(3), { 1: 'a' }),
      Object.assign([1, 2], { extra: true }),
      [Object(1), Object('a'), Object(false), Object(10n)],
      [new Error('a', { cause: date }), new RangeError('b')],
      new Uint8Array([1, 2, 3]).buffer,
      { text: '€ and more', big: 'x'.repeat(5000) },
      [
        new Int16Array([1, -1]),
        new Float64Array([1.5]),
        new BigUint64Array([1n]),
        new DataView(new ArrayBuffer(3)),
      ],
      JSON.parse('{"__proto__":{"a":[]}}'),
      { [Symbol('s')]: 1, a: 1 },
    ];
    for (const value of values) assert.deepEqual(roundTrip(value), structuredClone(value));
    // deepEqual finds an invalid date unequal to itself.
    assert.equal(String(roundTrip(new Date(Number.NaN))), 'Invalid Date');
    const [first, second] = roundTrip([shared, shared]) as [object, object];
    assert.equal(first, second);
    const copy = roundTrip(cycle) as typeof cycle;
    assert.equal(copy.self, copy);
  });

  test('gives every view a buffer of its own, exactly as large', () => {
    for (const pad of ['', 'x', 'xx', 'xxx', 'xxxx', 'xxxxx', 'xxxxxx', 'xxxxxxx']) {
      const views = [
        new Float64Array([1, 2]),
        new Uint16Array([3]),
        Buffer.from('abc'),
        new DataView(new ArrayBuffer(5), 1),
      ];
      const decoded = roundTrip({ pad, views, undefined }) as { views: typeof views };
      for (const [index, view] of decoded.views.entries()) {
        assert.deepEqual(view, views[index]);
        assert.equal(view.byteOffset, 0);
        assert.equal(view.buffer.byteLength, views[index]?.byteLength);
        assert(view.buffer instanceof ArrayBuffer);
      }
    }
  });

  test('keeps Buffers as Buffers, subclasses of typed arrays as their base', () => {
    class Samples extends Float32Array {}
    const decoded = roundTrip({ buffer: Buffer.from('a'), samples: new Samples([1]), undefined });
    assert.deepEqual(decoded, { buffer: Buffer.from('a'), samples: new Float32Array([1]), undefined });
  });

  test('measures views itself', () => {
    class Liar extends Uint8Array {
      override get byteLength(): number {
        return 1;
      }
      override get byteOffset(): number {
        return 3;
      }
      override get buffer(): ArrayBuffer {
        return new ArrayBuffer(0);
      }
    }
    const liar = Reflect.construct(Uint8Array, [[1, 2, 3]], Liar);
    assert.deepEqual(roundTrip({ a: liar, b: 'after' }), { a: new Uint8Array([1, 2, 3]), b: 'after' });
  });

  test('makes plain objects of class instances', () => {
    class Account {
      readonly #secret = 1;
      owner = 'Ada';
      get secret() {
        return this.#secret;
      }
    }
    assert.deepEqual(roundTrip(new Account()), { owner: 'Ada' });
  });

  test('refuses what structured clone refuses', () => {
    const refusedValues = [
      () => {},
      class {},
      Symbol('s'),
      new WeakMap(),
      new Proxy({}, {}),
      Promise.resolve(),
      new SharedArrayBuffer(1),
      createSecretKey(Buffer.from('abcd')),
    ];
    for (const value of refusedValues) {
      assert.throws(() => serialize(value), Error);
      assert.throws(() => serialize({ a: 1, nested: [value] }), Error);
    }
  });

  test('takes every class of view that exists here', () => {
    const names = Object.getOwnPropertyNames(globalThis).filter((name) =>
      /^(Big)?(Ui|I|Flo)[a-zA-Z]+\d+/.test(name),
    );
    assert(names.length >= 11, `${names}`);
    for (const name of names) {
      const View = Reflect.get(globalThis, name);
      const view = new View(new Uint8Array(16).map((_, index) => index).buffer);
      const decoded = roundTrip([view]);
      assert.deepEqual(decoded, [view]);
    }
  });

  test('copies views of shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(7, 1);
    assert.deepEqual(roundTrip([shared.subarray(1)]), [new Uint8Array([7, 7, 7])]);
  });
});
