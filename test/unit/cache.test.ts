/** What each operation of the cache promises, in one thread. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { ThreadSafeCache } from '../../src/index.js';
import { assertIntact, attachAgain, makeCache } from '../support/caches.js';

describe('put and get', () => {
  it('a value that was put is got, as often as wanted', (test) => {
    const cache = makeCache<string, number>(test, { maxSize: 3 });
    assert.equal(cache.put('a', 1), undefined);
    assert.equal(cache.get('a'), 1);
    assert.equal(cache.get('a'), 1);
  });

  it('a value is replaced', (test) => {
    const cache = makeCache(test, { maxSize: 3 });
    for (const value of ['first', 'x'.repeat(1000), 7, 'x'.repeat(100_000), { a: 1 }]) {
      cache.put('a', value);
      assert.deepEqual(cache.get('a'), value);
      assert.equal(cache.size, 1);
    }
    assertIntact(cache);
  });

  it('what was never put is undefined', (test) => {
    const cache = makeCache(test, { maxSize: 3 });
    assert.equal(cache.get('a'), undefined);
  });

  it('undefined is a value: has() tells it from nothing', (test) => {
    const cache = makeCache(test, { maxSize: 3 });
    cache.put('a', undefined);
    assert.equal(cache.get('a'), undefined);
    assert.equal(cache.has('a'), true);
    assert.equal(cache.has('b'), false);
    assert.equal(cache.getStats().hits, 1);
  });
});

describe('the least recently used entry makes room', () => {
  function filled(test: Parameters<typeof makeCache>[0]): ThreadSafeCache<string, number> {
    const cache = makeCache<string, number>(test, { maxSize: 3 });
    for (const [index, key] of ['a', 'b', 'c'].entries()) cache.put(key, index);
    return cache;
  }
  const left = (cache: ThreadSafeCache<string, number>) =>
    ['a', 'b', 'c', 'd'].filter((key) => cache.has(key));

  it('the one put first, when none was used', (test) => {
    const cache = filled(test);
    cache.put('d', 3);
    assert.deepEqual(left(cache), ['b', 'c', 'd']);
    assert.equal(cache.size, 3);
    assert.equal(cache.getStats().evictions, 1);
  });

  it('get makes an entry the most recently used', (test) => {
    const cache = filled(test);
    cache.get('a');
    cache.put('d', 3);
    assert.deepEqual(left(cache), ['a', 'c', 'd']);
  });

  it('so does a put that replaces', (test) => {
    const cache = filled(test);
    cache.put('a', 9);
    cache.put('d', 3);
    assert.deepEqual(left(cache), ['a', 'c', 'd']);
  });

  it('peek and has do not', (test) => {
    const cache = filled(test);
    cache.peek('a');
    cache.has('a');
    cache.put('d', 3);
    assert.deepEqual(left(cache), ['b', 'c', 'd']);
  });

  it('maxSize 1 holds one entry', (test) => {
    const cache = makeCache(test, { maxSize: 1 });
    cache.put('a', 1);
    cache.put('b', 2);
    assert.equal(cache.get('a'), undefined);
    assert.equal(cache.get('b'), 2);
    assert.equal(cache.size, 1);
  });
});

describe('peek, has, delete, clear', () => {
  it('peek and has see what is there and count nothing', (test) => {
    const cache = makeCache(test, { maxSize: 3 });
    cache.put('a', 'x');
    const before = cache.getStats();
    assert.equal(cache.peek('a'), 'x');
    assert.equal(cache.peek('b'), undefined);
    assert.equal(cache.has('a'), true);
    assert.equal(cache.has('b'), false);
    assert.deepEqual(cache.getStats(), before);
  });

  it('delete says whether the key was there', (test) => {
    const cache = makeCache(test, { maxSize: 3 });
    cache.put('a', 1);
    assert.equal(cache.delete('a'), true);
    assert.equal(cache.delete('a'), false);
    assert.equal(cache.has('a'), false);
    assert.equal(cache.size, 0);
    assert.equal(cache.getStats().deletes, 1);
  });

  it('clear removes everything, and the cache goes on', (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    for (let round = 0; round < 5; round++) {
      for (let key = 0; key < 150; key++) cache.put(key, round);
      assert.equal(cache.size, 100);
      cache.clear();
      assert.equal(cache.size, 0);
      for (let key = 0; key < 150; key++) assert.equal(cache.get(key), undefined);
    }
    assertIntact(cache);
  });

  it('statistics go on counting over a clear', (test) => {
    const cache = makeCache(test, { maxSize: 3 });
    cache.put('a', 1);
    cache.get('a');
    cache.clear();
    cache.get('a');
    const { puts, hits, misses, deletes, evictions } = cache.getStats();
    assert.deepEqual(
      { puts, hits, misses, deletes, evictions },
      { puts: 1, hits: 1, misses: 1, deletes: 0, evictions: 0 },
    );
  });
});

describe('getStats', () => {
  it('begins at zero, with a hit rate of 0', (test) => {
    const cache = makeCache(test, { maxSize: 3, maxBytes: '2 MiB' });
    const { bytesUsed, ...figures } = cache.getStats();
    assert.ok(bytesUsed > 0 && bytesUsed < 2 ** 21);
    assert.deepEqual(figures, {
      hits: 0,
      misses: 0,
      hitRate: 0,
      totalRequests: 0,
      currentSize: 0,
      evictions: 0,
      expiredRemovals: 0,
      puts: 0,
      deletes: 0,
      maxSize: 3,
      maxBytes: 2 ** 21,
      threads: 1,
      rebuilds: 0,
      loads: 0,
      loadFailures: 0,
      loadTimeMs: 0,
      waits: 0,
      staleServed: 0,
    });
  });

  it('counts every kind of request', (test) => {
    const cache = makeCache(test, { maxSize: 2 });
    for (const key of ['a', 'b', 'c', 'c']) cache.put(key, 'x'.repeat(100));
    for (const key of ['a', 'b', 'c', 'd']) cache.get(key);
    cache.delete('b');
    cache.delete('never there');
    const { hits, misses, hitRate, totalRequests, currentSize, evictions, puts, deletes } = cache.getStats();
    assert.deepEqual(
      { hits, misses, hitRate, totalRequests, currentSize, evictions, puts, deletes },
      {
        hits: 2,
        misses: 2,
        hitRate: 0.5,
        totalRequests: 4,
        currentSize: 1,
        evictions: 1,
        puts: 4,
        deletes: 1,
      },
    );
  });

  it('bytesUsed follows what is held', (test) => {
    const cache = makeCache(test, { maxSize: 10 });
    const empty = cache.getStats().bytesUsed;
    cache.put('a', 'x'.repeat(1000));
    const one = cache.getStats().bytesUsed;
    assert.ok(one >= empty + 1000 && one < empty + 1200, `${one - empty}`);
    cache.delete('a');
    assert.equal(cache.getStats().bytesUsed, empty);
  });
});

describe('shutdown', () => {
  it('may be called again', (test) => {
    const cache = makeCache(test, { maxSize: 3 });
    cache.shutdown();
    cache.shutdown();
    cache[Symbol.dispose]();
  });

  it('comes at the end of a using block', () => {
    let kept: ThreadSafeCache;
    {
      using cache = new ThreadSafeCache({ maxSize: 3, cleanupInterval: 0, name: 'for a block' });
      cache.put('a', 1);
      kept = cache;
    }
    assert.throws(() => kept.get('a'), { code: 'ERR_CACHE_CLOSED' });
    assert.throws(() => ThreadSafeCache.open('for a block'), { code: 'ERR_CACHE_NOT_FOUND' });
  });

  it('leaves name and handle readable', (test) => {
    const cache = makeCache(test, { maxSize: 3, name: 'still readable' });
    cache.shutdown();
    assert.equal(cache.name, 'still readable');
    assert.throws(() => ThreadSafeCache.attach(cache.handle), { code: 'ERR_CACHE_CLOSED' });
  });

  it('makes the name free', (test) => {
    makeCache(test, { maxSize: 3, name: 'used twice' }).shutdown();
    const second = makeCache(test, { maxSize: 4, name: 'used twice' });
    assert.equal(ThreadSafeCache.open('used twice'), second);
  });
});

describe('a name that was used again', () => {
  it('stays when one who was attached to the earlier cache leaves that', (test) => {
    const earlier = makeCache(test, { maxSize: 3, name: 'again' });
    const attached = attachAgain(test, earlier);
    earlier.shutdown();
    const later = makeCache(test, { maxSize: 3, name: 'again' });
    attached.shutdown();
    earlier.shutdown();
    assert.equal(ThreadSafeCache.open('again'), later);
  });
});

describe('one thread, one object for each cache', () => {
  it('open and attach answer the one that is there', (test) => {
    const cache = makeCache(test, { maxSize: 3, name: 'only one' });
    assert.equal(ThreadSafeCache.open('only one'), cache);
    assert.equal(ThreadSafeCache.attach(cache.handle), cache);
    assert.equal(ThreadSafeCache.attach(structuredClone(cache.handle)), cache);
    assert.equal(cache.getStats().threads, 1);
  });

  it('caches without a name are strangers to each other', (test) => {
    const one = makeCache(test, { maxSize: 3 });
    const other = makeCache(test, { maxSize: 3 });
    one.put('a', 1);
    assert.equal(other.has('a'), false);
    assert.notEqual(one.name, other.name);
    assert.equal(ThreadSafeCache.open(one.name), one);
  });
});

it('console.log shows which cache it is, and what it holds', (test) => {
  const cache = makeCache<string, number>(test, { maxSize: 3, name: 'shown' });
  cache.put('a', 1);
  assert.equal(inspect(cache), "ThreadSafeCache { name: 'shown', size: 1 }");
  assert.equal(inspect({ cache }), "{ cache: ThreadSafeCache { name: 'shown', size: 1 } }");
  const attached = attachAgain(test, cache);
  cache.shutdown();
  for (const each of [cache, attached]) {
    assert.equal(inspect(each), "ThreadSafeCache { name: 'shown', isClosed: true }");
  }
});
