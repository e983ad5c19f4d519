/** Thread slots: there are so many and no more, and each comes back however its thread ended. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { ThreadSafeCache } from '../../src/index.js';
import { assertIntact, attachAgain, contentOf, engineOf, makeCache } from '../support/caches.js';
import { Remote } from '../support/remote.js';
import { until } from '../support/until.js';

/** A number that the system gives to no thread; the low byte of the state of a slot that is taken. */
const NO_THREAD = 0x7fffffffn;
const SLOT_USED = 1n;

/** A cache whose every slot is taken: one by this thread, the others by remotes. */
async function full(
  test: TestContext,
): Promise<{ cache: ThreadSafeCache; remotes: Remote[]; extra: Remote }> {
  const cache = makeCache(test, { maxSize: 100, maxBytes: '1 MiB' });
  const slots = engineOf(cache).slotCount();
  const [extra, ...remotes] = (await Remote.startAll(test, slots)) as [Remote, ...Remote[]];
  for (const remote of remotes) await remote.ask('attach', cache.handle);
  assert.equal(cache.getStats().threads, slots);
  return { cache, remotes, extra };
}

describe('when every slot is taken', () => {
  it('one more thread is refused until one is given back, by shutdown or by the end of its thread', async (test) => {
    const { cache, remotes, extra } = await full(test);
    const slots = cache.getStats().threads;
    const [leaving, exiting, crashing, exhausted, dying, ...rest] = remotes as [
      Remote,
      Remote,
      Remote,
      Remote,
      Remote,
      ...Remote[],
    ];
    const ends: Record<string, () => Promise<unknown>> = {
      shutdown: () => leaving.ask('shutdown'),
      'process.exit': () => exiting.ask('exit').catch(() => exiting.ended),
      'an uncaught error': () => crashing.ask('crash').then(() => crashing.ended),
      'a heap limit': () => exhausted.ask('exhaust').catch(() => exhausted.ended),
      'terminate()': () => dying.terminate(),
    };
    for (const [name, end] of Object.entries(ends)) {
      await assert.rejects(extra.ask('attach', cache.handle), { code: 'ERR_TOO_MANY_THREADS' }, name);
      await end();
      // the system may still have the thread for a moment after it was joined
      const attach = () =>
        extra.ask('attach', cache.handle).then(
          () => true,
          () => false,
        );
      await until(attach, `its slot is back after ${name}`);
      await extra.ask('put', name, 1);
      assert.equal(cache.getStats().threads, slots, name);
      // whoever comes next takes its place
      await extra.ask('shutdown');
      const next = await Remote.start(test);
      await next.ask('attach', cache.handle);
      rest.push(next);
    }
    assert.equal(cache.size, Object.keys(ends).length);
    assert.ok(crashing.error instanceof Error);
    await Promise.all([...rest, leaving].map((remote) => remote.terminate()));
    assertIntact(cache);
  });

  it('those who are in go on', async (test) => {
    const { cache, remotes, extra } = await full(test);
    await assert.rejects(extra.ask('attach', cache.handle), { code: 'ERR_TOO_MANY_THREADS' });
    await Promise.all(remotes.map((remote, index) => remote.ask('fill', `${index}`, 10)));
    assert.equal(cache.size, 10 * remotes.length);
  });
});

describe('the last slot, of a thread that has died as it took it', () => {
  it('is as good as any other to whoever gets it', (test) => {
    const cache = makeCache<string>(test, { maxSize: 3, maxBytes: '1 MiB', shards: 1 });
    const engine = engineOf(cache);
    const last = engine.slotCount() - 1;
    while (cache.getStats().threads < last) attachAgain(test, cache);
    const state = new BigUint64Array(contentOf(cache).memory.buffer, engine.slotAddress(last) >>> 0, 1);
    state[0] = (NO_THREAD << 32n) | SLOT_USED;
    const late = attachAgain(test, cache);
    assert.equal(state[0] >> 32n === NO_THREAD, false);
    for (const key of 'abc') late.put(key, 1);
    late.get('a');
    late.put('d', 1);
    assert.deepEqual([...late.keys({ order: 'lru' })], [...'cad']);
  });
});

describe('while its thread exits', () => {
  it('a cache is either closed or still as good as ever, but never in a slot that is somebody else’s', async (test) => {
    const cache = makeCache(test, { maxSize: 100 });
    const remote = await Remote.start(test);
    await remote.ask('attach', cache.handle);
    const { threads } = cache.getStats();
    const outcome = new Int32Array(new SharedArrayBuffer(4));
    await remote.ask('useAtExit', outcome);
    await remote.ask('exit').catch(() => remote.ended);
    assert.ok([-1, threads].includes(outcome[0] ?? 0), `${outcome[0]}`);
  });
});
