/** How threads find a cache: by its name, downward and later; by its handle, everywhere. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CacheStats, ThreadSafeCache } from '../../src/index.js';
import { makeCache } from '../support/caches.js';
import { Remote } from '../support/remote.js';

describe('by its name', () => {
  it('a worker finds it, and a worker of that worker', async (test) => {
    const cache = makeCache(test, { name: 'downward', maxSize: 10 });
    cache.put('a', 'from above');
    const remote = await Remote.start(test);
    await remote.ask('open', 'downward');
    assert.equal(await remote.ask('get', 'a'), 'from above');
    await remote.ask('startChild');
    await remote.ask('askChild', 'open', 'downward');
    await remote.ask('askChild', 'put', 'b', 'from below');
    assert.equal(cache.get('b'), 'from below');
    assert.equal((await remote.ask<CacheStats>('stats')).threads, 3);
  });

  it('a nested worker finds it though the worker between never opened it', async (test) => {
    const cache = makeCache(test, { name: 'over heads', maxSize: 10 });
    cache.put('a', 1);
    const remote = await Remote.start(test);
    await remote.ask('startChild');
    await remote.ask('askChild', 'open', 'over heads');
    assert.equal(await remote.ask('askChild', 'get', 'a'), 1);
  });

  it('a worker that was there before does not, and takes the handle', async (test) => {
    const remote = await Remote.start(test);
    await remote.ask('startChild');
    const cache = makeCache(test, { name: 'too late', maxSize: 10 });
    cache.put('a', 1);
    await assert.rejects(remote.ask('open', 'too late'), { code: 'ERR_CACHE_NOT_FOUND' });
    await assert.rejects(remote.ask('askChild', 'open', 'too late'), { code: 'ERR_CACHE_NOT_FOUND' });
    await remote.ask('attach', cache.handle);
    assert.equal(await remote.ask('get', 'a'), 1);
    await remote.ask('askChild', 'attach', cache.handle);
    assert.equal(await remote.ask('askChild', 'get', 'a'), 1);
  });

  it('a name is taken for every thread that can see it', async (test) => {
    makeCache(test, { name: 'taken', maxSize: 10 });
    const remote = await Remote.start(test);
    await remote.ask('startChild');
    const options = { name: 'taken', maxSize: 10, cleanupInterval: 0 };
    await assert.rejects(remote.ask('create', options), { code: 'ERR_CACHE_EXISTS' });
    await assert.rejects(remote.ask('askChild', 'create', options), { code: 'ERR_CACHE_EXISTS' });
  });

  it('siblings do not see each other’s, nor does the thread above', async (test) => {
    const [one, other] = await Promise.all([Remote.start(test), Remote.start(test)]);
    const options = { name: 'between siblings', maxSize: 10, cleanupInterval: 0 };
    await one.ask('create', options);
    await assert.rejects(other.ask('open', 'between siblings'), { code: 'ERR_CACHE_NOT_FOUND' });
    assert.throws(() => ThreadSafeCache.open('between siblings'), { code: 'ERR_CACHE_NOT_FOUND' });
    await other.ask('create', options);
    await one.ask('put', 'a', 1);
    assert.equal(await other.ask('get', 'a'), undefined);
    const handle = await one.ask<ThreadSafeCache['handle']>('handle');
    const attached = ThreadSafeCache.attach(handle);
    test.after(() => attached.shutdown());
    assert.equal(attached.get('a'), 1);
    assert.equal(attached.name, 'between siblings');
  });
});

describe('by its handle', () => {
  it('a thread finds it by its name then, as do the workers it starts, until it detaches', async (test) => {
    const remote = await Remote.start(test);
    const cache = makeCache(test, { name: 'attached', maxSize: 10 });
    cache.put('a', 1);
    await remote.ask('attach', cache.handle);
    await remote.ask('open', 'attached');
    await remote.ask('startChild');
    await remote.ask('askChild', 'open', 'attached');
    assert.equal(await remote.ask('askChild', 'get', 'a'), 1);
    assert.equal(cache.getStats().threads, 3);
    await remote.ask('shutdown');
    await assert.rejects(remote.ask('open', 'attached'), { code: 'ERR_CACHE_NOT_FOUND' });
  });

  it('another one of that name is found as before', async (test) => {
    const remote = await Remote.start(test);
    await remote.ask('startChild');
    const options = { name: 'twice', maxSize: 10, cleanupInterval: 0 };
    await remote.ask('askChild', 'create', options);
    await remote.ask('askChild', 'put', 'a', 'of the child');
    const cache = makeCache(test, options);
    await remote.ask('askChild', 'attach', cache.handle);
    await remote.ask('askChild', 'shutdown');
    await remote.ask('askChild', 'open', 'twice');
    assert.equal(await remote.ask('askChild', 'get', 'a'), 'of the child');
  });

  it('where it is there already, its codec need not be given again', (test) => {
    const codec = { encode: () => new Uint8Array(1), decode: () => 'decoded' };
    const cache = makeCache(test, { name: 'coded', maxSize: 10, codec });
    assert.equal(ThreadSafeCache.open('coded'), cache);
    assert.equal(ThreadSafeCache.attach(cache.handle), cache);
  });
});

describe('after its end', () => {
  it('the creator’s shutdown ends it for all, by name and by handle', async (test) => {
    const cache = makeCache(test, { name: 'ended', maxSize: 10 });
    const [early, idle] = await Promise.all([Remote.start(test), Remote.start(test)]);
    await early.ask('open', 'ended');
    cache.shutdown();
    await assert.rejects(early.ask('put', 'a', 1), { code: 'ERR_CACHE_CLOSED' });
    await assert.rejects(early.ask('get', 'a'), { code: 'ERR_CACHE_CLOSED' });
    await assert.rejects(early.ask('stats'), { code: 'ERR_CACHE_CLOSED' });
    await early.ask('shutdown');
    await assert.rejects(idle.ask('open', 'ended'), { code: 'ERR_CACHE_NOT_FOUND' });
    await assert.rejects(idle.ask('attach', cache.handle), { code: 'ERR_CACHE_CLOSED' });
    const late = await Remote.start(test);
    await assert.rejects(late.ask('open', 'ended'), { code: 'ERR_CACHE_NOT_FOUND' });
    await early.ask('create', { name: 'ended', maxSize: 1, cleanupInterval: 0 });
  });

  it('an attached thread’s shutdown detaches that thread only', async (test) => {
    const cache = makeCache(test, { name: 'left', maxSize: 10 });
    const remote = await Remote.start(test);
    await remote.ask('open', 'left');
    await remote.ask('put', 'a', 1);
    await remote.ask('shutdown');
    await assert.rejects(remote.ask('get', 'a'), { code: 'ERR_CACHE_CLOSED' });
    assert.equal(cache.get('a'), 1);
    assert.equal(cache.getStats().threads, 1);
    await remote.ask('open', 'left');
    assert.equal(await remote.ask('get', 'a'), 1);
  });

  it('it outlives the thread that created it, while another is attached', async (test) => {
    const creator = await Remote.start(test);
    await creator.ask('create', { maxSize: 10, cleanupInterval: 0 });
    await creator.ask('put', 'a', 'x'.repeat(20_000));
    const cache = ThreadSafeCache.attach(await creator.ask<ThreadSafeCache['handle']>('handle'));
    test.after(() => cache.shutdown());
    await creator.terminate();
    assert.equal(cache.get('a'), 'x'.repeat(20_000));
    cache.put('b', 1);
    assert.equal(cache.size, 2);
  });
});
