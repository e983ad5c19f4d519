/** Many threads ask for the same keys at once: one of them loads, and whatever happens to it, all get an answer. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCache, untilIntact } from '../support/caches.js';
import { Loaders } from '../support/loaders.js';
import { Random, seedOf } from '../support/random.js';
import { until } from '../support/until.js';

const THREADS = 8;
const CALLERS = 200;
const KILLS = 200;
const LANES = 2;
const LOAD_MS = 10;

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
      assert.deepEqual(each, { code: undefined, message: 'no', cause: undefined });
    }
    for (const each of answers.flat()) {
      const message = "Cannot load 'key': the loader failed in another thread: no";
      assert.deepEqual(each, { code: 'ERR_LOAD_FAILED', message, cause: 'no' });
    }
    assert.equal(loaders.count, 1);
    assert.deepEqual(await first?.load({ key: 'key', callers: 1, loadMs: 1 }), [{ value: 'loaded key' }]);
    assert.equal(cache.getStats().loadFailures, 1);
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
    const lanes = Array.from({ length: LANES }, async (_, lane) => {
      const others = await loaders.startAll(2);
      for (let kill = lane; kill < KILLS; kill += LANES) {
        const order = { key: `key ${kill}`, callers: 3, loadMs: LOAD_MS };
        const victim = await loaders.start();
        victim.begin(order);
        await sleep(random.below(LOAD_MS * 2));
        const answers = Promise.all(others.map((thread) => thread.load(order)));
        await sleep(random.below(LOAD_MS));
        await victim.terminate();
        for (const each of (await answers).flat()) assert.deepEqual(each, { value: `loaded key ${kill}` });
      }
      await Promise.all(others.map((thread) => thread.end()));
    });
    await Promise.all(lanes);
    assert.ok(loaders.count >= KILLS && loaders.count <= 2 * KILLS, `${loaders.count} loads`);
    assert.equal(cache.getStats().rebuilds, 0);
    await untilIntact(cache);
  });
});
