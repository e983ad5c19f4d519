/** Threads that are blocked while one of them computes, and what becomes of them when that one dies. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { makeCache, untilIntact } from '../support/caches.js';
import { Loaders } from '../support/loaders.js';
import { until } from '../support/until.js';

describe('getOrCompute in many threads', () => {
  it('computes once, and brings even what is not stored', async (test) => {
    const cache = makeCache<string>(test, { maxSize: 100 });
    const loaders = new Loaders(test, cache);
    const threads = await loaders.startAll(4);
    for (const [round, during] of ([undefined, 'delete'] as const).entries()) {
      const before = loaders.count;
      const waits = 3 * (round + 1);
      const order = { key: `key ${during}`, callers: 1, loadMs: 1, waits, blocks: true, during };
      const [first, ...others] = threads;
      const leading = first?.load(order);
      await until(() => loaders.count === before + 1, 'the first computes');
      const answers = await Promise.all([leading, ...others.map((thread) => thread.load(order))]);
      for (const answer of answers) assert.deepEqual(answer, [{ value: `loaded key ${during}` }]);
      assert.equal(loaders.count, before + 1);
      assert.equal(cache.has(order.key), during === undefined);
    }
    await untilIntact(cache);
  });

  it('waits for loads, and loads wait for it', async (test) => {
    const cache = makeCache<string>(test, { maxSize: 100 });
    const loaders = new Loaders(test, cache);
    const [one, other] = await loaders.startAll(2);
    for (const [round, blocks] of [true, false].entries()) {
      const before = loaders.count;
      const order = { key: `key ${blocks}`, callers: 1, loadMs: 1, waits: round + 1 };
      const leading = one?.load({ ...order, blocks });
      await until(() => loaders.count === before + 1, 'the first is at it');
      const [first, second] = await Promise.all([leading, other?.load({ ...order, blocks: !blocks })]);
      assert.deepEqual([first, second], [[{ value: `loaded ${order.key}` }], first]);
      assert.equal(loaders.count, before + 1);
    }
  });

  it('is taken on by a thread that waits when its thread is killed', async (test) => {
    const cache = makeCache<string>(test, { maxSize: 100 });
    const loaders = new Loaders(test, cache);
    const [victim, ...others] = await loaders.startAll(3);
    victim?.begin({ key: 'key', callers: 1, loadMs: 60_000, blocks: true });
    await until(() => loaders.count === 1, 'the victim computes');
    const order = { key: 'key', callers: 1, loadMs: 1, blocks: true };
    const answers = Promise.all(others.map((thread) => thread.load(order)));
    await victim?.terminate();
    assert.deepEqual(await answers, Array(2).fill([{ value: 'loaded key' }]));
    assert.equal(loaders.count, 2);
  });
});

describe('a process', () => {
  const index = new URL('../../../dist/index.js', import.meta.url);
  const run = (code: string) =>
    spawnSync(
      process.execPath,
      ['--input-type=module', '-e', `import { ThreadSafeCache } from '${index}'; ${code}`],
      {
        encoding: 'utf8',
        timeout: 60_000,
      },
    );
  const make = 'const cache = new ThreadSafeCache({ maxSize: 10 });';

  it('ends by itself after loads, refreshes and failures, without a shutdown', () => {
    const { status, stdout, stderr } = run(`${make}
      const options = { ttl: 0.01, staleFor: 10, negativeTtl: 10, refreshAfter: 0.001, signal: new AbortController().signal };
      await cache.getOrLoad('a', async () => 1, options);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await cache.getOrLoad('a', () => new Promise(() => {}), options);
      await cache.getOrLoad('b', async () => { throw new Error('no'); }, options).catch(() => {});
      console.log('done');`);
    assert.deepEqual([status, stdout, stderr], [0, 'done\n', '']);
  });

  it('does not end under who waits for a loader that nothing keeps alive', () => {
    const { status, stdout, stderr } = run(`${make}
      await cache.getOrLoad('a', () => new Promise(() => {}), { timeout: 0.1 }).catch(({ code }) => console.log(code));`);
    assert.deepEqual([status, stdout, stderr], [0, 'ERR_LOAD_TIMEOUT\n', '']);
  });
});
