/** What comes out is the caller's own: nothing done to it, or to what was put, reaches the cache or another reader. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThreadSafeCache } from '../../src/index.js';
import { makeCache } from '../support/caches.js';

/** One of each way that values are stored, and how a caller would change it. */
const mutable: Record<string, { make: () => object; change: (value: never) => void }> = {
  'a small object': {
    make: () => ({ list: [1, { a: 1 }] }),
    change: (value: { list: unknown[] }) => value.list.push('more'),
  },
  'a large object': {
    make: () => ({ list: Array.from({ length: 5000 }, (_, index) => ({ index })) }),
    change: (value: { list: unknown[] }) => value.list.pop(),
  },
  'a Map': {
    make: () => new Map([['a', [1]]]),
    change: (value: Map<string, number[]>) => value.get('a')?.push(2),
  },
  'a Date': { make: () => new Date(0), change: (value: Date) => value.setTime(1) },
  'an array of bytes': {
    make: () => ({ bytes: new Uint8Array(8) }),
    change: (value: { bytes: Uint8Array }) => value.bytes.fill(1),
  },
  'few bytes': { make: () => new Uint8Array(8), change: (value: Uint8Array) => value.fill(1) },
  'many bytes': { make: () => new Uint8Array(50_000), change: (value: Uint8Array) => value.fill(1) },
  'a Buffer': { make: () => Buffer.alloc(8), change: (value: Buffer) => value.fill(1) },
};

describe('isolation', () => {
  for (const [name, { make, change }] of Object.entries(mutable)) {
    it(`${name}: changing it after the put does nothing`, (test) => {
      const cache = makeCache(test, { maxSize: 3 });
      const value = make();
      cache.put('a', value);
      change(value as never);
      assert.deepEqual(cache.get('a'), make());
    });

    it(`${name}: changing what was read does nothing to others who read`, (test) => {
      const cache = makeCache<string, object>(test, { maxSize: 3 });
      cache.put('a', make());
      for (let count = 0; count < 4; count++) {
        const value = count % 2 === 0 ? cache.get('a') : cache.peek('a');
        assert.deepEqual(value, make());
        change(value as never);
      }
    });
  }

  it('bytes are no view into shared memory, and have a buffer of their own size', (test) => {
    const cache = makeCache<string, Uint8Array>(test, { maxSize: 3 });
    for (const length of [0, 1, 100, 8192, 8193, 100_000]) {
      cache.put('a', new Uint8Array(length).fill(1));
      const read = cache.get('a');
      assert.ok(read?.buffer instanceof ArrayBuffer);
      assert.equal(read.buffer.byteLength, length);
      cache.put('a', new Uint8Array(length).fill(2));
      assert.ok(read.every((byte) => byte === 1));
    }
  });

  it('strings stay what they were when the entry is replaced', (test) => {
    const cache = makeCache<string, string>(test, { maxSize: 3 });
    for (const length of [10, 1000, 10_000, 100_000]) {
      for (const letter of ['x', '☃']) {
        cache.put('a', letter.repeat(length));
        const read = cache.get('a');
        cache.put('a', 'y'.repeat(length));
        assert.equal(read, letter.repeat(length));
      }
    }
  });
});

describe('values come back as what they were', () => {
  const cycle: { self?: object } = {};
  cycle.self = cycle;
  const values: readonly unknown[] = [
    ...[undefined, null, true, false, 0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 0n, -(2n ** 200n)],
    ...['', 'a', '☃', '\ud800', '\0', 'é'.repeat(8192), 'é'.repeat(8193), '☃'.repeat(4096), '☃'.repeat(4097)],
    ...[{}, [], { a: { b: [1, undefined] } }, [[[]]], Object.create(null), cycle],
    ...[new Date(5), /a/g, new Set([1]), new Map([[{}, 1]]), new RangeError('x'), new Float64Array([0.5])],
    ...[Buffer.from('x'), new Uint8Array(3), new ArrayBuffer(9)],
  ];

  it('by get and by peek, again and again', (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    for (const [key, value] of values.entries()) cache.put(key, value);
    for (let round = 0; round < 3; round++) {
      for (const [key, value] of values.entries()) {
        assert.deepEqual(cache.get(key), structuredCloneOf(value));
        assert.deepEqual(cache.peek(key), structuredCloneOf(value));
      }
    }
  });

  it('when one entry is replaced by all of them in turn', (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    for (const value of [...values, ...values]) {
      cache.put('a', value);
      for (let count = 0; count < 3; count++) assert.deepEqual(cache.get('a'), structuredCloneOf(value));
    }
  });

  /** structuredClone, but that a Buffer stays one. */
  function structuredCloneOf(value: unknown): unknown {
    return Buffer.isBuffer(value) ? value : structuredClone(value);
  }
});

describe('freeze', () => {
  const frozen = (test: Parameters<typeof makeCache>[0], nearSize = 1024): ThreadSafeCache<string> =>
    makeCache<string>(test, { maxSize: 10, freeze: true, nearSize });

  it('plain objects and arrays come frozen through and through', (test) => {
    const cache = frozen(test);
    cache.put('a', { list: [1, { b: {} }] });
    for (let count = 0; count < 4; count++) {
      const value = cache.get('a') as { list: [number, { b: object }] };
      for (const part of [value, value.list, value.list[1], value.list[1].b])
        assert.ok(Object.isFrozen(part));
    }
  });

  it('once read again, they are one object for each version', (test) => {
    const cache = frozen(test);
    cache.put('a', { version: 1 });
    const [, , third, fourth] = [1, 2, 3, 4].map(() => cache.get('a'));
    assert.equal(third, fourth);
    cache.put('a', { version: 1 });
    assert.notEqual(cache.get('a'), third);
    assert.deepEqual(cache.get('a'), { version: 1 });
  });

  it('what was put is not frozen', (test) => {
    const cache = frozen(test);
    const value = { list: [1] };
    cache.put('a', value);
    cache.get('a');
    value.list.push(2);
    assert.deepEqual(value, { list: [1, 2] });
  });

  it('what only a codec makes is frozen, or copied', (test) => {
    const values: Record<string, () => { value: object; part: object }> = {
      'under a symbol': () => {
        const part = { count: 0 };
        return { value: { [Symbol.iterator]: part }, part };
      },
      'not enumerable': () => {
        const part = [0];
        return { value: Object.defineProperty({}, 'part', { value: part }), part };
      },
      'behind a getter': () => {
        const part = { count: 0 };
        return { value: Object.defineProperty({}, 'part', { get: () => part, enumerable: true }), part };
      },
      'a function': () => {
        const part = () => 0;
        return { value: { part }, part };
      },
      'a proxy': () => {
        const part: object[] = [];
        return { value: new Proxy({}, { get: () => part }), part };
      },
    };
    for (const [name, make] of Object.entries(values)) {
      let part: object = {};
      const decode = (): object => {
        const made = make();
        part = made.part;
        return made.value;
      };
      const codec = { encode: () => new Uint8Array(1), decode };
      const cache = makeCache<string>(test, { maxSize: 10, freeze: true, codec });
      cache.put('a', {});
      const [, , third, fourth] = [1, 2, 3, 4].map(() => cache.get('a'));
      assert.ok(third !== fourth || Object.isFrozen(part), name);
    }
  });

  it('what stays mutable when frozen is copied', (test) => {
    const cache = frozen(test);
    for (const { make, change } of Object.values(mutable)) {
      if (Object.getPrototypeOf(make()) === Object.prototype && !('bytes' in make())) continue;
      cache.put('a', make());
      for (let count = 0; count < 4; count++) {
        const value = cache.get('a');
        assert.deepEqual(value, make());
        change(value as never);
      }
    }
  });
});
