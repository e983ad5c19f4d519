/** The cleaner's thread: there is one where it is wanted and allowed, it is replaced when it dies, and it holds nobody up. */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CleanerOffice } from '../../src/cleaner/office.js';
import { type CacheOptions, ThreadSafeCache } from '../../src/index.js';
import { nowMicros } from '../../src/memory/clock.js';
import { Seat } from '../../src/memory/seat.js';
import { contentOf, engineOf, makeCache } from '../support/caches.js';
import { entry, runScript } from '../support/child.js';
import { RecordingLogger } from '../support/logger.js';
import { Remote } from '../support/remote.js';
import { until } from '../support/until.js';

const cleaned = { maxSize: 1000, cleanupInterval: 0.02 } satisfies CacheOptions;

/** That a cleaner is at work: entries vanish by themselves. */
async function assertCleaned(cache: ThreadSafeCache, what: string): Promise<void> {
  for (let index = 0; index < 50; index++) cache.put(`${what} ${index}`, index, 0.01);
  await until(() => cache.size === 0, `${what}: entries vanish by themselves`);
}

/** How many cleaners have been in office so far. */
function termsOf(cache: ThreadSafeCache): number {
  const { module, memory } = contentOf(cache);
  const seat = new Seat(module, memory);
  const { lease } = new CleanerOffice(seat);
  seat.leave();
  return lease;
}

/** A cache whose creator, and with it the cleaner, is another thread; this thread is attached. */
async function madeElsewhere(test: TestContext): Promise<{ creator: Remote; cache: ThreadSafeCache }> {
  const creator = await Remote.start(test);
  await creator.ask('create', cleaned);
  const cache = ThreadSafeCache.attach(await creator.ask<ThreadSafeCache['handle']>('handle'));
  test.after(() => cache.shutdown());
  await until(() => cache.getStats().threads === 3, 'the cleaner is there');
  return { creator, cache };
}

/** Waits until nobody is attached any more: each has left, or the operating system has no such thread. */
async function untilAllEnded(cache: ThreadSafeCache): Promise<void> {
  const { module, memory } = contentOf(cache);
  const seat = new Seat(module, memory);
  const isAlone = () => {
    seat.reapAll();
    return seat.engine.threads() === 1;
  };
  await until(isAlone, 'every thread has left or ended');
  seat.leave();
}

describe('the cleaner is replaced', () => {
  for (const end of ['terminate', 'exit', 'crash'] as const) {
    it(`when the thread that started it ends: ${end}`, async (test) => {
      const { creator, cache } = await madeElsewhere(test);
      await assertCleaned(cache, 'by the first');
      if (end === 'terminate') await creator.terminate();
      else await creator.ask(end).catch(() => {});
      await creator.ended;
      await assertCleaned(cache, 'by the second');
      await until(() => cache.getStats().threads === 2, 'this thread and the new cleaner are left');
      assert.ok(termsOf(cache) >= 2);
    });
  }

  it('when it has left the office to one that never came, and the log tells', async (test) => {
    const logger = new RecordingLogger();
    const cache = makeCache(test, { ...cleaned, name: 'n', logger });
    // a process that stood still for a second takes its cleaner for dead, and starts one more
    const lines = () =>
      logger
        .at('info')
        .map((line) => line.replace('heddle "n": cleaner ', ''))
        .filter((line, index, all) => line !== all[index - 1]);
    await until(() => lines().length === 1, 'the first has started');
    const { module, memory } = contentOf(cache);
    const seat = new Seat(module, memory);
    const office = new CleanerOffice(seat);
    office.take(office.lease, nowMicros());
    await until(() => lines().length === 2, 'the first has stopped');
    // the time that the other has to come is over
    office.beat(0);
    seat.leave();
    await until(() => lines().length === 3, 'the next has started');
    assert.deepEqual(lines(), ['started', 'stopped', 'started']);
    const starts = logger.at('info').filter((line) => line.endsWith('started'));
    // each term but that of the one that never came
    assert.equal(starts.length, termsOf(cache) - 1);
    await assertCleaned(cache, 'by the next');
  });

  it('as often as it takes', async (test) => {
    const { creator, cache } = await madeElsewhere(test);
    const others = await Remote.startAll(test, 2);
    for (const other of others) await other.ask('attach', cache.handle);
    for (const one of [creator, ...others]) {
      await one.terminate();
      await assertCleaned(cache, 'by another one');
    }
  });

  it('when the thread that started it detaches', async (test) => {
    const { creator, cache } = await madeElsewhere(test);
    const other = await Remote.start(test);
    await other.ask('attach', cache.handle);
    // whichever of the two has started the second, both come to leave
    await creator.terminate();
    await assertCleaned(cache, 'by the second');
    await other.ask('shutdown');
    await assertCleaned(cache, 'by the one left');
  });

  it('but there is never more than one in office', async (test) => {
    const { creator, cache } = await madeElsewhere(test);
    const others = await Remote.startAll(test, 3);
    for (const other of others) await other.ask('attach', cache.handle);
    await creator.terminate();
    await assertCleaned(cache, 'by the second');
    // this thread, three others and one cleaner
    await until(() => cache.getStats().threads === 5, 'the one that lost has left');
    assert.ok(termsOf(cache) >= 2);
  });
});

describe('the cleaner stops', () => {
  it('with the creator’s shutdown', async (test) => {
    const logger = new RecordingLogger();
    const cache = makeCache(test, { ...cleaned, logger });
    await until(() => logger.at('info').length > 0 && cache.getStats().threads === 2, 'the cleaner is there');
    cache.shutdown();
    const lines = logger.at('info').map((line) => line.split(': ')[1]);
    assert.deepEqual([lines[0], lines.at(-1)], ['cleaner started', 'cleaner stopped']);
    await untilAllEnded(cache);
  });

  it('without a word after that: its logger may be closed by then', async (test) => {
    const logger = new RecordingLogger();
    const cache = makeCache(test, { ...cleaned, logger });
    await until(() => cache.getStats().threads === 2, 'the cleaner is there');
    for (let i = 0; i < 1000; i++) cache.put(i, i, 0.001);
    // in its own thread, while this one does not listen
    const end = performance.now() + 5000;
    while (cache.getStats().expiredRemovals < 1000 && performance.now() < end);
    assert.equal(cache.getStats().expiredRemovals, 1000);
    cache.shutdown();
    const { length } = logger.lines;
    await untilAllEnded(cache);
    await sleep(50);
    assert.deepEqual(logger.lines.slice(length), []);
  });

  it('for good, also when it has not started yet', async (test) => {
    const logger = new RecordingLogger();
    makeCache(test, { ...cleaned, logger }).shutdown();
    await sleep(1000);
    assert.deepEqual(
      logger.lines.map(({ message }) => message.split(': ')[1]),
      ['cleaner stopped'],
    );
  });

  it('when the cache ends, if another than the creator has started it', async (test) => {
    const { creator, cache } = await madeElsewhere(test);
    const other = await Remote.start(test);
    await creator.terminate();
    await other.ask('attach', cache.handle);
    await assertCleaned(cache, 'by the second');
    engineOf(cache).markClosed();
    assert.throws(() => cache.get('a'), { code: 'ERR_CACHE_CLOSED' });
    // nobody calls shutdown: the cleaner and the two threads that are attached find out
    await untilAllEnded(cache);
  });
});

describe('without a cleaner', () => {
  for (const cleanupInterval of [0, false] as const) {
    it(`cleanupInterval ${cleanupInterval}: no thread is started, entries expire on access`, async (test) => {
      const logger = new RecordingLogger();
      const cache = makeCache(test, { maxSize: 10, cleanupInterval, logger });
      const other = await Remote.start(test);
      await other.ask('attach', cache.handle);
      cache.put('a', 1, 0.01);
      await until(() => !cache.has('a'), 'the entry expires');
      assert.equal(cache.size, 1);
      assert.equal(cache.get('a'), undefined);
      assert.equal(cache.size, 0);
      assert.equal(termsOf(cache), 0);
      assert.equal(cache.getStats().threads, 2);
      assert.deepEqual(logger.at('info'), []);
    });
  }

  it('where threads are forbidden, everything else works and the logger is told', async () => {
    const name = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission';
    const script = `
      import { ThreadSafeCache } from '${entry}';
      const lines = [];
      const log = (line) => lines.push(line);
      const cache = new ThreadSafeCache({
        name: 'alone', maxSize: 2, cleanupInterval: 0.01,
        logger: { debug: log, info: log, warn: log, error: log },
      });
      for (const key of ['a', 'b', 'c']) cache.put(key, 'x'.repeat(20_000), 100);
      cache.put('c', 'short', 0.001);
      while (cache.has('c'));
      const found = [cache.get('a'), cache.get('b')?.length, cache.get('c'), cache.size, cache.getStats().threads];
      setTimeout(() => {
        cache.shutdown();
        console.log(JSON.stringify({ found, warnings: lines.filter((line) => line.includes('cleaner')) }));
      }, 1500);
    `;
    const { stdout, stderr, code } = await runScript(script, [name, '--allow-fs-read=*', '--no-warnings']);
    assert.equal(code, 0, stderr);
    const { found, warnings } = JSON.parse(stdout);
    assert.deepEqual(found, [null, 20_000, null, 1, 1]);
    assert.equal(warnings.length, 1, warnings.join('\n'));
    assert.match(warnings[0], /^heddle "alone": the cleaner failed, entries expire on access: /);
  });
});

describe('a process ends by itself', () => {
  const scripts: Record<string, string> = {
    'right after a cache was made': '',
    'with the cleaner at work':
      'const timer = setInterval(() => cache.getStats().threads === 2 && cache.size === 1 && clearInterval(timer), 5);',
    'with a logger that hears of it':
      'new ThreadSafeCache({ maxSize: 9, cleanupInterval: 0.01, logger: { debug() {}, info() {}, warn() {}, error() {} } });',
    'after shutdown': 'cache.shutdown();',
    'after an error': "setImmediate(() => { throw new Error('on purpose'); });",
    'by process.exit': 'setTimeout(() => process.exit(), 30);',
  };
  for (const [name, more] of Object.entries(scripts)) {
    it(name, async () => {
      const { signal, stdout, code } = await runScript(`
        import { ThreadSafeCache } from '${entry}';
        const cache = new ThreadSafeCache({ maxSize: 10, cleanupInterval: 0.01 });
        cache.put('a', 1, 0.01);
        cache.put('b', 1);
        console.log('working');
        ${more}
      `);
      assert.deepEqual(
        { signal, stdout, code },
        { signal: null, stdout: 'working\n', code: name === 'after an error' ? 1 : 0 },
      );
    });
  }
});
