import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import vm from 'node:vm';
import fc from 'fast-check';
import { plainText } from '../../src/codec/plain.js';

/** Asserts that JSON is used and means what structured clone makes of the value. */
function keeps(value: unknown): void {
  const text = plainText(value);
  assert(text !== undefined);
  const clone: unknown = structuredClone(value);
  assert.deepEqual(JSON.parse(text), clone);
  assert.equal(text, JSON.stringify(clone), 'the order of the properties');
}

suite('plainText', () => {
  test('takes plain data', () => {
    keeps({ a: 1, b: 'x', c: true, d: false, e: null, f: -1.5e300, g: [1, 'y', [null], []] });
    keeps([]);
    keeps([{ a: { b: { c: [0] } } }]);
    keeps({ 10: 'a', 9: 'b', z: 1, '-1': 2, '': 3 });
    keeps({ 'a"b\\c\n\0': 'd"e\\f\u001f\u007f\u0080ÿ' });
    keeps({ lone: '\ud800', key: '\udc00' });
    keeps(JSON.parse('{"__proto__":{"a":1},"constructor":2,"toString":3}'));
    keeps({ toJSON: 'data' });
    keeps(Object.freeze({ a: Object.seal([1]) }));
    keeps(vm.runInNewContext('[1, 2]'));
  });

  test('takes names of properties that it has met before, more than it remembers, and long ones', () => {
    for (let i = 0; i < 1100; i++) keeps({ [`name${i}`]: i, [`other${i}`]: i });
    for (const name of ['name7', 'other7', 'name1099', '', '__proto__', 'a"b', '\ud800', 'x'.repeat(65)]) {
      keeps(JSON.parse(`{${JSON.stringify(name)}:1,"last":2}`));
      keeps(JSON.parse(`{"first":1,${JSON.stringify(name)}:2}`));
    }
    assert.equal(plainText({ first: 1, ['x'.repeat(1025)]: 2 }), undefined);
    assert.equal(plainText({ '\u0100': 1 }), undefined);
  });

  test('agrees with structured clone wherever it applies', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.array(fc.integer({ min: 0, max: 0x101 })).map((units) => String.fromCharCode(...units)),
      fc.double(),
      fc.integer(),
      fc.boolean(),
      fc.constantFrom(null, '__proto__', '\ud800', -0, 1e21, 5e-324),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('tree')),
        fc.dictionary(fc.string(), tie('tree')),
      ),
    }));
    const anything = fc.anything({
      withSparseArray: true,
      withNullPrototype: true,
      withDate: true,
      withMap: true,
    });
    let taken = 0;
    const property = fc.property(
      fc.oneof(fc.array(tree), fc.dictionary(fc.string(), tree), anything),
      (value) => {
        if (plainText(value) === undefined) return;
        keeps(value);
        taken++;
      },
    );
    fc.assert(property, { numRuns: 2000 });
    assert(taken > 100, `only ${taken} values were plain`);
  });

  test('leaves what JSON would change', () => {
    class Point {
      x = 1;
    }
    const holes = [1, 2, 3];
    delete holes[1];
    const shared = { a: 1 };
    const cycle: { self?: object } = {};
    cycle.self = cycle;
    const changed: unknown[] = [
      undefined,
      -0,
      Number.NaN,
      Infinity,
      10n,
      'Ā',
      new Date(0),
      new Map(),
      new Set(),
      /a/,
      new Error('x'),
      new Uint8Array(1),
      new ArrayBuffer(1),
      Object(1),
      Object('a'),
      () => {},
      Symbol('s'),
      holes,
      /(?<n>a)/.exec('a'),
      Object.assign([1], { extra: 1 }),
      Object.assign(new Array(1), { extra: 1 }),
      [shared, shared],
      cycle,
      new Point(),
      Object.assign(Object.create(null), { a: 1 }),
      Object.create({ a: 1 }),
      { toJSON: () => 1 },
      { Ā: 1 },
      vm.runInThisContext('(function () { return arguments; })(1, 2)'),
      new Proxy({ a: 1 }, {}),
      new Proxy([1], {}),
    ];
    for (const value of changed) {
      assert.equal(plainText({ a: 1, value }), undefined);
      assert.equal(plainText([1, value]), undefined);
      if (typeof value === 'object') assert.equal(plainText(value), undefined);
    }
  });

  test('leaves objects that only look plain', () => {
    const disguised = [new Map([[1, 2]]), new Set([1]), new Date(0), new Error('x'), new Number(1), /a/];
    for (const value of disguised) {
      assert.equal(plainText(Object.setPrototypeOf(value, Object.prototype)), undefined);
    }
    assert.equal(plainText({}), undefined);
    assert.equal(plainText(Math), undefined);
    assert.equal(plainText({ a: 1, [Symbol.toStringTag]: 'Map' }), undefined);
  });

  test('ignores what structured clone ignores', () => {
    keeps(Object.defineProperty({ a: 1, [Symbol('s')]: new Date() }, 'hidden', { value: new Date() }));
    Object.defineProperty(Object.prototype, 'toJSON', { value: () => 'changed', configurable: true });
    try {
      assert.equal(plainText({ a: 1, b: ['x"'] }), '{"a":1,"b":["x\\""]}');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'toJSON');
    }
  });

  test('reads each property once, in order', () => {
    const reads: string[] = [];
    const traced = (name: string, value: unknown) => ({
      enumerable: true,
      get: () => {
        reads.push(name);
        return value;
      },
    });
    const inner = Object.defineProperties({}, { c: traced('c', 1) });
    const array = Object.defineProperties([0, 0], { 0: traced('0', 1), 1: traced('1', 2) });
    const outer = Object.defineProperties(
      {},
      { a: traced('a', 1), b: traced('b', inner), d: traced('d', array) },
    );
    assert.equal(plainText(outer), '{"a":1,"b":{"c":1},"d":[1,2]}');
    assert.deepEqual(reads, ['a', 'b', 'c', 'd', '0', '1']);
  });

  test('gives up above its limits', () => {
    const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
    const nodes = (count: number) => [...numbers(count - 1).map((value) => ({ value }))];
    keeps(numbers(32));
    assert.equal(plainText(numbers(33)), undefined);
    keeps(Object.fromEntries(numbers(32).entries()));
    assert.equal(plainText(Object.fromEntries(numbers(33).entries())), undefined);
    keeps(nodes(16));
    assert.equal(plainText(nodes(17)), undefined);
    keeps(['x'.repeat(1020)]);
    assert.equal(plainText(['x'.repeat(1021)]), undefined);
    assert.equal(plainText(['"'.repeat(511)]), undefined);
    assert.equal(plainText([['x'.repeat(600)], ['x'.repeat(600)]]), undefined);
    let deep: unknown = 1;
    for (let level = 0; level < 1e5; level++) deep = [deep];
    assert.equal(plainText(deep), undefined);
  });
});
