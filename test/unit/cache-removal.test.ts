/** Listeners: what they are told, when, and that nothing they do harms anybody. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { runInNewContext } from 'node:vm';
import type { CacheKey, CacheOptions, RemovalEvent, ThreadSafeCache } from '../../src/index.js';
import { assertIntact, attachAgain, makeCache } from '../support/caches.js';
import { stopClock } from '../support/clock.js';
import { assertCacheError } from '../support/errors.js';
import { RecordingLogger } from '../support/logger.js';
import { until } from '../support/until.js';

const LARGE = 'x'.repeat(20_000);

function listening(test: TestContext, options: Partial<CacheOptions> = {}) {
  const cache: ThreadSafeCache<CacheKey, unknown> = makeCache(test, {
    maxSize: 2,
    maxBytes: '4 MiB',
    ...options,
  });
  const events: RemovalEvent[] = [];
  const stop = cache.onRemoval((event) => events.push(event));
  /** What was told since it was last asked. */
  const told = () => events.splice(0);
  return { cache, told, stop };
}

function gone(cause: 'evicted' | 'expired' | 'deleted' | 'replaced', ...keys: CacheKey[]): RemovalEvent[] {
  return keys.map((key) => ({ key, cause }));
}

describe('a listener is told of', () => {
  it('deletes', (test) => {
    const { cache, told } = listening(test);
    cache.put('a', 1);
    cache.put('b', LARGE);
    cache.delete('none');
    cache.delete('a');
    assert.equal(cache.take('b'), LARGE);
    cache.take('b');
    assert.deepEqual(told(), gone('deleted', 'a', 'b'));
  });

  it('replacements, by whatever operation', (test) => {
    const { cache, told } = listening(test);
    const writes: (() => unknown)[] = [
      () => cache.put('a', 2),
      () => cache.put('a', LARGE),
      () => cache.put('a', LARGE),
      () => cache.put('a', 1),
      () => cache.increment('a'),
      () => cache.update('a', () => 1n),
      () => cache.increment('a'),
      () => cache.putIfVersion('a', 'x', cache.getVersioned('a')?.version ?? 0),
    ];
    assert.equal(cache.putIfAbsent('a', 1), true);
    assert.deepEqual(told(), []);
    for (const write of writes) {
      write();
      assert.deepEqual(told(), gone('replaced', 'a'));
    }
    cache.putIfAbsent('a', 1);
    cache.putIfVersion('a', 1, 1);
    cache.touch('a');
    assert.throws(() => cache.increment('a'));
    assert.deepEqual(told(), []);
    assertIntact(cache);
  });

  it('evictions, before the put that caused them returns', (test) => {
    const { cache, told } = listening(test);
    cache.put('a', 1);
    cache.put('b', 1);
    cache.get('a');
    cache.put('c', LARGE);
    assert.deepEqual(told(), gone('evicted', 'b'));
    cache.putIfAbsent('d', 1);
    cache.increment('e');
    assert.deepEqual(told(), gone('evicted', 'a', 'c'));
  });

  it('expiries that an operation comes upon', (test) => {
    const clock = stopClock(test);
    const { cache, told } = listening(test);
    const meet: ((key: string) => unknown)[] = [
      (key) => cache.get(key),
      (key) => cache.getVersioned(key),
      (key) => cache.take(key),
      (key) => cache.delete(key),
      (key) => cache.put(key, 1),
      (key) => cache.putIfAbsent(key, 1),
      (key) => cache.increment(key),
      (key) => cache.update(key, () => 1),
    ];
    for (const [index, use] of meet.entries()) {
      cache.put(`${index}`, 1, 1);
      clock.pass(1);
      use(`${index}`);
      assert.deepEqual(told(), gone('expired', `${index}`), `${use}`);
      cache.delete(`${index}`);
      told();
    }
  });

  it('a clear, once and without a key', (test) => {
    const { cache, told } = listening(test);
    for (const key of ['a', 'b']) cache.put(key, 1);
    cache.clear();
    assert.deepEqual(told(), [{ cause: 'cleared' }]);
    for (const key of ['a', 'b', 'c']) cache.put(key, 1);
    assert.deepEqual(told(), gone('evicted', 'a'));
  });

  it('keys of every kind, as they are stored', (test) => {
    const { cache, told } = listening(test, { maxSize: 20 });
    const keys: CacheKey[] = ['a', '☃', 1, -0, 1n, true, new Uint8Array([1, 2]), Buffer.from('b')];
    for (const key of keys) {
      cache.put(key, 1);
      cache.put(key, 2);
      cache.delete(key);
    }
    const stored = keys.map((key) =>
      typeof key === 'object' ? new Uint8Array(key) : Object.is(key, -0) ? 0 : key,
    );
    assert.deepEqual(
      told(),
      stored.flatMap((key) => [...gone('replaced', key), ...gone('deleted', key)]),
    );
  });

  it('what its own thread removes, and nothing else', (test) => {
    const { cache, told } = listening(test);
    const other = attachAgain(test, cache);
    other.put('a', 1);
    other.put('a', 2);
    other.delete('a');
    other.clear();
    assert.deepEqual(told(), []);
  });

  it('in the creator, what the cleaner removes', async (test) => {
    const { cache, told } = listening(test, { maxSize: 50, cleanupInterval: 0.02 });
    for (let key = 0; key < 20; key++) cache.put(key, 1, 0.001);
    const events: RemovalEvent[] = [];
    await until(() => events.push(...told()) >= 0 && events.length >= 20, 'the cleaner tells');
    const numbers = events.map(({ key, cause }) => (cause === 'expired' ? Number(key) : -1));
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, key) => key),
    );
  });
});

describe('a listener', () => {
  it('may be taken away, and is then not told', async (test) => {
    const { cache, told, stop } = listening(test);
    const more: unknown[] = [];
    const listener = (event: RemovalEvent) => more.push(event.key);
    const [stopFirst, stopSecond] = [cache.onRemoval(listener), cache.onRemoval(listener)];
    cache.clear();
    stopFirst();
    stopFirst();
    cache.clear();
    assert.equal(more.length, 3);
    stopSecond();
    stop();
    cache.put('a', 1);
    cache.delete('a');
    assert.deepEqual([told().length, more.length], [2, 3]);
  });

  it('may take others away, itself too', (test) => {
    const { cache } = listening(test);
    const told: string[] = [];
    const stopFirst = cache.onRemoval(() => {
      told.push('first');
      stopFirst();
      stopSecond();
    });
    const stopSecond = cache.onRemoval(() => told.push('second'));
    cache.clear();
    cache.clear();
    assert.deepEqual(told, ['first']);
  });

  it('may use the cache: what that removes is told afterwards', (test) => {
    const { cache, told } = listening(test);
    const order: unknown[] = [];
    cache.onRemoval(({ key, cause }) => {
      order.push(`${cause} ${key}`);
      if (cause === 'evicted' && typeof key === 'number' && key < 20_000) cache.put(key + 3, LARGE);
      assert.ok(cache.size <= 2);
    });
    for (const key of [0, 1, 2]) cache.put(key, key);
    const expected = Array.from({ length: 20_001 }, (_, key) => key);
    assert.deepEqual(told(), gone('evicted', ...expected));
    assert.deepEqual(
      order,
      expected.map((key) => `evicted ${key}`),
    );
    assertIntact(cache);
  });

  it('may remove a hundred thousand at once, in about the time that this takes without it', (test) => {
    const keys = Array.from({ length: 100_000 }, (_, key) => key);
    const { cache, told } = listening(test, { maxSize: keys.length + 1, maxBytes: '64 MiB' });
    const pairs = keys.map((key): [number, string] => [key, '']);
    const removeAll = () => cache.deleteMany(keys);
    const timeOf = (remove: () => unknown) => {
      cache.putMany(pairs);
      const start = performance.now();
      remove();
      return performance.now() - start;
    };
    const alone = timeOf(removeAll);
    cache.put('all', '');
    cache.onRemoval(({ key }) => key === 'all' && removeAll());
    const nested = timeOf(() => cache.delete('all'));
    assert.deepEqual(
      told().map(({ key }) => key),
      [...keys, 'all', ...keys],
    );
    // it was a hundred times the time
    assert.ok(nested < 20 * alone + 1000, `${nested} ms, ${alone} ms without`);
  });

  it('does not disturb the answer of the operation that told it', (test) => {
    const { cache } = listening(test);
    cache.onRemoval(({ key }) => {
      if (key !== 'other') cache.put('other', 'y'.repeat(8));
      cache.peek('other');
    });
    cache.put('n', 1);
    assert.equal(cache.increment('n'), 2);
    assert.equal(
      cache.update('n', (value) => Number(value) + 1),
      3,
    );
    cache.put('t', 'taken');
    assert.equal(cache.take('t'), 'taken');
    assertIntact(cache);
  });

  it('may shut the cache down', (test) => {
    const { cache, told } = listening(test);
    cache.onRemoval(() => cache.shutdown());
    cache.put('a', 1);
    cache.put('a', 2);
    assert.deepEqual(told(), gone('replaced', 'a'));
    assert.throws(() => cache.onRemoval(() => {}), { code: 'ERR_CACHE_CLOSED' });
  });

  it('may throw: everything goes on, and the logger hears of it', async (test) => {
    const logger = new RecordingLogger();
    const { cache, told } = listening(test, { logger });
    cache.onRemoval(() => {
      throw new Error('mine');
    });
    cache.onRemoval(async () => {
      throw new Error('mine, later');
    });
    cache.onRemoval(runInNewContext('async () => { throw new Error("mine, from elsewhere"); }'));
    cache.onRemoval(() => {
      throw Object.create(null);
    });
    const after: unknown[] = [];
    cache.onRemoval(({ key }) => after.push(key));
    cache.put('a', 1);
    assert.equal(cache.delete('a'), true);
    cache.clear();
    await new Promise(setImmediate);
    assert.deepEqual(
      [told(), after],
      [
        [...gone('deleted', 'a'), { cause: 'cleared' }],
        ['a', undefined],
      ],
    );
    const errors = logger.at('error');
    assert.equal(errors.length, 8);
    assert.match(
      errors[0] ?? '',
      /^heddle ".*": a removal listener failed, told of deleted "a": Error: mine$/,
    );
    assert.match(errors[1] ?? '', /something that cannot be shown$/);
    assert.match(errors.join('\n'), /told of a clear: Error: mine, later/);
    assert.match(errors.join('\n'), /told of a clear: Error: mine, from elsewhere/);
  });

  it('that throws is a warning of the process, once, where there is no logger', async (test) => {
    const { cache } = listening(test);
    cache.onRemoval(() => {
      throw new Error('mine');
    });
    const warned = once(process, 'warning');
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    test.after(() => process.off('warning', note));
    cache.clear();
    cache.clear();
    assert.match((await warned)[0].message, /a removal listener failed, told of a clear: Error: mine$/);
    await new Promise(setImmediate);
    assert.equal(warnings.length, 1);
  });

  it('gets an event of its own', (test) => {
    const { cache, told } = listening(test);
    const first = cache.onRemoval((event) => {
      (event as { key: unknown }).key = 'changed';
      return first;
    });
    const key = new Uint8Array([1]);
    cache.onRemoval(({ key }) => (key as Uint8Array | undefined)?.fill?.(9));
    cache.put(key, 1);
    cache.delete(key);
    cache.onRemoval((event) => assert.deepEqual(event.key, key));
    assert.deepEqual(told(), gone('deleted', new Uint8Array([1])));
    assert.equal(key[0], 1);
  });

  it('is a function', (test) => {
    const { cache } = listening(test);
    for (const listener of [undefined, null, {}, 'x']) {
      assertCacheError(() => cache.onRemoval(listener as unknown as () => void), {
        code: 'ERR_INVALID_ARGUMENT',
        type: TypeError,
        message: /^Cannot listen: the listener is/,
      });
    }
  });

  it('is told beside a logger, which says what it said before', (test) => {
    const logger = new RecordingLogger();
    const { cache, told } = listening(test, { logger });
    for (const key of ['a', 'b', 'c']) cache.put(key, 1);
    cache.put('c', 2);
    assert.deepEqual(told(), [...gone('evicted', 'a'), ...gone('replaced', 'c')]);
    assert.deepEqual(logger.takeRemovals(), [{ shown: '"a"', cause: 'evicted' }]);
  });
});
