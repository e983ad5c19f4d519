/** Values that are read again and again are kept decoded: nobody may notice but by the speed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThreadSafeCache } from '../../src/index.js';
import { makeCache } from '../support/caches.js';
import { entry, runScript } from '../support/child.js';
import { stopClock } from '../support/clock.js';

/** Reads so often that the value is kept. */
function warm(cache: ThreadSafeCache<string>, key: string): unknown {
  for (let count = 0; count < 5; count++) cache.get(key);
  return cache.get(key);
}

describe('a value kept decoded is never stale', () => {
  it('after a put', (test) => {
    const cache = makeCache<string>(test, { maxSize: 3 });
    for (const value of ['one', 'two', 'six', 'a longer one', 7, undefined, 'x'.repeat(20_000), 'one']) {
      cache.put('a', value);
      assert.equal(warm(cache, 'a'), value);
    }
  });

  it('after delete and clear', (test) => {
    const cache = makeCache<string>(test, { maxSize: 3 });
    cache.put('a', 'x');
    warm(cache, 'a');
    cache.delete('a');
    assert.equal(cache.get('a'), undefined);
    cache.put('a', 'x');
    warm(cache, 'a');
    cache.clear();
    assert.equal(cache.get('a'), undefined);
    cache.put('a', 'y');
    assert.equal(warm(cache, 'a'), 'y');
  });

  it('after an eviction, when another key has taken its record', (test) => {
    const cache = makeCache<string>(test, { maxSize: 1 });
    for (const key of ['a', 'b', 'a', 'c']) {
      cache.put(key, key);
      assert.equal(warm(cache, key), key);
      for (const other of ['a', 'b', 'c']) assert.equal(cache.get(other), other === key ? key : undefined);
    }
  });

  it('at its deadline', (test) => {
    const clock = stopClock(test);
    const cache = makeCache<string>(test, { maxSize: 3 });
    cache.put('a', 'x', 1);
    warm(cache, 'a');
    clock.pass(0.999);
    assert.equal(cache.get('a'), 'x');
    clock.pass(0.002);
    assert.equal(cache.get('a'), undefined);
    assert.equal(cache.getStats().expiredRemovals, 1);
  });

  it('after shutdown', (test) => {
    const cache = makeCache<string>(test, { maxSize: 3 });
    cache.put('a', 'x');
    warm(cache, 'a');
    cache.shutdown();
    assert.throws(() => cache.get('a'), { code: 'ERR_CACHE_CLOSED' });
  });
});

describe('it is used as any other', () => {
  it('each read counts once and refreshes recency', (test) => {
    const cache = makeCache<string>(test, { maxSize: 2 });
    cache.put('a', 1);
    cache.put('b', 2);
    warm(cache, 'b');
    warm(cache, 'a');
    cache.put('c', 3);
    assert.equal(cache.has('a'), true);
    assert.equal(cache.has('b'), false);
    assert.equal(cache.getStats().hits, 12);
    assert.equal(cache.getStats().misses, 0);
  });

  for (const nearSize of [0, 1, 2, 1024]) {
    it(`whatever the number kept: ${nearSize}`, (test) => {
      const cache = makeCache<string>(test, { maxSize: 10, nearSize });
      for (let round = 0; round < 5; round++) {
        for (const key of ['a', 'b', 'c', 'd']) {
          cache.put(key, `${key} ${round}`);
          for (const other of ['a', 'b', 'c', 'd']) {
            const last = other <= key ? round : round - 1;
            assert.equal(warm(cache, other), last < 0 ? undefined : `${other} ${last}`);
          }
        }
      }
    });
  }

  it('also for large frozen values: one object for a thread and version', (test) => {
    const cache = makeCache<string>(test, { maxSize: 10, freeze: true });
    const large = { texts: Array.from({ length: 1000 }, (_, index) => ({ text: `number ${index}` })) };
    cache.put('a', large);
    const value = warm(cache, 'a');
    assert.deepEqual(value, large);
    assert.equal(cache.get('a'), value);
    assert.equal(Object.isFrozen(value), true);
    cache.put('a', [...large.texts, 'changed']);
    assert.notEqual(cache.get('a'), value);
    cache.delete('a');
    assert.equal(cache.get('a'), undefined);
  });

  it('also where many are read in turn', (test) => {
    const size = 10_000;
    const cache = makeCache<number>(test, { maxSize: size, freeze: true, nearSize: size });
    for (let key = 0; key < size; key++) cache.put(key, { key });
    const read = () => Array.from({ length: size }, (_, key) => cache.get(key));
    read();
    const second = read();
    const third = read();
    // a few records share the place where it is remembered that they were read
    assert.ok(second.filter((value, key) => value === third[key]).length > 0.9 * size);
  });
});

it('a key that was cut out of a large text does not keep that text', async () => {
  const script = `
    import { ThreadSafeCache } from '${entry}';
    const cache = new ThreadSafeCache({ maxSize: 1000, cleanupInterval: false });
    for (let user = 0; user < 50; user++) {
      for (const name of ['user-' + user + '-of-the-service', '\\u20ac-' + user + '-of-the-service']) {
        const body = name + ' ' + 'x'.repeat(2_000_000).replace('x', 'y');
        const key = /^\\S+/.exec(body)[0];
        cache.put(key, user);
        for (let reads = 0; reads < 3; reads++) if (cache.get(key) !== user) throw new Error(key);
      }
    }
    gc();
    console.log(process.memoryUsage().heapUsed);
  `;
  const { code, stdout, stderr } = await runScript(script, ['--expose-gc']);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  // the texts take 300 MB
  assert.ok(Number(stdout) < 50e6, `${stdout} bytes`);
});
