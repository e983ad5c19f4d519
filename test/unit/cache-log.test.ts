/** The log lines of a cache: what is told, at which level, to which loggers; and nothing without one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import type { CacheLogger } from '../../src/index.js';
import { makeCache } from '../support/caches.js';
import { entry, runScript } from '../support/child.js';
import { stopClock } from '../support/clock.js';
import { RecordingLogger } from '../support/logger.js';
import { until } from '../support/until.js';

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('removals, at debug', () => {
  it('an eviction', (test) => {
    const logger = new RecordingLogger();
    const cache = makeCache(test, { name: 'n', maxSize: 1, logger });
    for (const key of ['a"b', 7, 8n, true, Uint8Array.of(1, 255), 'x'.repeat(200), 'last']) cache.put(key, 1);
    assert.deepEqual(
      logger.lines.map(({ level }) => level),
      Array(6).fill('debug'),
    );
    assert.deepEqual(logger.at('debug'), [
      'heddle "n": evicted "a\\"b" (least recently used)',
      'heddle "n": evicted 7 (least recently used)',
      'heddle "n": evicted 8n (least recently used)',
      'heddle "n": evicted true (least recently used)',
      'heddle "n": evicted <Buffer 01 ff> (least recently used)',
      `heddle "n": evicted "${'x'.repeat(78)}"… (least recently used)`,
    ]);
  });

  it('an entry that has expired, when it is met', (test) => {
    const logger = new RecordingLogger();
    const clock = stopClock(test);
    const cache = makeCache(test, { name: 'n', maxSize: 4, logger });
    for (const key of ['got', 'deleted', 'put', 'in the way']) cache.put(key, 1, 1);
    clock.pass(2);
    cache.peek('got');
    cache.has('got');
    assert.deepEqual(logger.lines, []);
    cache.get('got');
    cache.get('got');
    cache.delete('deleted');
    cache.put('put', 2);
    for (const key of ['a', 'b', 'c']) cache.put(key, 1);
    const line = (key: string) => `heddle "n": expired "${key}" (its time to live was over)`;
    assert.deepEqual(logger.at('debug'), ['got', 'deleted', 'put', 'in the way'].map(line));
    assert.equal(logger.lines.length, 4);
  });

  it('nothing for put, get, delete and clear that remove nothing by themselves', (test) => {
    const logger = new RecordingLogger();
    const cache = makeCache(test, { maxSize: 4, logger });
    cache.put('a', 1);
    cache.put('a', 'replaced');
    cache.get('a');
    cache.delete('a');
    cache.put('a', 1, 5);
    cache.clear();
    cache.put('a', 1);
    cache.shutdown();
    assert.deepEqual(logger.lines, []);
  });
});

describe('the byte budget', () => {
  it('is told of once, at warn, when it is full before maxSize is reached', (test) => {
    const logger = new RecordingLogger();
    const cache = makeCache(test, { name: 'n', maxSize: 1000, maxBytes: 2 ** 20, logger });
    for (let key = 0; key < 100; key++) cache.put(key, 'x'.repeat(20_000));
    assert.deepEqual(logger.at('warn'), [
      'heddle "n": the byte budget of 1048576 is full before maxSize is reached; entries are evicted to make room',
    ]);
    assert.ok(logger.at('debug').length > 50);
    cache.clear();
    for (let key = 0; key < 100; key++) cache.put(key, 'x'.repeat(20_000));
    assert.equal(logger.at('warn').length, 1);
  });

  it('is not told of when maxSize is what evicts', (test) => {
    const logger = new RecordingLogger();
    const cache = makeCache(test, { maxSize: 10, logger });
    for (let key = 0; key < 100; key++) cache.put(key, 'x'.repeat(20_000));
    assert.deepEqual(logger.at('warn'), []);
  });
});

describe('the cleaner', () => {
  it('is told of at info, its rounds at debug', async (test) => {
    const logger = new RecordingLogger();
    const cache = makeCache(test, { name: 'n', maxSize: 100, cleanupInterval: 0.01, logger });
    for (let key = 0; key < 10; key++) cache.put(key, 1, 0.02);
    const told = () =>
      logger.at('debug').filter((line) => line.includes('expired (') || / expired \d/.test(line));
    await until(
      () => told().length >= 10 && logger.at('debug').some((line) => line.includes('removed')),
      'its lines',
    );
    cache.shutdown();
    const lines = logger.at('debug');
    for (let key = 0; key < 10; key++) {
      assert.equal(
        lines.filter((line) => line === `heddle "n": expired ${key} (its time to live was over)`).length,
        1,
      );
    }
    const rounds = lines.flatMap(
      (line) => /^heddle "n": cleaner removed (\d+) expired in [\d.]+ ms$/.exec(line)?.[1] ?? [],
    );
    assert.equal(
      rounds.map(Number).reduce((sum, count) => sum + count),
      10,
    );
    assert.equal(lines.length, 10 + rounds.length);
    const [first, last] = [logger.at('info')[0], logger.at('info').at(-1)];
    assert.deepEqual([first, last], ['heddle "n": cleaner started', 'heddle "n": cleaner stopped']);
  });

  it('tells of every key, also when they are more than one of its messages holds', async (test) => {
    const logger = new RecordingLogger();
    const count = 12_000;
    const cache = makeCache<number>(test, { name: 'n', maxSize: count, cleanupInterval: 1, logger });
    for (let key = 0; key < count; key++) cache.put(key, 1, 0.5);
    await until(() => cache.size === 0, 'all have expired');
    const expired = () => logger.at('debug').flatMap((line) => /expired (\d+) \(/.exec(line)?.[1] ?? []);
    await until(() => expired().length === count, 'all are told of');
    assert.equal(new Set(expired()).size, count);
  });
});

describe('loggers', () => {
  it('pino fits', (test) => {
    const lines: { level: number; msg: string }[] = [];
    const logger = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
    const cache = makeCache(test, { name: 'n', maxSize: 1, logger });
    cache.put('a', 1);
    cache.put('b', 1);
    assert.deepEqual(
      lines.map(({ level, msg }) => [level, msg]),
      [[20, 'heddle "n": evicted "a" (least recently used)']],
    );
  });

  it('console fits, and anything like it', (test) => {
    const debug = test.mock.method(console, 'debug', () => {});
    const cache = makeCache(test, { name: 'n', maxSize: 1, logger: console });
    cache.put('a', 1);
    cache.put('b', 1);
    assert.deepEqual(
      debug.mock.calls.map((call) => call.arguments),
      [['heddle "n": evicted "a" (least recently used)']],
    );
  });

  it('a logger is called as a method, and may change its methods', (test) => {
    const lines: string[] = [];
    class Changing implements CacheLogger {
      prefix = 'first';
      debug(message: string): void {
        lines.push(`${this.prefix} ${message.length}`);
        this.debug = (later) => lines.push(`second ${later.length}`);
      }
      info(): void {}
      warn(): void {}
      error(): void {}
    }
    const cache = makeCache(test, { name: 'n', maxSize: 1, logger: new Changing() });
    for (const key of ['a', 'b', 'c']) cache.put(key, 1);
    assert.deepEqual(lines, ['first 45', 'second 45']);
  });

  it('without a logger nothing is printed, whatever happens', async () => {
    const { code, stdout, stderr } = await runScript(`
      import { ThreadSafeCache } from '${entry}';
      const cache = new ThreadSafeCache({ maxSize: 1000, maxBytes: '1 MiB', cleanupInterval: 0.01 });
      for (let key = 0; key < 2000; key++) cache.put(key, 'x'.repeat(2000), key % 2 ? 0.001 : undefined);
      const timer = setInterval(() => {
        if (cache.getStats().expiredRemovals < 100) return;
        clearInterval(timer);
        cache.shutdown();
      }, 5);
    `);
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' });
  });
});

describe('loads, at warn', () => {
  it('one that fails in the background, and no other', async (test) => {
    const logger = new RecordingLogger();
    const clock = stopClock(test);
    const cache = makeCache<string, string>(test, { name: 'n', maxSize: 10, logger });
    const fails = () => Promise.reject(new RangeError('down'));
    await assert.rejects(cache.getOrLoad('key', fails));
    cache.put('key', 'stale', 1);
    clock.pass(2);
    assert.equal(await cache.getOrLoad('key', fails, { staleFor: 100 }), 'stale');
    await settle();
    const line = 'heddle "n": a load of "key" failed for which nobody waits: RangeError: down';
    assert.deepEqual(logger.at('warn'), [line]);
    assert.equal(await cache.getOrLoad('key', fails, { staleFor: 100 }), 'stale');
    cache.shutdown();
    await settle();
    assert.deepEqual(logger.at('warn'), [line]);
  });

  it('the first value that does not fit', async (test) => {
    const logger = new RecordingLogger();
    const cache = makeCache<string, string>(test, { name: 'n', maxSize: 10, maxBytes: '1 MiB', logger });
    for (const key of ['a', 'b']) {
      assert.equal(await cache.getOrLoad(key, () => 'x'.repeat(1e5)), 'x'.repeat(1e5));
      assert.equal(cache.getOrCompute(key, () => 'x'.repeat(1e5)).length, 1e5);
    }
    const line =
      'heddle "n": what is loaded for "a" is not stored, 100000 bytes do not fit; of others nothing is said';
    assert.deepEqual(logger.at('warn'), [line]);
    assert.equal(cache.size, 0);
  });
});
