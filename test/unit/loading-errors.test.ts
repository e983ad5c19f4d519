import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CacheError, type ThreadSafeCache } from '../../src/index.js';
import { makeCache } from '../support/caches.js';

describe('a wrong call of getOrLoad', () => {
  const wrong: [string, (cache: ThreadSafeCache) => Promise<unknown>, string][] = [
    ['a key', (cache) => cache.getOrLoad(Number.NaN, () => 1), 'ERR_INVALID_KEY'],
    ['a loader', (cache) => cache.getOrLoad('a', 1 as never), 'ERR_INVALID_ARGUMENT'],
    ['options', (cache) => cache.getOrLoad('a', () => 1, null as never), 'ERR_INVALID_OPTION'],
    ['an option', (cache) => cache.getOrLoad('a', () => 1, { tl: 1 } as never), 'ERR_INVALID_OPTION'],
    ['ttl', (cache) => cache.getOrLoad('a', () => 1, { ttl: 0 }), 'ERR_INVALID_TTL'],
    ['staleFor', (cache) => cache.getOrLoad('a', () => 1, { staleFor: -1 }), 'ERR_INVALID_OPTION'],
    ['timeout', (cache) => cache.getOrLoad('a', () => 1, { timeout: 1e6 }), 'ERR_INVALID_OPTION'],
    [
      'negativeTtl',
      (cache) => cache.getOrLoad('a', () => 1, { negativeTtl: Number.NaN }),
      'ERR_INVALID_OPTION',
    ],
    [
      'refreshAfter',
      (cache) => cache.getOrLoad('a', () => 1, { refreshAfter: 2, ttl: 1 }),
      'ERR_INVALID_OPTION',
    ],
    [
      'refreshAfter without ttl',
      (cache) => cache.getOrLoad('a', () => 1, { refreshAfter: 2 }),
      'ERR_INVALID_OPTION',
    ],
    ['signal', (cache) => cache.getOrLoad('a', () => 1, { signal: 1 as never }), 'ERR_INVALID_OPTION'],
  ];
  for (const [what, call, code] of wrong) {
    it(`is rejected for ${what}`, async (test) => {
      const cache = makeCache(test, { maxSize: 100 });
      await assert.rejects(call(cache), (error) => error instanceof CacheError && error.code === code);
      assert.equal(cache.size, 0);
    });
  }

  it('says what was meant', async (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    await assert.rejects(
      cache.getOrLoad('a', () => 1, { staleFr: 1 } as never),
      { message: "Cannot load 'a': 'staleFr' is not an option, did you mean staleFor?" },
    );
    await assert.rejects(
      cache.getOrLoad('a', () => 1, { refreshAfter: 1 }),
      { message: "Cannot load 'a': refreshAfter is 1, a ttl that it is below is required" },
    );
    assert.throws(() => cache.getOrCompute('a', () => 1, { other: 1 } as never), {
      message: "Cannot compute 'a': 'other' is not an option, one of ttl, timeout is required",
    });
    assert.throws(() => cache.getOrCompute('a', () => 1, { timeout: Number.POSITIVE_INFINITY }), {
      message:
        "Cannot compute 'a': timeout is Infinity, a positive number of seconds, at most 86400, is required",
    });
  });

  it('takes the ends of the ranges', async (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    const longest = 'x'.repeat(65_536);
    const endless = Number.POSITIVE_INFINITY;
    const options = { timeout: 86_400, ttl: endless, staleFor: endless, negativeTtl: endless };
    assert.equal(await cache.getOrLoad(longest, (key) => String(key).length, options), 65_536);
    assert.equal(cache.ttl(longest), endless);
    const short = { ttl: 0.002, refreshAfter: 0.001, timeout: 1e-9, staleFor: 1e-9, negativeTtl: 1e-9 };
    assert.equal(await cache.getOrLoad('short', () => 1, short), 1);
  });
});
