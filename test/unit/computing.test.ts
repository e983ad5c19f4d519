import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CacheError } from '../../src/index.js';
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
    assert.equal(cache.size, 0);
    assertIntact(cache);
  });
});
