import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CacheError, memoize } from '../../src/index.js';
import { makeCache } from '../support/caches.js';

/** Whether two types are the same. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

describe('memoize', () => {
  it('runs a function once for the same arguments', async (test) => {
    const cache = makeCache<string, number>(test, { maxSize: 100 });
    let runs = 0;
    async function add(a: number, b: number): Promise<number> {
      runs++;
      return a + b;
    }
    const memoised = memoize(add, cache);
    assert.deepEqual(await Promise.all([memoised(1, 2), memoised(1, 2), memoised(2, 1)]), [3, 3, 3]);
    assert.equal(await memoised(1, 2), 3);
    assert.equal(runs, 2);
    assert.equal(memoised.name, 'add');
    assert.deepEqual([...cache.keys()].sort(), ['add(1,2)', 'add(2,1)']);
  });

  it('tells arguments apart by kind and value, not by the order of properties', async (test) => {
    const cache = makeCache<string, number>(test, { maxSize: 100 });
    let runs = 0;
    const count = memoize((..._: unknown[]) => ++runs, cache, { name: 'count' });
    const different = [
      [],
      [undefined],
      [null],
      ['null'],
      [1],
      ['1'],
      [1n],
      [true],
      ['a,b'],
      ['a', 'b'],
      [['a', 'b']],
      [{ a: 1 }],
      [{ a: '1' }],
      [{ a: { b: 1 } }],
      ['a"),b("'],
      [Number.NaN],
    ];
    for (const [index, args] of different.entries()) assert.equal(await count(...args), index + 1);
    for (const [index, args] of different.entries()) assert.equal(await count(...args), index + 1);
    assert.equal(await count({ x: 1, y: 2 }), await count({ y: 2, x: 1 }));
  });

  it('takes keys of its own, options, and the this of the call', async (test) => {
    const cache = makeCache<number, string>(test, { maxSize: 100 });
    const site = {
      title: 'Site',
      render: memoize(
        function (this: unknown, page: { id: number; at: Date }) {
          return `${(this as { title: string }).title} ${page.id}`;
        },
        cache,
        { key: ({ id }) => id, ttl: 100 },
      ),
    };
    assert.equal(await site.render({ id: 7, at: new Date() }), 'Site 7');
    assert.equal(cache.peek(7), 'Site 7');
    assert.ok((cache.ttl(7) ?? 0) <= 100);
  });

  it('does not keep errors', async (test) => {
    const cache = makeCache<string, string>(test, { maxSize: 100 });
    let runs = 0;
    const fail = memoize(
      () => {
        if (++runs === 1) throw new Error('down');
        return 'up';
      },
      cache,
      { name: 'fail' },
    );
    await assert.rejects(fail(), /down/);
    assert.equal(await fail(), 'up');
  });

  it('has a space of keys for each name, and one without arguments', async (test) => {
    const cache = makeCache<string, string>(test, { maxSize: 100 });
    const first = memoize(() => 'first', cache, { name: 'a' });
    const second = memoize(() => 'second', cache, { name: 'b' });
    assert.deepEqual([await first(), await second(), await first()], ['first', 'second', 'first']);
    assert.deepEqual([...cache.keys()].sort(), ['a()', 'b()']);
    // who takes the same name takes the same values
    assert.equal(await memoize(() => 'third', cache, { name: 'a' })(), 'first');
  });

  it('keeps the types of arguments and result', async (test) => {
    const cache = makeCache<string, number>(test, { maxSize: 100 });
    const length = async (text: string, times = 1) => text.length * times;
    const memoised = memoize(length, cache, {
      key: (text, times) => `${text.toUpperCase()} ${times?.toFixed()}`,
    });
    const same: Equal<Parameters<typeof memoised>, [text: string, times?: number | undefined]> = true;
    const isNumber: Equal<Awaited<ReturnType<typeof memoised>>, number> = true;
    assert.deepEqual([same, isNumber], [true, true]);
    assert.equal(await memoised('abc', 2), 6);
    // a function that is not asynchronous becomes so
    const upper = (text: string) => text.toUpperCase();
    const texts = makeCache<string, string>(test, { maxSize: 100 });
    const loud = memoize(upper, texts);
    const isAsync: Equal<typeof loud, (text: string) => Promise<string>> = true;
    assert.equal(isAsync, true);
    assert.equal(await loud('a'), 'A');
    // @ts-expect-error: the cache holds no strings
    const wrong = memoize(upper, cache);
    // @ts-expect-error: a number is no argument of the function
    await assert.rejects(wrong(1));
    // @ts-expect-error: nor is one left out
    await assert.rejects(wrong());
  });

  it('refuses what it cannot do', async (test) => {
    const cache = makeCache<string, number>(test, { maxSize: 100 });
    const code = (expected: string) => (error: unknown) =>
      error instanceof CacheError && error.code === expected;
    assert.throws(() => memoize(1 as never, cache), code('ERR_INVALID_ARGUMENT'));
    for (const wrong of [undefined, null, {}]) {
      assert.throws(() => memoize(() => 1, wrong as never, { name: 'n' }), code('ERR_INVALID_ARGUMENT'));
    }
    for (const wrong of [null, 1, 'name']) {
      assert.throws(() => memoize(() => 1, cache, wrong as never), code('ERR_INVALID_OPTION'));
    }
    assert.throws(() => memoize(() => 1, cache), code('ERR_INVALID_OPTION'));
    for (const wrong of [
      { tll: 4 },
      { ttl: 1, signal: undefined },
      { refreshAfter: 2, ttl: 1 },
      { timeout: '1' },
    ]) {
      assert.throws(
        () => memoize(() => 1, cache, { name: 'n', ...(wrong as object) }),
        code('ERR_INVALID_OPTION'),
      );
    }
    assert.throws(() => memoize(() => 1, cache, { name: 'n', ttl: 0 }), code('ERR_INVALID_TTL'));
    // of its default TTL only the cache knows
    const refreshed = memoize(() => 1, cache, { name: 'n', refreshAfter: 2 });
    await assert.rejects(refreshed(), code('ERR_INVALID_OPTION'));
    assert.throws(() => memoize(() => 1, cache, { key: 1 as never }), code('ERR_INVALID_OPTION'));
    const count = memoize((_: unknown) => 1, cache, { name: 'count' });
    const circle: unknown[] = [];
    circle.push(circle);
    const odd = [/b/.exec('ab'), ((strings: TemplateStringsArray) => strings)`a`];
    for (const argument of [
      new Date(),
      () => 1,
      Symbol('s'),
      circle,
      new Map(),
      { [Symbol('s')]: 1 },
      ...odd,
    ]) {
      await assert.rejects(count(argument), code('ERR_INVALID_KEY'));
    }
  });
});
