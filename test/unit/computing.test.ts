import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CacheError, type CacheKey } from '../../src/index.js';
import { assertIntact, makeCache } from '../support/caches.js';

describe('getOrCompute', () => {
  it('computes what is not there, and only that', (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    const source = { list: [1] };
    const computed = cache.getOrCompute('a', () => source, { ttl: 50 });
    assert.deepEqual(computed, source);
    assert.notEqual(computed, source);
    assert.ok((cache.ttl('a') ?? 0) <= 50);
    assert.deepEqual(
      cache.getOrCompute('a', () => assert.fail('it is there')),
      source,
    );
    const { loads, hits, misses } = cache.getStats();
    assert.deepEqual({ loads, hits, misses }, { loads: 1, hits: 1, misses: 1 });
    assertIntact(cache);
  });

  it('throws what it throws, and computes again', (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    const error = new Error('no');
    const fail = () => {
      throw error;
    };
    assert.throws(
      () => cache.getOrCompute('a', fail),
      (thrown) => thrown === error,
    );
    assert.equal(
      cache.getOrCompute('a', () => 'well'),
      'well',
    );
    assert.equal(cache.getStats().loadFailures, 1);
    assertIntact(cache);
  });

  it('stores nothing when the key is written meanwhile', (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    const compute = () => {
      cache.put('a', 'put');
      return 'computed';
    };
    assert.equal(cache.getOrCompute('a', compute), 'computed');
    assert.equal(cache.peek('a'), 'put');
  });

  it('does not wait for a load of its own thread', async (test) => {
    const cache = makeCache<string, string>(test, { maxSize: 100 });
    let end = (_: string) => {};
    const loading = cache.getOrLoad(
      'a',
      () =>
        new Promise<string>((resolve) => {
          end = resolve;
        }),
    );
    await turn();
    assert.equal(
      cache.getOrCompute('a', () => 'computed'),
      'computed',
    );
    end('loaded');
    assert.equal(await loading, 'loaded');
    assert.equal(cache.peek('a'), 'computed');
    assertIntact(cache);
  });

  it('stores nothing when the key is deleted meanwhile, though this thread loads it', async (test) => {
    const cache = makeCache<string, string>(test, { maxSize: 100 });
    const end = { load: (_: string) => {} };
    const held = new Promise<string>((resolve) => {
      end.load = resolve;
    });
    const loading = cache.getOrLoad('a', () => held);
    await turn();
    const compute = () => {
      cache.delete('a');
      return 'computed';
    };
    assert.equal(cache.getOrCompute('a', compute), 'computed');
    end.load('loaded');
    assert.equal(await loading, 'loaded');
    assert.equal(cache.has('a'), false);
    assertIntact(cache);
  });

  it('leaves a load of its own thread alone when it fails', async (test) => {
    const cache = makeCache<string, string>(test, { maxSize: 100 });
    const end = { load: (_: string) => {} };
    const held = new Promise<string>((resolve) => {
      end.load = resolve;
    });
    const loading = cache.getOrLoad('a', () => held);
    await turn();
    assert.throws(
      () => cache.getOrCompute('a', () => assert.fail('no')),
      (error) => error instanceof assert.AssertionError,
    );
    end.load('loaded');
    assert.equal(await loading, 'loaded');
    assert.equal(cache.peek('a'), 'loaded');
  });

  it('hands out what does not fit, while this thread loads the key too', async (test) => {
    const cache = makeCache<string, string>(test, { maxSize: 10, maxBytes: '2 MiB' });
    const loading = cache.getOrLoad('large', () => turn('small'));
    // its loader has begun, and has not ended
    while (cache.getStats().loads === 0) await undefined;
    const large = 'x'.repeat(1 << 20);
    assert.equal(
      cache.getOrCompute('large', () => large),
      large,
    );
    await loading;
  });

  it('computes the key that was asked for, whatever the function does to its bytes', (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    const bytes = () => Uint8Array.of(1, 2);
    const compute = (key: CacheKey) => (key as Uint8Array).fill(9).length;
    assert.equal(cache.getOrCompute(bytes(), compute), 2);
    assert.equal(cache.take(bytes()), 2);
    assert.equal(cache.getOrCompute(bytes(), compute), 2);
    assert.equal(cache.has(Uint8Array.of(9, 9)), false);
  });

  it('refuses to be asked for the key that it computes', (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    const code = (error: unknown) => error instanceof CacheError && error.code === 'ERR_LOAD_REENTERED';
    const compute = (): unknown => cache.getOrCompute('a', compute);
    assert.throws(compute, code);
    const evasive = (): unknown => {
      cache.delete('a');
      return cache.getOrCompute('a', evasive);
    };
    assert.throws(evasive, code);
    // by way of another key
    const there = (): unknown => cache.getOrCompute('b', back);
    const back = (): unknown => cache.getOrCompute('a', there);
    assert.throws(back, code);
    assert.equal(
      cache.getOrCompute('a', () => 'well'),
      'well',
    );
    assertIntact(cache);
  });

  it('may ask for other keys, and be asked for by a load of the same thread', async (test) => {
    const cache = makeCache<string, string>(test, { maxSize: 100 });
    let asked: Promise<string> | undefined;
    const outer = cache.getOrCompute('outer', () => {
      asked = cache.getOrLoad('outer', () => assert.fail('it is computed'));
      return `(${cache.getOrCompute('inner', () => 'inner')})`;
    });
    assert.equal(outer, '(inner)');
    assert.equal(await asked, '(inner)');
  });

  it('refuses a wrong call', (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    const wrong: [() => unknown, string][] = [
      [() => cache.getOrCompute(Number.NaN, () => 1), 'ERR_INVALID_KEY'],
      [() => cache.getOrCompute('a', 1 as never), 'ERR_INVALID_ARGUMENT'],
      [() => cache.getOrCompute('a', () => 1, { staleFor: 1 } as never), 'ERR_INVALID_OPTION'],
      [() => cache.getOrCompute('a', () => 1, { timeout: 0 }), 'ERR_INVALID_OPTION'],
      [() => cache.getOrCompute('a', () => Promise.resolve(1) as never), 'ERR_VALUE_NOT_CLONEABLE'],
    ];
    for (const [call, code] of wrong) {
      assert.throws(call, (error) => error instanceof CacheError && error.code === code);
    }
    assert.throws(() => cache.getOrCompute('a', () => Math.max), {
      message:
        "Cannot compute 'a': the value is a function, something that can be cloned is required (function max() { [native code] } could not be cloned.)",
    });
    assert.equal(cache.size, 0);
    assertIntact(cache);
  });
});
