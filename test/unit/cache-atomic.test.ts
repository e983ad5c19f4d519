/** The operations that read and write in one step: what they answer, count, and do to recency and TTL. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertIntact, attachAgain, makeCache } from '../support/caches.js';
import { stopClock } from '../support/clock.js';
import { counted } from '../support/counted.js';
import { small, victim } from '../support/two-entries.js';

const LARGE = 'x'.repeat(20_000);

describe('putIfAbsent', () => {
  for (const value of ['x', LARGE]) {
    it(`${value.length} characters`, (test) => {
      const clock = stopClock(test);
      const cache = small(test);
      assert.deepEqual(
        counted(cache, () => assert.equal(cache.putIfAbsent('a', value, 1), true)),
        { puts: 1 },
      );
      cache.put('b', 1);
      const refused = () => assert.equal(cache.putIfAbsent('a', 'other', 9), false);
      assert.deepEqual(counted(cache, refused), {});
      assert.equal(cache.putIfAbsent('b', LARGE), false);
      assert.deepEqual([cache.peek('a'), cache.peek('b')], [value, 1]);
      clock.pass(1);
      const renewed = () => assert.equal(cache.putIfAbsent('a', value), true);
      assert.deepEqual(counted(cache, renewed), { puts: 1, expiredRemovals: 1 });
      cache.clear();
      assert.equal(cache.putIfAbsent('a', value), true);
      assertIntact(cache);
    });
  }

  it('leaves recency alone when refused, and evicts when it stores', (test) => {
    const cache = small(test);
    cache.put('a', 1);
    cache.put('b', 1);
    assert.equal(cache.putIfAbsent('a', 2), false);
    assert.equal(cache.putIfAbsent('c', 3), true);
    assert.deepEqual([cache.has('a'), cache.has('b'), cache.has('c')], [false, true, true]);
    assertIntact(cache);
  });
});

describe('take', () => {
  for (const value of ['x', undefined, { a: [1] }, LARGE]) {
    it(`${typeof value}`, (test) => {
      const cache = small(test);
      cache.put('a', value);
      assert.deepEqual(
        counted(cache, () => assert.deepEqual(cache.take('a'), value)),
        { hits: 1, deletes: 1 },
      );
      assert.deepEqual(
        counted(cache, () => assert.equal(cache.take('a'), undefined)),
        { misses: 1 },
      );
      assert.equal(cache.size, 0);
      assertIntact(cache);
    });
  }

  it('an expired entry is removed and is a miss', (test) => {
    const clock = stopClock(test);
    const cache = small(test);
    cache.put('a', 1, 1);
    clock.pass(1);
    assert.deepEqual(
      counted(cache, () => assert.equal(cache.take('a'), undefined)),
      { misses: 1, expiredRemovals: 1 },
    );
  });

  it('leaves an entry there whose codec cannot read it', (test) => {
    const codec = {
      encode: () => Buffer.from('x'),
      decode: () => {
        throw new Error('no');
      },
    };
    const cache = small(test, { codec });
    cache.put('a', {});
    assert.throws(() => cache.take('a'), /^Error: no$/);
    assert.equal(cache.has('a'), true);
  });
});

describe('increment', () => {
  it('starts from 0, by 1 unless told', (test) => {
    const cache = small(test, { maxSize: 20 });
    assert.deepEqual([cache.increment('n'), cache.increment('n'), cache.increment('n', 5)], [1, 2, 7]);
    assert.deepEqual([cache.increment('m', -2.5), cache.increment('m', 0.1)], [-2.5, -2.5 + 0.1]);
    assert.deepEqual(
      [cache.increment('b', 7n), cache.increment('b'), cache.increment('b', 2)],
      [7n, 8n, 10n],
    );
    assert.equal(cache.increment('b', -(2n ** 200n)), 10n - 2n ** 200n);
    cache.put('safe', Number.MAX_SAFE_INTEGER - 1);
    assert.equal(cache.increment('safe'), Number.MAX_SAFE_INTEGER);
    assert.equal(cache.increment('safe', -Number.MAX_SAFE_INTEGER), 0);
    assert.equal(cache.increment('infinite', Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
    assert.equal(cache.get('n'), 7);
    assertIntact(cache);
  });

  it('counts a put, and is a use', (test) => {
    const cache = small(test);
    cache.put('a', 1);
    cache.put('b', 1n);
    assert.deepEqual(
      counted(cache, () => assert.equal(cache.increment('a'), 2)),
      { puts: 1 },
    );
    assert.deepEqual(
      counted(cache, () => assert.equal(cache.increment('b'), 2n)),
      { puts: 1 },
    );
    assert.equal(victim(cache), 'a');
  });

  it('keeps the deadline of the first put, unless one is given', (test) => {
    const clock = stopClock(test);
    const cache = small(test, { maxSize: 9, defaultTtl: 10 });
    for (const by of [1, 1n]) {
      const key = typeof by;
      cache.increment(key, by);
      assert.ok((cache.ttl(key) ?? 0) > 9.99);
      clock.pass(4);
      assert.equal(cache.increment(key, by), typeof by === 'bigint' ? 2n : 2);
      assert.ok(Math.abs((cache.ttl(key) ?? 0) - 6) < 2e-6);
      cache.increment(key, by, 20);
      assert.ok((cache.ttl(key) ?? 0) > 19.99);
      cache.increment(key, by, Number.POSITIVE_INFINITY);
      assert.equal(cache.ttl(key), Number.POSITIVE_INFINITY);
      cache.increment(key, by, 1);
      clock.pass(1);
      assert.equal(cache.increment(key, by), by);
      assert.ok((cache.ttl(key) ?? 0) > 9.99);
      assertIntact(cache);
    }
  });

  it('every write is seen by near tiers', (test) => {
    const cache = small(test);
    const other = attachAgain(test, cache);
    cache.put('a', 1);
    for (let round = 2; round < 9; round++) {
      for (let read = 0; read < 3; read++) assert.equal(other.get('a'), round - 1);
      assert.equal(cache.increment('a'), round);
    }
  });
});

describe('update', () => {
  it('stores what the function makes of the value', (test) => {
    const cache = small(test);
    const done = counted(cache, () => {
      assert.deepEqual(
        cache.update('a', (value) => [value]),
        [undefined],
      );
    });
    assert.deepEqual(done, { puts: 1 });
    cache.update('a', (value) => ({ before: value }));
    assert.deepEqual(cache.peek('a'), { before: [undefined] });
    cache.update('a', (value) => [value, LARGE]);
    cache.update('a', (value) => (value as unknown[])[0]);
    assert.deepEqual(cache.peek('a'), { before: [undefined] });
    assertIntact(cache);
  });

  it('runs again when another thread came first', (test) => {
    const cache = small(test);
    const other = attachAgain(test, cache);
    const seen: unknown[] = [];
    const interfere = [() => other.put('a', 1), () => other.put('a', 2), () => other.delete('a')];
    const result = cache.update('a', (value) => {
      seen.push(value);
      interfere.shift()?.();
      return seen.length;
    });
    assert.deepEqual([seen, result, cache.get('a')], [[undefined, 1, 2, undefined], 4, 4]);
    assertIntact(cache);
  });

  it('changes nothing when the function throws', (test) => {
    const cache = small(test);
    cache.put('a', 'x', 100);
    const before = cache.getVersioned('a');
    const done = counted(cache, () => {
      assert.throws(
        () =>
          cache.update('a', () => {
            throw new RangeError('mine');
          }),
        { name: 'RangeError', message: 'mine' },
      );
    });
    assert.deepEqual(done, {});
    assert.deepEqual(cache.getVersioned('a'), before);
  });

  it('gives a TTL as put does', (test) => {
    const cache = small(test, { defaultTtl: 10 });
    cache.put('a', 1, 100);
    cache.update('a', () => 2);
    assert.ok((cache.ttl('a') ?? 0) <= 10);
    cache.update('a', () => 3, 50);
    assert.ok((cache.ttl('a') ?? 0) > 40);
  });

  it('grows the least recently used entry of a full memory without losing it', (test) => {
    const cache = makeCache<string, string>(test, { maxSize: 1000, maxBytes: '1 MiB', shards: 1 });
    const others = () =>
      Array.from({ length: 200 }, (_, index) => `${index}`).filter((key) => cache.has(key));
    for (let other = 0; cache.getStats().evictions === 0; other++) cache.put(`${other}`, 'x'.repeat(8000));
    cache.put('log', 'y');
    for (let length = 1000; length <= 20_000; length += 1000) {
      for (const other of others()) cache.get(other);
      assert.equal(
        cache.update('log', (value) => value?.padEnd(length, 'y') ?? 'lost'),
        'y'.repeat(length),
      );
    }
    assertIntact(cache);
  });

  it('keeps the order of use, however many hits wait to be applied', (test) => {
    for (let hits = 0; hits < 80; hits++) {
      const cache = makeCache<string, string>(test, { maxSize: 4, shards: 1, nearSize: 0 });
      cache.putMany([...'abcd'].map((key) => [key, key]));
      for (let hit = 0; hit < hits; hit++) cache.get('c');
      cache.update('d', () => 'x'.repeat(100));
      for (const key of 'bcda') cache.get(key);
      cache.put('e', 'e');
      assert.deepEqual([...cache.keys({ order: 'lru' })], [...'cdae'], `after ${hits} hits`);
      cache.shutdown();
    }
  });

  it('ends with the cache', (test) => {
    const cache = small(test);
    assert.throws(
      () =>
        cache.update('a', () => {
          cache.shutdown();
          return 1;
        }),
      { code: 'ERR_CACHE_CLOSED' },
    );
  });
});

describe('versions', () => {
  it('change with every write, and never come again', (test) => {
    const cache = small(test, { shards: 1 });
    const versions: number[] = [];
    const writes: (() => unknown)[] = [
      () => cache.put('a', 1),
      () => cache.put('a', 2),
      () => cache.put('a', LARGE),
      () => cache.put('a', 1),
      () => cache.increment('a'),
      () => cache.update('a', () => 'x'),
      () => [cache.delete('a'), cache.put('a', 1)],
      () => [cache.take('a'), cache.putIfAbsent('a', 1)],
      () => [cache.clear(), cache.put('a', 1)],
      () => [cache.put('b', 1), cache.put('c', 1), cache.put('a', 1)],
      () => cache.putIfVersion('a', 2, versions.at(-1) ?? 0),
    ];
    for (const write of writes) {
      write();
      const { version = 0 } = cache.getVersioned('a') ?? {};
      assert.ok(Number.isSafeInteger(version) && version > 0);
      for (const old of versions) assert.equal(cache.putIfVersion('a', 'never', old) && old, false);
      versions.push(version);
    }
    assert.equal(new Set(versions).size, versions.length);
  });

  it('getVersioned counts and touches as get', (test) => {
    const cache = small(test);
    cache.put('a', LARGE);
    cache.put('b', 1);
    const read = () => assert.equal(cache.getVersioned('a')?.value, LARGE);
    assert.deepEqual(counted(cache, read), { hits: 1 });
    assert.deepEqual(
      counted(cache, () => assert.equal(cache.getVersioned('none'), undefined)),
      { misses: 1 },
    );
    assert.equal(victim(cache), 'b');
  });

  for (const value of ['y', LARGE]) {
    it(`putIfVersion, ${value.length} characters`, (test) => {
      const clock = stopClock(test);
      const cache = small(test);
      cache.put('a', 'x', 1);
      const { version = 0 } = cache.getVersioned('a') ?? {};
      assert.deepEqual(
        counted(cache, () => assert.equal(cache.putIfVersion('a', value, version), true)),
        { puts: 1 },
      );
      assert.equal(cache.ttl('a'), Number.POSITIVE_INFINITY);
      assert.deepEqual(
        counted(cache, () => assert.equal(cache.putIfVersion('a', 'z', version), false)),
        {},
      );
      cache.put('a', 'x', 1);
      const again = cache.getVersioned('a')?.version ?? 0;
      clock.pass(1);
      assert.equal(cache.putIfVersion('a', value, again), false);
      cache.put('a', 'x');
      const cleared = cache.getVersioned('a')?.version ?? 0;
      cache.clear();
      assert.equal(cache.putIfVersion('a', value, cleared), false);
      assert.equal(cache.size, 0);
      assertIntact(cache);
    });
  }
});
