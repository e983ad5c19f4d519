/** Many threads ask for the same keys at once: one of them loads, and whatever happens to it, all get an answer. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Flights } from '../../src/loading/flights.js';
import { Seat } from '../../src/memory/seat.js';
import { makeCache, untilIntact } from '../support/caches.js';
import { ALL } from '../support/effort.js';
import { Loaders } from '../support/loaders.js';
import { Random, seedOf } from '../support/random.js';
import { until } from '../support/until.js';

const THREADS = 8;
const CALLERS = 200;
const KILLS = ALL ? 200 : 50;
const LANES = 2;
const LOAD_MS = 10;
const FOR_EVER_MS = 60_000;

describe('a stampede', () => {
  it(`of ${THREADS} threads with ${CALLERS} callers each makes one load`, async (test) => {
    const cache = makeCache<string>(test, { maxSize: 100 });
    const loaders = new Loaders(test, cache);
    const threads = await loaders.startAll(THREADS);
    const order = { key: 'key', callers: CALLERS, loadMs: 200 };
    const answers = await Promise.all(threads.map((thread) => thread.load(order)));
    for (const answer of answers) {
      assert.equal(answer.length, CALLERS);
      for (const each of answer) assert.deepEqual(each, { value: 'loaded key' });
    }
    assert.equal(loaders.count, 1);
    const { loads, puts, loadTimeMs } = cache.getStats();
    assert.deepEqual({ loads, puts }, { loads: 1, puts: 1 });
    assert.ok(loadTimeMs >= 199, `${loadTimeMs}`);
    // nothing is left that keeps a thread
    await Promise.all(threads.map((thread) => thread.end()));
    await untilIntact(cache);
  });

  for (const during of ['put', 'delete', 'clear'] as const) {
    it(`gets the value of its load, fenced by a ${during}`, async (test) => {
      const cache = makeCache<string>(test, { maxSize: 100 });
      const loaders = new Loaders(test, cache);
      const threads = await loaders.startAll(4);
      const [first, ...others] = threads;
      const order = { key: 'key', callers: 10, loadMs: 1, waits: 39, during };
      const leading = first?.load(order);
      await until(() => loaders.count === 1, 'the first loads');
      const answers = await Promise.all([leading, ...others.map((thread) => thread.load(order))]);
      for (const answer of answers) {
        for (const each of answer ?? []) assert.deepEqual(each, { value: 'loaded key' });
      }
      assert.equal(loaders.count, 1);
      assert.equal(cache.peek('key'), during === 'put' ? 'put' : undefined);
    });
  }

  it('fails as a whole when the loader does, and the next one loads again', async (test) => {
    const cache = makeCache<string>(test, { maxSize: 100 });
    const loaders = new Loaders(test, cache);
    const [first, ...others] = await loaders.startAll(4);
    const order = { key: 'key', callers: 3, loadMs: 1, waits: 11, failure: 'no' };
    const leading = first?.load(order);
    await until(() => loaders.count === 1, 'the first loads');
    const answers = await Promise.all(others.map((thread) => thread.load(order)));
    for (const each of (await leading) ?? []) {
      assert.deepEqual(each, { code: 'no', message: 'no', cause: undefined });
    }
    for (const each of answers.flat()) {
      const message = "Cannot load 'key': the loader failed in another thread: no";
      assert.deepEqual(each, { code: 'ERR_LOAD_FAILED', message, cause: 'no' });
    }
    assert.equal(loaders.count, 1);
    assert.deepEqual(await first?.load({ key: 'key', callers: 1, loadMs: 1 }), [{ value: 'loaded key' }]);
    assert.equal(cache.getStats().loadFailures, 1);
  });

  it("takes a loader's error for what it is, whatever its code", async (test) => {
    const cache = makeCache<string>(test, { maxSize: 100 });
    const loaders = new Loaders(test, cache);
    const [first, other] = await loaders.startAll(2);
    const order = { key: 'key', callers: 1, loadMs: 1, waits: 1, failure: 'ERR_LOAD_TIMEOUT' };
    const leading = first?.load(order);
    await until(() => loaders.count === 1, 'the first loads');
    const [answer] = (await other?.load(order)) ?? [];
    assert.equal(answer && 'code' in answer && answer.code, 'ERR_LOAD_FAILED');
    await leading;
    assert.equal(loaders.count, 1);
  });

  it('is taken on, not remembered as a failure, when the time of the first is over', async (test) => {
    const cache = makeCache<string>(test, { maxSize: 100 });
    const loaders = new Loaders(test, cache);
    const [slow, quick] = await loaders.startAll(2);
    const options = { timeout: 2, negativeTtl: 100 };
    const leading = slow?.load({ key: 'key', callers: 1, loadMs: 60_000, options });
    await until(() => loaders.count === 1, 'the slow one loads');
    const order = { key: 'key', callers: 3, loadMs: 1, options: { negativeTtl: 100 } };
    assert.deepEqual(await quick?.load(order), Array(3).fill({ value: 'loaded key' }));
    await leading;
  });

  it('is taken on by another thread when the time of the first is over', async (test) => {
    const cache = makeCache<string>(test, { maxSize: 100 });
    const loaders = new Loaders(test, cache);
    const [slow, quick] = await loaders.startAll(2);
    const leading = slow?.load({ key: 'key', callers: 1, loadMs: 60_000, options: { timeout: 0.2 } });
    await until(() => loaders.count === 1, 'the slow one loads');
    assert.deepEqual(
      await quick?.load({ key: 'key', callers: 5, loadMs: 1 }),
      Array(5).fill({ value: 'loaded key' }),
    );
    const [answer] = (await leading) ?? [];
    // its own caller fails, or gets what the other has brought
    assert.ok(answer && ('value' in answer || answer.code === 'ERR_LOAD_TIMEOUT'), JSON.stringify(answer));
    assert.equal(loaders.count, 2);
  });
});

describe('leaders that are killed', () => {
  it(`${KILLS} times: every caller gets a value, by one more load at most`, async (test) => {
    const cache = makeCache<string>(test, { maxSize: 10_000 });
    const loaders = new Loaders(test, cache);
    const seed = seedOf(process.env['HEDDLE_SEED']);
    test.diagnostic(`HEDDLE_SEED=${seed}`);
    const random = new Random(seed);
    const loadsOf = new Map<number, number>();
    const lanes = Array.from({ length: LANES }, async (_, lane) => {
      const others = await loaders.startAll(2);
      for (let kill = lane; kill < KILLS; kill += LANES) {
        const order = { key: `key ${kill}`, callers: 3, loadMs: LOAD_MS, counter: kill + 1 };
        const victim = await loaders.start();
        // every other one of a lane dies while it loads, however long that takes; the rest whenever it may be
        const isLoading = Math.floor(kill / LANES) % 2 === 0;
        victim.begin(isLoading ? { ...order, loadMs: FOR_EVER_MS } : order);
        if (isLoading) await until(() => victim.begun === 1, 'the victim loads');
        else await sleep(random.below(LOAD_MS * 2));
        const answers = Promise.all(others.map((thread) => thread.load(order)));
        await sleep(random.below(LOAD_MS));
        await victim.terminate();
        for (const each of (await answers).flat()) assert.deepEqual(each, { value: `loaded key ${kill}` });
        const loads = loaders.countOf(order.counter);
        assert.ok(loads === 1 || loads === 2, `${order.key}: ${loads} loads with one kill`);
        loadsOf.set(order.counter, loads);
      }
      await Promise.all(others.map((thread) => thread.end()));
    });
    await Promise.all(lanes);
    assert.equal(loadsOf.size, KILLS);
    // none has loaded once more after all had their answers; the count of all may lack one that was killed before it
    for (const [counter, loads] of loadsOf) assert.equal(loaders.countOf(counter), loads, `load ${counter}`);
    const takenOver = [...loadsOf.values()].filter((loads) => loads === 2).length;
    test.diagnostic(`${takenOver} of them were loading`);
    assert.ok(takenOver > KILLS / 4, `only ${takenOver} of ${KILLS} were loading`);
    assert.equal(cache.getStats().rebuilds, 0);
    await untilIntact(cache);
  });

  it('one after the other, of one key: each costs one more load, and who waits is counted once', async (test) => {
    const cache = makeCache<string>(test, { maxSize: 100 });
    const loaders = new Loaders(test, cache);
    const [patient, ...mortals] = await loaders.startAll(4);
    const forEver = { key: 'key', callers: 1, loadMs: 60_000 };
    for (const [index, mortal] of mortals.entries()) {
      mortal.begin(forEver);
      await until(() => loaders.count === 1 && cache.getStats().waits === index, 'it loads, or waits');
    }
    const answers = patient?.load({ key: 'key', callers: 5, loadMs: 1 });
    await until(() => cache.getStats().waits === 2 + 5, 'all wait');
    const left = new Set(mortals);
    for (let kills = 1; left.size > 0 && patient?.begun === 0; kills++) {
      const leader = [...left].find(({ begun }) => begun === 1) ?? assert.fail('nobody loads');
      left.delete(leader);
      await leader.terminate();
      await until(() => loaders.count === kills + 1, 'another one loads');
    }
    // who is left gets the value
    assert.deepEqual(await answers, Array(5).fill({ value: 'loaded key' }));
    const kills = mortals.length - left.size;
    assert.deepEqual([loaders.count, cache.getStats().loads], [kills + 1, kills + 1]);
    assert.equal(cache.getStats().waits, 2 + 5);
  });

  it('leave room for the loads of others, without a cleaner too', async (test) => {
    const cache = makeCache<string>(test, { maxSize: 100, shards: 1 });
    const loaders = new Loaders(test, cache);
    const victim = await loaders.start();
    for (let index = 0; index < 100; index++) {
      victim.begin({ key: `key ${index}`, callers: 1, loadMs: 60_000 });
    }
    const full = cache.getOrLoad('first', () => 'loaded first');
    await until(() => loaders.count === 16, 'the table of flights is full');
    await victim.terminate();
    assert.equal(await full, 'loaded first');
    assert.equal(
      cache.getOrCompute('second', () => 'computed second'),
      'computed second',
    );
  });
});

describe('who waits for many loads', () => {
  it('does not ask the system of each of them whether its thread lives', async (test) => {
    const cache = makeCache<string>(test, { maxSize: 10_000, shards: 1 });
    const loaders = new Loaders(test, cache);
    const leader = await loaders.start();
    const keys = Array.from({ length: 100 }, (_, index) => `key ${index}`);
    for (const key of keys) leader.begin({ key, callers: 1, loadMs: 60_000 });
    await until(() => loaders.count === keys.length, 'all are loaded');
    const looks = test.mock.method(Flights.prototype, 'state').mock;
    const questions = test.mock.method(Seat.prototype, 'reap').mock;
    const controller = new AbortController();
    const waiting = keys.map((key) =>
      assert.rejects(cache.getOrLoad(key, () => assert.fail('not here'), { signal: controller.signal })),
    );
    await until(() => looks.callCount() >= 3 * keys.length, 'it has looked three times');
    controller.abort();
    await Promise.all(waiting);
    assert.ok(questions.callCount() > 0 && questions.callCount() * 10 <= looks.callCount());
  });
});
