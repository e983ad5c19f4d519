/** More loads at a time than there are flights: 16 of a shard for a small cache. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CacheKey, ThreadSafeCache } from '../../src/index.js';
import { assertIntact, attachAgain, makeCache } from '../support/caches.js';
import { stopClock } from '../support/clock.js';
import { until } from '../support/until.js';

const FLIGHTS = 16;

function makeSmall(test: TestContext): ThreadSafeCache<CacheKey, unknown> {
  return makeCache(test, { maxSize: 100, shards: 1 });
}

/** As many loads as there can be, without an end before `free` is called; how many have begun. */
function fill(cache: ThreadSafeCache<CacheKey, unknown>) {
  const state = { begun: 0, free: () => {} };
  const held = new Promise<void>((resolve) => {
    state.free = resolve;
  });
  const loader = () => {
    state.begun++;
    return held;
  };
  const loads = Array.from({ length: FLIGHTS }, (_, index) => cache.getOrLoad(`held ${index}`, loader));
  return { state, loads: Promise.allSettled(loads), isFull: () => state.begun === FLIGHTS };
}

describe('more loads than there is room for', () => {
  it('wait, and come all to their end', async (test) => {
    const cache = makeSmall(test);
    let running = 0;
    let most = 0;
    const loader = async (key: CacheKey) => {
      most = Math.max(most, ++running);
      await sleep(1);
      running--;
      return key;
    };
    const keys = Array.from({ length: 500 }, (_, index) => index);
    const loaded = await Promise.all(keys.map((key) => cache.getOrLoad(key, loader)));
    assert.deepEqual(loaded, keys);
    assert.equal(most, FLIGHTS);
    const { loads, waits } = cache.getStats();
    assert.deepEqual({ loads, waits }, { loads: 500, waits: 0 });
    assertIntact(cache);
  });

  it('do not begin when nobody waits for them any more', async (test) => {
    const cache = makeSmall(test);
    const { state, loads, isFull } = fill(cache);
    await until(isFull, 'all flights are taken');
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = cache.getOrLoad('more', () => assert.fail('nobody wants it'), { signal });
    await sleep(1);
    controller.abort();
    await assert.rejects(aborted, { name: 'AbortError' });
    state.free();
    await loads;
    assert.equal(await cache.getOrLoad('other', () => 'loaded'), 'loaded');
    assert.equal(cache.getStats().loads, FLIGHTS + 1);
  });

  it('fail when the cache is shut down', async (test) => {
    const cache = makeSmall(test);
    const { state, loads, isFull } = fill(cache);
    await until(isFull, 'all flights are taken');
    const failed = Array.from({ length: 200 }, (_, index) =>
      assert.rejects(
        cache.getOrLoad(`more ${index}`, () => index, { negativeTtl: 1 }),
        { code: 'ERR_CACHE_CLOSED' },
      ),
    );
    await sleep(1);
    cache.shutdown();
    await Promise.all(failed);
    state.free();
    await loads;
  });

  it('get the room of those whose time has long been over', async (test) => {
    const clock = stopClock(test);
    const cache = makeSmall(test);
    // it stands for a thread that has died where the system does not tell
    const { state, loads, isFull } = fill(attachAgain(test, cache) as typeof cache);
    await until(isFull, 'all flights are taken');
    clock.pass(32);
    assert.equal(await cache.getOrLoad('more', () => 'loaded'), 'loaded');
    assert.equal(cache.peek('more'), 'loaded');
    state.free();
    await loads;
    assertIntact(cache);
  });

  it('are done without room, when those who have it wait for them', async (test) => {
    const cache = makeSmall(test);
    const outer = Array.from({ length: 3 * FLIGHTS }, (_, index) =>
      cache.getOrLoad(`outer ${index}`, async (key) => {
        await sleep(1);
        return `${key}, ${await cache.getOrLoad(`inner ${index}`, (inner) => inner, { timeout: 0.2 })}`;
      }),
    );
    for (const [index, loaded] of (await Promise.all(outer)).entries()) {
      assert.equal(loaded, `outer ${index}, inner ${index}`);
    }
    assert.equal(cache.getStats().loads, 6 * FLIGHTS);
    assertIntact(cache);
  });

  it('are done without room for those who asked before, and not stored', async (test) => {
    const clock = stopClock(test);
    const cache = makeSmall(test);
    const { state, loads, isFull } = fill(cache);
    await until(isFull, 'all flights are taken');
    const begun: ((value: string) => void)[] = [];
    const loader = () => new Promise<string>((resolve) => begun.push(resolve));
    // the leases are by the real clock
    const options = { timeout: 20, negativeTtl: 100 };
    const hasBegun = (count: number) => () => {
      clock.pass(0.5);
      return begun.length === count;
    };
    const before = [cache.getOrLoad('more', loader, options), cache.getOrLoad('more', loader)];
    await until(hasBegun(1), 'it is loaded without room');
    cache.delete('more');
    const after = cache.getOrLoad('more', loader, options);
    const failing = assert.rejects(
      cache.getOrLoad('bad', () => Promise.reject(new Error('no')), options),
      { message: 'no' },
    );
    await until(hasBegun(2), 'who came after the delete has it loaded anew');
    begun[1]?.('new');
    begun[0]?.('old');
    assert.deepEqual(await Promise.all(before), ['old', 'old']);
    assert.equal(await after, 'new');
    await failing;
    assert.equal(cache.size, 0);
    state.free();
    await loads;
    assert.equal(await cache.getOrLoad('more', () => 'with room'), 'with room');
    assert.equal(cache.peek('more'), 'with room');
    assertIntact(cache);
  });

  it('do not keep a computation of their thread waiting: it stores nothing', async (test) => {
    const cache = makeSmall(test);
    const { state, loads, isFull } = fill(cache);
    await until(isFull, 'all flights are taken');
    assert.equal(
      cache.getOrCompute('more', () => 'computed'),
      'computed',
    );
    assert.equal(cache.has('more'), false);
    state.free();
    await loads;
    assert.equal(
      cache.getOrCompute('more', () => 'again'),
      'again',
    );
    assert.equal(cache.peek('more'), 'again');
    assert.equal(cache.getStats().loads, FLIGHTS + 2);
  });

  it('nor do computations one inside of the other', (test) => {
    const cache = makeSmall(test);
    const nest = (depth: number): number =>
      depth === 2 * FLIGHTS ? depth : (cache.getOrCompute(`depth ${depth}`, () => nest(depth + 1)) as number);
    assert.equal(nest(0), 2 * FLIGHTS);
    assert.equal(cache.size, FLIGHTS);
    assertIntact(cache);
  });
});
