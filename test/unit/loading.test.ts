import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { CacheKey, ThreadSafeCache } from '../../src/index.js';
import { assertIntact, engineOf, makeCache } from '../support/caches.js';

/** A loader that is settled from outside, and counts its runs. */
function heldLoader<Value>() {
  const waiting: { resolve: (value: Value) => void; reject: (error: unknown) => void }[] = [];
  const loader = () =>
    new Promise<Value>((resolve, reject) => {
      waiting.push({ resolve, reject });
    });
  return { loader, waiting };
}

function makeLoadingCache(test: TestContext): ThreadSafeCache<CacheKey, unknown> {
  let cache: ThreadSafeCache<CacheKey, unknown> | undefined;
  // before it is shut down
  test.after(() => cache && engineOf(cache).size() >= 0 && assertIntact(cache));
  cache = makeCache(test, { maxSize: 100 });
  return cache;
}

/** Loads a key, and lets something happen between the loader's start and its end. */
async function loadDuring(cache: ThreadSafeCache, write: () => unknown): Promise<unknown> {
  const { loader, waiting } = heldLoader<string>();
  const loaded = cache.getOrLoad('key', loader);
  await turn();
  write();
  waiting[0]?.resolve('loaded');
  return loaded;
}

function throwIt(thrown: unknown): never {
  throw thrown;
}

describe('getOrLoad', () => {
  it('loads what is not there, and only that', async (test) => {
    const cache = makeLoadingCache(test);
    assert.equal(await cache.getOrLoad('a', (key) => `${key} loaded`), 'a loaded');
    assert.equal(cache.get('a'), 'a loaded');
    assert.equal(await cache.getOrLoad('a', () => assert.fail('it is there')), 'a loaded');
    assert.equal(await cache.getOrLoad('u', () => undefined), undefined);
    assert.equal(cache.has('u'), true);
  });

  it('runs one loader for all callers of a key; each gets its own copy', async (test) => {
    const cache = makeLoadingCache(test);
    const { loader, waiting } = heldLoader<{ list: number[] }>();
    const calls = Array.from({ length: 50 }, () => cache.getOrLoad(Uint8Array.of(1, 2), loader));
    const others = Array.from({ length: 50 }, () => cache.getOrLoad(1, () => 'number'));
    others.push(cache.getOrLoad('1', () => 'text'));
    await turn();
    assert.equal(waiting.length, 1);
    const source = { list: [1] };
    waiting[0]?.resolve(source);
    const values = await Promise.all(calls);
    assert.equal(new Set([...values, source]).size, 51);
    for (const value of values) assert.deepEqual(value, { list: [1] });
    assert.deepEqual([...new Set(await Promise.all(others))], ['number', 'text']);
    const { loads, waits, loadFailures } = cache.getStats();
    assert.deepEqual({ loads, waits, loadFailures }, { loads: 3, waits: 49 + 49, loadFailures: 0 });
  });

  it('stores under the key that was asked for, whatever the loader does to its bytes', async (test) => {
    const cache = makeLoadingCache(test);
    const loader = (key: CacheKey) => (key as Uint8Array).fill(9).length;
    for (let round = 0; round < 2; round++) {
      assert.equal(await cache.getOrLoad(Uint8Array.of(round, 2), loader), 2);
      assert.equal(await cache.getOrLoad(Uint8Array.of(round, 2), () => assert.fail('it is there')), 2);
    }
    assert.equal(cache.has(Uint8Array.of(9, 9)), false);
  });

  it('stores with the TTL that is given', async (test) => {
    const cache = makeLoadingCache(test);
    await cache.getOrLoad('short', () => 1, { ttl: 100 });
    await cache.getOrLoad('ever', () => 1);
    const left = cache.ttl('short') ?? 0;
    assert.ok(left > 0 && left <= 100, `${left}`);
    assert.equal(cache.ttl('ever'), Number.POSITIVE_INFINITY);
  });

  it('hands out what does not fit, and stores it not', async (test) => {
    const cache = makeCache(test, { maxSize: 10, maxBytes: '2 MiB' });
    const large = 'x'.repeat(1 << 20);
    assert.equal(await cache.getOrLoad('large', () => large), large);
    assert.equal(cache.has('large'), false);
    const middle = 'y'.repeat(100_000);
    assert.equal(await cache.getOrLoad('middle', () => middle), middle);
    assert.equal(cache.get('middle'), middle);
  });

  it('goes on when the cache is shut down meanwhile', async (test) => {
    const cache = makeLoadingCache(test);
    const { loader, waiting } = heldLoader<string>();
    const loaded = cache.getOrLoad('key', loader);
    await turn();
    cache.shutdown();
    waiting[0]?.resolve('loaded');
    assert.equal(await loaded, 'loaded');
    await assert.rejects(cache.getOrLoad('key', loader), { code: 'ERR_CACHE_CLOSED' });
  });
});

/** What happens to the key during the load, and what is there afterwards: the load has stored its value or not. */
const writes: Record<string, { write: (cache: ThreadSafeCache) => unknown; left: unknown }> = {
  put: { write: (cache) => cache.put('key', 'put'), left: 'put' },
  putMany: { write: (cache) => cache.putMany([['key', 'put']]), left: 'put' },
  putIfAbsent: { write: (cache) => cache.putIfAbsent('key', 'put'), left: 'put' },
  'increment by a number': { write: (cache) => cache.increment('key'), left: 1 },
  'increment twice': { write: (cache) => [cache.increment('key'), cache.increment('key')], left: 2 },
  'increment by a bigint': { write: (cache) => cache.increment('key', 2n), left: 2n },
  update: { write: (cache) => cache.update('key', () => 'updated'), left: 'updated' },
  'a large put': { write: (cache) => cache.put('key', 'x'.repeat(10_000)), left: 'x'.repeat(10_000) },
  'put and delete': { write: (cache) => [cache.put('key', 'put'), cache.delete('key')], left: undefined },
  'put and take': { write: (cache) => [cache.put('key', 'put'), cache.take('key')], left: undefined },
  'delete of what is not there': { write: (cache) => cache.delete('key'), left: undefined },
  'deleteMany of what is not there': { write: (cache) => cache.deleteMany(['key']), left: undefined },
  'take of what is not there': { write: (cache) => cache.take('key'), left: undefined },
  clear: { write: (cache) => cache.clear(), left: undefined },
  'put and clear': { write: (cache) => [cache.put('key', 'put'), cache.clear()], left: undefined },
  'put and its eviction': {
    write: (cache) => {
      cache.put('key', 'put');
      for (let other = 0; other < 100; other++) cache.put(`other ${other}`, other);
    },
    left: undefined,
  },
  nothing: { write: () => undefined, left: 'loaded' },
  'get, peek, has, ttl and touch': {
    write: (cache) => [cache.get('key'), cache.peek('key'), cache.has('key'), cache.touch('key', 1)],
    left: 'loaded',
  },
  'a putIfVersion that fails': { write: (cache) => cache.putIfVersion('key', 1, 1), left: 'loaded' },
  'writes of other keys': {
    write: (cache) => {
      for (let other = 0; other < 300; other++) cache.put(`other ${other}`, other);
      for (let other = 0; other < 300; other++) cache.delete(`other ${other}`);
    },
    left: 'loaded',
  },
};

describe('what is written during a load wins', () => {
  for (const [name, { write, left }] of Object.entries(writes)) {
    it(name, async (test) => {
      const cache = makeLoadingCache(test);
      assert.equal(await loadDuring(cache, () => write(cache)), 'loaded');
      assert.deepEqual(cache.peek('key'), left);
    });
  }

  it('and who asks after it does not get what was loaded before', async (test) => {
    for (const write of ['delete', 'clear', 'take'] as const) {
      const { loader, waiting } = heldLoader<string>();
      const cache = makeLoadingCache(test);
      const before = cache.getOrLoad('key', loader);
      await turn();
      cache[write]('key');
      const after = cache.getOrLoad('key', loader);
      await turn();
      assert.equal(waiting.length, 2);
      waiting[1]?.resolve('new');
      assert.equal(await after, 'new');
      waiting[0]?.resolve('old');
      assert.equal(await before, 'old');
      assert.equal(cache.peek('key'), 'new');
    }
  });
});

describe('a loader that fails', () => {
  it('makes all its callers fail, and is run again by the next call', async (test) => {
    const cache = makeLoadingCache(test);
    const error = new Error('no');
    const { loader, waiting } = heldLoader<string>();
    const calls = [cache.getOrLoad('key', loader), cache.getOrLoad('key', loader)];
    await turn();
    waiting[0]?.reject(error);
    for (const { status, reason } of (await Promise.allSettled(calls)) as PromiseRejectedResult[]) {
      assert.equal(status, 'rejected');
      assert.equal(reason, error);
    }
    assert.equal(cache.has('key'), false);
    await assert.rejects(
      cache.getOrLoad('key', () => {
        throw error;
      }),
      error,
    );
    assert.equal(await cache.getOrLoad('key', () => 'well'), 'well');
    const { loads, loadFailures } = cache.getStats();
    assert.deepEqual({ loads, loadFailures }, { loads: 3, loadFailures: 2 });
  });

  it('may throw whatever it likes', async (test) => {
    const cache = makeLoadingCache(test);
    const evil = () => {
      throw new Error('evil');
    };
    const all = [
      undefined,
      null,
      0,
      'text',
      Symbol('s'),
      evil,
      Object.defineProperty({}, 'code', { get: evil }),
      Object.defineProperty(new Error('x'), 'message', { get: evil }),
      Object.assign(new Error('x'), { self: evil }),
      new Proxy(new Error('x'), { getPrototypeOf: evil, get: evil }),
    ];
    for (const [index, thrown] of all.entries()) {
      for (const loader of [() => Promise.reject(thrown), () => throwIt(thrown)]) {
        const failed = cache.getOrLoad(index, loader, { negativeTtl: 100 });
        const [settled] = await Promise.allSettled([failed]);
        assert.ok(settled?.status === 'rejected' && Object.is(settled.reason, thrown), `${index}`);
        await assert.rejects(
          cache.getOrLoad(index, () => 1, { negativeTtl: 100 }),
          { code: 'ERR_LOAD_FAILED' },
        );
        assert.equal(await cache.getOrLoad(index, () => 'well'), 'well');
        cache.clear();
      }
    }
  });

  it('by waiting for itself is given up when its time is over', async (test) => {
    const cache = makeLoadingCache(test);
    const options = { timeout: 0.05 };
    const itself = (): Promise<unknown> => cache.getOrLoad('a', itself, options);
    await assert.rejects(itself(), { code: 'ERR_LOAD_TIMEOUT' });
    // by way of another key
    const there = (): Promise<unknown> => cache.getOrLoad('b', back, options);
    const back = (): Promise<unknown> => cache.getOrLoad('c', there, options);
    await assert.rejects(back(), { code: 'ERR_LOAD_TIMEOUT' });
    assert.equal(await cache.getOrLoad('c', () => 'well'), 'well');
  });

  it('does so when it brings what cannot be cloned', async (test) => {
    const cache = makeLoadingCache(test);
    await assert.rejects(
      cache.getOrLoad('key', () => () => 1),
      { code: 'ERR_VALUE_NOT_CLONEABLE' },
    );
    assert.equal(await cache.getOrLoad('key', () => 'well'), 'well');
  });

  it('is given up when its time is over', async (test) => {
    const cache = makeLoadingCache(test);
    const { loader, waiting } = heldLoader<string>();
    await assert.rejects(cache.getOrLoad('key', loader, { timeout: 0.01 }), { code: 'ERR_LOAD_TIMEOUT' });
    const second = cache.getOrLoad('key', loader);
    await turn();
    waiting[1]?.resolve('second');
    assert.equal(await second, 'second');
    waiting[0]?.resolve('late');
    await turn();
    assert.equal(cache.peek('key'), 'second');
  });
});

describe('a signal', () => {
  it('ends the waiting of one caller, not the load', async (test) => {
    const cache = makeLoadingCache(test);
    const { loader, waiting } = heldLoader<string>();
    const controller = new AbortController();
    const aborted = cache.getOrLoad('key', loader, { signal: controller.signal });
    const other = cache.getOrLoad('key', loader);
    await turn();
    controller.abort(new Error('enough'));
    await assert.rejects(aborted, /enough/);
    waiting[0]?.resolve('loaded');
    assert.equal(await other, 'loaded');
    assert.equal(cache.peek('key'), 'loaded');
    await assert.rejects(cache.getOrLoad('other', loader, { signal: controller.signal }), /enough/);
    assert.equal(waiting.length, 1);
  });

  it('of the only caller leaves the load to itself', async (test) => {
    const cache = makeLoadingCache(test);
    const { loader, waiting } = heldLoader<string>();
    const controller = new AbortController();
    const aborted = cache.getOrLoad('key', loader, { signal: controller.signal });
    await turn();
    controller.abort();
    await assert.rejects(aborted, { name: 'AbortError' });
    waiting[0]?.resolve('loaded');
    await turn();
    assert.equal(cache.peek('key'), 'loaded');
  });
});
